import assert from 'node:assert/strict';
import { withRetryAfter } from '../../adapters/retry-after.js';
import type { Answer } from '../../adapters/transport.js';
import type { Outcome } from '../../contracts/outcome.js';

describe('Retry-After of a registry', () => {
  const now = Date.parse('2026-03-02T08:00:00Z');
  const busy: Outcome = { kind: 'unavailable', reason: 'registry-busy' };
  const answer = (said: string | undefined, status = 503): Answer => ({
    kind: 'answer',
    status,
    mediaType: 'application/problem+json',
    headers: said === undefined ? {} : { 'retry-after': said },
    rawHeaders: [],
    bytes: new Uint8Array(0),
  });
  const notBefore = (said: string | undefined, outcome: Outcome = busy, status = 503) => {
    const read = withRetryAfter(outcome, answer(said, status), now);
    return 'notBefore' in read ? (read.notBefore as number) - now : undefined;
  };

  it('is read as seconds or as a date, an hour at most', () => {
    assert.equal(notBefore('120'), 120_000);
    assert.equal(notBefore('Mon, 02 Mar 2026 08:05:00 GMT'), 300_000);
    assert.equal(notBefore('86400'), 3_600_000);
  });

  it('is left out when it says nothing', () => {
    for (const said of [undefined, '', 'soon', '-1', '0', 'Mon, 02 Mar 2026 07:00:00 GMT', '9'.repeat(30)]) {
      assert.equal(notBefore(said), undefined, said);
    }
    assert.equal(notBefore('120', busy, 200), undefined, 'not with an answer');
  });

  it('changes nothing about an answer, a refusal or one that is not accepted', () => {
    for (const outcome of [
      { kind: 'refused', code: 'NO', message: 'Jo.' },
      { kind: 'invalid', reason: 'signature-mismatch' },
    ] as const) {
      assert.deepEqual(withRetryAfter(outcome, answer('120'), now), outcome);
    }
  });
});
