import assert from 'node:assert/strict';
import { createLogger } from '../../src/observe/logger.js';

describe('the log', () => {
  const lines: string[] = [];
  const logger = createLogger('debug', { write: (line) => lines.push(line) });
  const logged = (work: () => void): string => {
    lines.length = 0;
    work();
    return lines.join('');
  };

  it('keeps personal data out wherever it stands, up to three levels deep', () => {
    const secret = 'J00101999W';
    for (const name of [
      'subject',
      'notation',
      'nid',
      'givenName',
      'evidence',
      'result',
      'body',
      'officer',
      'url',
    ]) {
      const text = logged(() =>
        logger.info(
          { [name]: secret, one: { [name]: { deep: secret } }, one1: { two: { [name]: secret } } },
          'x',
        ),
      );
      assert.doesNotMatch(text, /J00101999W/, name);
      assert.match(text, /\[redacted\]/);
    }
  });

  it('keeps what is needed to find a request', () => {
    const line = JSON.parse(
      logged(() => logger.warn({ requestId: 'r-1', code: 'not-granted' }, 'HTTP')),
    ) as object;
    assert.deepEqual(Object.keys(line).sort(), ['code', 'level', 'msg', 'requestId', 'time']);
  });

  it('shows of an error its kind and place, never the values in a message of the database', () => {
    const error = Object.assign(new Error('duplicate key value (J00101999W)'), {
      code: '23505',
      detail: 'J00101999W',
    });
    const text = logged(() => logger.error({ error }, 'x'));
    assert.doesNotMatch(text, /J00101999W/);
    assert.match(text, /"code":"23505"/);
    assert.match(text, /logger\.test/);
    assert.match(
      logged(() => logger.error({ error: 'J00101999W' }, 'x')),
      /"type":"string"/,
    );
  });
});
