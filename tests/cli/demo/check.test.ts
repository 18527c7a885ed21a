import assert from 'node:assert/strict';
import { findMissing } from '../../../src/cli/demo/check.js';
import { begin, type Progress } from '../../../src/cli/demo/progress.js';
import { goodRun, plan } from './good-run.js';

type Changed = { -readonly [Name in keyof Progress]: Progress[Name] };

describe('what the demo demands', () => {
  /** A good morning with one matter changed: exactly these sentences come of it. */
  function demands(number: string, change: (progress: Changed) => void, ...sentences: RegExp[]): void {
    const run = goodRun();
    const progress = run.all.find(({ planned }) => planned.number === number);
    assert.ok(progress);
    change(progress);
    const missing = findMissing(run);
    assert.equal(missing.length, sentences.length, missing.join('\n'));
    for (const [index, sentence] of sentences.entries()) assert.match(missing[index] as string, sentence);
  }
  /** The only request of a case or question. */
  const requestOf = (progress: Changed) => {
    const [request] = progress.requests.values();
    assert.ok(request);
    return request;
  };
  function ofCase(progress: Changed, part: object): void {
    assert.ok(progress.ended);
    const { caseEvent } = progress.ended;
    const value = { ...caseEvent.value, ...part };
    progress.ended = { ...progress.ended, caseEvent: { ...caseEvent, value } };
  }
  function ofResult(progress: Changed, part: object): void {
    const request = requestOf(progress);
    const { event } = request.listened;
    const listened = { ...request.listened, event: { ...event, value: { ...event.value, ...part } } };
    progress.requests.set(request.id, { ...request, listened });
  }

  it('is content with a morning that came out right', () => {
    assert.deepEqual(findMissing(goodRun()), []);
  });

  it('names every matter when nothing happened, and everything that the morning has to show', () => {
    const nothing = { all: plan().map(begin), refusedEvents: [], journals: new Map([['tax', 0]]) };
    const missing = findMissing(nothing);
    assert.equal(missing.filter((line) => line.startsWith('matter ')).length, 16);
    assert.deepEqual(
      missing.filter((line) => !line.startsWith('matter ')),
      [
        'the morning has 0 cases instead of 12',
        'the morning has 0 services instead of 8',
        'the morning has 0 late answers instead of 1',
        'the morning has 0 refusals instead of 1',
        'the morning has 0 answers by hand instead of 1',
        'the morning has 0 applications instead of 1',
        'the registry tax was not asked, by its own journal',
      ],
    );
  });

  it('wants each case out of Kafka, as this one and with this end', () => {
    const fewer = /^the morning has 11 cases instead of 12$/;
    demands('02', (one) => delete one.ended, /^matter 02 .* has not come out of Kafka$/, fewer);
    demands('02', (one) => ofCase(one, { id: 'other' }), /came out of Kafka as another case$/);
    demands('02', (one) => ofCase(one, { caseId: 'other' }), /came out of Kafka as another case$/);
    demands('02', (one) => ofCase(one, { procedure: 'AL020302' }), /came out of Kafka for another service$/);
    demands('02', (one) => ofCase(one, { state: 'incomplete' }), /as incomplete instead of complete$/);
    const wrong = [{ step: 'fact', reason: { code: 'BUSY', detail: '' }, text: { sq: '', en: '' } }];
    demands('11', (one) => ofCase(one, { missing: wrong }), /lacks BUSY, not PERSON_NOT_FOUND$/);
    demands('11', (one) => ofCase(one, { state: 'complete' }), /as complete instead of incomplete$/);
    demands('02', (one) => ofCase(one, { steps: [] }), /asked nothing$/);
  });

  it('wants each request of a case out of Kafka, for this case and advancing it', () => {
    demands('02', (one) => one.requests.clear(), /a request that has not come out of Kafka: \S+$/);
    demands('14', (one) => one.requests.clear(), /^matter 14 .* has not come out of Kafka: \S+$/);
    demands('02', (one) => ofResult(one, { requestId: 'other' }), /came out of Kafka as another: \S+$/);
    demands('02', (one) => ofResult(one, { caseId: 'other' }), /came out of Kafka as another: \S+$/);
    demands('14', (one) => ofResult(one, { state: 'expired' }), /as expired instead of answered$/);
    demands(
      '02',
      (one) => {
        const request = requestOf(one);
        const listened = { ...request.listened, case: { ...request.listened.case, results: [] } };
        one.requests.set(request.id, { ...request, listened });
      },
      /did not advance its case: \S+$/,
    );
  });

  it('wants the evidence of each request verified, all of it', () => {
    const withChecks = (checks: ReturnType<typeof requestOf>['checks']) => (one: Changed) => {
      const { checks: before = [], ...request } = requestOf(one);
      const after = checks && (checks.length === 0 ? [] : [...before, ...checks]);
      one.requests.set(request.id, { ...request, ...(after ? { checks: after } : {}) });
    };
    demands('02', withChecks(undefined), /evidence that was not verified: \S+$/);
    demands('02', withChecks([]), /evidence that was not verified: \S+$/);
    demands('14', withChecks([]), /^matter 14 .* evidence that was not verified: \S+$/);
    demands(
      '02',
      withChecks([{ name: 'registry-answer #4: signature', ok: false, detail: 'a digest differs' }]),
      /evidence that does not hold, of \S+: registry-answer #4: signature: a digest differs$/,
    );
  });

  it('wants one late answer, one refusal and one answer by hand, and no more', () => {
    demands(
      '01',
      (one) => Object.assign(requestOf(one), { late: false }),
      /has 0 late answers instead of 1$/,
    );
    demands('02', (one) => Object.assign(requestOf(one), { late: true }), /has 2 late answers instead of 1$/);
    demands(
      '10',
      (one) => Object.assign(requestOf(one), { byHand: false }),
      /0 answers by hand instead of 1$/,
    );
    demands('02', (one) => ofResult(one, { state: 'refused' }), /has 2 refusals instead of 1$/);
  });

  it('wants each state of the application back on each of the three ways', () => {
    const trail = (one: Changed) => {
      assert.ok(one.application);
      return one.application;
    };
    demands(
      '13',
      (one) => trail(one).byGet.pop(),
      /by GET as received, in-review instead of received, in-rev/,
    );
    demands('13', (one) => trail(one).byWebhook.splice(0), /by the webhook as nothing instead of received/);
    demands(
      '13',
      (one) => trail(one).byTopic.reverse(),
      /by the topic as approved, in-review, received instead/,
    );
    demands('13', (one) => Object.assign(trail(one), { arrived: false }), /has not come out of Kafka$/);
    const failed = [{ name: 'document 1', ok: false, detail: 'not so' }];
    demands(
      '13',
      (one) => Object.assign(trail(one), { checks: failed }),
      /does not hold: document 1: not so$/,
    );
    demands(
      '13',
      (one) => delete trail(one).checks,
      /was not compared$/,
      /^the morning has 0 applications instead of 1$/,
    );
  });

  it('wants misuse turned away, each with its own status and code, and nothing else', () => {
    const taken = (one: Changed) => {
      delete one.turnedAway;
      one.id = 'taken';
    };
    demands('15', taken, /was taken, and should have been turned away with 403 not-granted$/);
    demands('16', taken, /should have been turned away with 409 message-replayed$/);
    demands('15', (one) => delete one.turnedAway, /was not answered; 403 not-granted is expected$/);
    const away = (status: number, code: string) => (one: Changed) => {
      one.turnedAway = { status, code };
    };
    demands('16', away(409, 'not-cancellable'), /with 409 not-cancellable instead of 409 message-replayed$/);
    demands('15', away(404, 'unknown-service'), /with 404 unknown-service instead of 403 not-granted$/);
    demands('02', away(403, 'not-granted'), /with 403 not-granted, and should have been taken$/);
  });

  it('wants every matter sent, every registry asked, and nothing refused by whom it came to', () => {
    demands('02', (one) => Object.assign(one, { failure: 'timeout' }), /did not come to its end: timeout$/);
    demands('02', (one) => delete one.id, /was not answered over HTTP$/);
    const run = goodRun();
    assert.deepEqual(findMissing({ ...run, journals: new Map([...run.journals, ['adisa', 0]]) }), [
      'the registry adisa was not asked, by its own journal',
    ]);
    assert.deepEqual(findMissing({ ...run, refusedEvents: ['webhook: signature-invalid'] }), [
      'an event or call was not accepted: webhook: signature-invalid',
    ]);
  });
});
