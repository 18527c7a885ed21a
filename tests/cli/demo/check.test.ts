import assert from 'node:assert/strict';
import { findMissing } from '../../../src/cli/demo/check.js';
import type { Progress } from '../../../src/cli/demo/progress.js';
import { goodRun } from './good-run.js';

type Changed = { -readonly [Name in keyof Progress]: Progress[Name] };

describe('what the demo demands', () => {
  /** A good run with one request of a kind changed. */
  function runWith(expected: string, change: (progress: Changed) => void): string[] {
    const all = goodRun();
    const progress = all.find(
      ({ planned }) =>
        planned.expected.kind === expected ||
        ('code' in planned.expected && planned.expected.code === expected),
    );
    assert.ok(progress);
    change(progress);
    return findMissing(all);
  }
  function demands(expected: string, change: (progress: Changed) => void, sentence: RegExp): void {
    const missing = runWith(expected, change);
    assert.equal(missing.length, 1, missing.join('\n'));
    assert.match(missing[0] as string, sentence);
  }
  const listenedOf = (progress: Changed) => progress.listened as NonNullable<Progress['listened']>;
  /** Replaces a part of the event's value. */
  function value(progress: Changed, part: object): void {
    const listened = listenedOf(progress);
    progress.listened = {
      ...listened,
      event: { ...listened.event, value: { ...listened.event.value, ...part } },
    };
  }

  it('is content with a run that came out right', () => {
    assert.deepEqual(findMissing(goodRun()), []);
  });

  it('names every request when nothing happened', () => {
    const nothing = goodRun().map(({ planned }) => ({ planned }));
    assert.equal(findMissing(nothing).length, 20);
  });

  it('wants each result out of Kafka, for this request and this case', () => {
    demands('answered', (one) => delete one.listened, /has not come out of Kafka$/);
    demands('answered', (one) => value(one, { requestId: 'other' }), /as another request$/);
    demands('answered', (one) => value(one, { caseId: 'other' }), /for another case$/);
    demands('refused', (one) => delete one.listened, /request 18 .* has not come out of Kafka$/);
  });

  it('wants an answer where an answer is expected', () => {
    demands('answered', (one) => value(one, { state: 'refused' }), /as refused instead of answered$/);
    demands(
      'answered',
      (one) => value(one, { result: { kind: 'failed', code: 'x' } }),
      /instead of answered$/,
    );
    demands('answered', (one) => value(one, { state: 'expired', result: undefined }), /as expired/);
  });

  it("wants the registry's own refusal for somebody it does not know", () => {
    demands('refused', (one) => value(one, { state: 'answered' }), /as answered instead of refused$/);
    const code = (name: string) => ({ result: { kind: 'refused', code: name, message: '' } });
    demands('refused', (one) => value(one, code('BUSY')), /with BUSY instead of PERSON_NOT_FOUND$/);
  });

  it('wants the case advanced', () => {
    demands(
      'answered',
      (one) => {
        const listened = listenedOf(one);
        one.listened = { ...listened, case: { ...listened.case, results: [] } };
      },
      /did not advance its case$/,
    );
  });

  it('wants the evidence verified, all of it', () => {
    demands('answered', (one) => delete one.checks, /evidence that was not verified$/);
    demands('answered', (one) => Object.assign(one, { checks: [] }), /evidence that was not verified$/);
    const failed = { name: 'registry-answer #4: signature', ok: false, detail: 'a digest differs' };
    demands(
      'answered',
      (one) => Object.assign(one, { checks: [...(one.checks ?? []), failed] }),
      /evidence that does not hold: registry-answer #4: signature: a digest differs$/,
    );
  });

  it('wants the others turned away, each with its own status and code', () => {
    const taken = (one: Changed) => {
      delete one.turnedAway;
      one.requestId = 'taken';
    };
    demands('not-granted', taken, /was taken, and should have been turned away with 403 not-granted$/);
    demands('message-replayed', taken, /should have been turned away with 409 message-replayed$/);
    demands('not-granted', (one) => delete one.turnedAway, /was not answered; 403 not-granted is expected$/);
    const away = (status: number, code: string) => (one: Changed) => {
      one.turnedAway = { status, code };
    };
    demands('message-replayed', away(409, 'not-cancellable'), /with 409 not-cancellable instead of/);
    demands('not-granted', away(404, 'unknown-service'), /with 404 unknown-service instead of/);
    demands('answered', away(403, 'not-granted'), /with 403 not-granted, and should have been taken$/);
  });

  it('wants every request sent', () => {
    demands('answered', (one) => Object.assign(one, { failure: 'timeout' }), /could not be sent: timeout$/);
    demands('answered', (one) => delete one.requestId, /was not answered over HTTP$/);
  });
});
