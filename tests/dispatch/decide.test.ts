import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Outcome } from '../../contracts/outcome.js';
import { type Attempt, decide, decideStatus } from '../../src/dispatch/decide.js';

const policy = { baseMs: 1_000, capMs: 60_000, maxInvalidAttempts: 3 };
const repeatable = { name: 'a', evidenceType: 'a', idempotentByMessageId: true };
const once = { ...repeatable, idempotentByMessageId: false };

const answered: Outcome = { kind: 'answered', evidence: { a: 1 }, evidenceType: 'person-record' };
const refused: Outcome = { kind: 'refused', code: 'PERSON_NOT_FOUND', message: 'Nuk u gjet.' };
const pending: Outcome = { kind: 'pending', ticket: 'T-1' };
const unavailable: Outcome = { kind: 'unavailable', reason: 'connect-refused' };
const unknown: Outcome = { kind: 'unknown', reason: 'call-timeout' };
const invalid: Outcome = { kind: 'invalid', reason: 'signature-mismatch' };

/** Outcome, operation, attempts so far, the state that follows and the code of its reason or result. */
const table: readonly [Outcome, typeof repeatable, number, string, string | undefined][] = [
  [answered, repeatable, 1, 'answered', undefined],
  [answered, once, 9, 'answered', undefined],
  [refused, repeatable, 1, 'refused', 'PERSON_NOT_FOUND'],
  [refused, once, 1, 'refused', 'PERSON_NOT_FOUND'],
  [pending, repeatable, 1, 'awaiting-answer', 'answers-later'],
  [pending, once, 1, 'awaiting-answer', 'answers-later'],
  [unavailable, repeatable, 1, 'retry-wait', 'connect-refused'],
  [unavailable, repeatable, 1_000, 'retry-wait', 'connect-refused'],
  [unavailable, once, 1, 'retry-wait', 'connect-refused'],
  [unknown, repeatable, 1, 'retry-wait', 'call-timeout'],
  [unknown, once, 1, 'held', 'call-timeout'],
  [{ kind: 'unknown', reason: 'unsigned-fault' }, once, 1, 'held', 'unsigned-fault'],
  [{ kind: 'unknown', reason: 'lease-expired' }, once, 2, 'held', 'lease-expired'],
  [invalid, repeatable, 1, 'retry-wait', 'answer-invalid'],
  [invalid, repeatable, 2, 'retry-wait', 'answer-invalid'],
  [invalid, repeatable, 3, 'failed', 'answer-invalid'],
  [invalid, repeatable, 4, 'failed', 'answer-invalid'],
  [invalid, once, 1, 'failed', 'answer-invalid'],
];

const moment = {
  now: 1_000_000,
  pollEveryMs: 60_000,
  registry: 'civil',
  messageId: '0190aaaa-0000-7000-8000-000000000001',
  hasStatus: false,
};

describe('the decision after an attempt', () => {
  for (const [outcome, operation, attempts, to, code] of table) {
    const may = operation === repeatable ? 'repeatable' : 'not repeatable';
    it(`is ${to} when ${outcome.kind}, ${may}, attempt ${attempts}`, () => {
      const verdict = decide({ outcome, operation, policy, attempts, ...moment, random: 0.5 });
      assert.equal(verdict.to, to);
      const result =
        'result' in verdict && verdict.result.kind !== 'answered' ? verdict.result.code : undefined;
      assert.equal(result ?? ('reason' in verdict ? verdict.reason.code : undefined), code);
    });
  }

  it('hands on what the registry answered or said', () => {
    const at = (outcome: Outcome) =>
      decide({ outcome, operation: repeatable, policy, attempts: 1, ...moment, random: 0 });
    assert.deepEqual(at(answered), {
      to: 'answered',
      result: { kind: 'answered', evidenceType: 'person-record', evidence: { a: 1 } },
    });
    assert.deepEqual(at(refused), {
      to: 'refused',
      result: { kind: 'refused', code: 'PERSON_NOT_FOUND', message: 'Nuk u gjet.' },
    });
  });

  it('waits for a late answer under its ticket, and asks no sooner than the registry wants', () => {
    const at = (notBefore?: number) => {
      const outcome: Outcome = { kind: 'pending', ticket: 'T-1', ...(notBefore ? { notBefore } : {}) };
      const verdict = decide({ outcome, operation: once, policy, attempts: 1, ...moment, random: 0 });
      assert.ok(verdict.to === 'awaiting-answer');
      assert.equal(verdict.ticket, 'T-1');
      return verdict.delayMs;
    };
    assert.equal(at(), 60_000);
    assert.equal(at(moment.now + 1), 60_000);
    assert.equal(at(moment.now + 3_600_000), 3_600_000);
  });

  it('gives what is on paper to the officers whom the registry names', () => {
    const at = (office?: string) => {
      const outcome: Outcome = { kind: 'manual', code: 'IN_PAPER_BOOK', ...(office ? { office } : {}) };
      return decide({ outcome, operation: repeatable, policy, attempts: 1, ...moment, random: 0 });
    };
    const verdict = at('21');
    assert.ok(verdict.to === 'awaiting-officer');
    assert.equal(verdict.office, '21');
    assert.equal(verdict.reason.code, 'answered-by-hand');
    assert.equal('office' in at(), false);
  });

  it('never shows the exact reason of an answer that failed verification', () => {
    for (const attempts of [1, 3]) {
      const verdict = decide({
        outcome: invalid,
        operation: repeatable,
        policy,
        attempts,
        ...moment,
        random: 0,
      });
      assert.equal(JSON.stringify(verdict).includes('signature-mismatch'), false);
    }
  });

  it('pauses between nothing and a ceiling that doubles up to the cap', () => {
    const pause = (attempts: number, random: number): number => {
      const verdict = decide({ outcome: unavailable, operation: once, policy, attempts, ...moment, random });
      return verdict.to === 'retry-wait' ? verdict.delayMs : Number.NaN;
    };
    assert.equal(pause(1, 0), 0);
    assert.equal(pause(1, 0.999999), 1_000);
    assert.equal(pause(2, 0.5), 1_000);
    assert.equal(pause(4, 0.5), 4_000);
    assert.equal(pause(50, 0.5), 30_000);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, random) => {
          const delayMs = pause(attempts, random);
          assert.ok(Number.isInteger(delayMs) && delayMs >= 0 && delayMs <= policy.capMs);
        },
      ),
    );
  });

  it('never repeats what may have been executed where that is not safe', () => {
    const outcomes = fc.constantFrom(unknown, invalid, pending, answered, refused);
    fc.assert(
      fc.property(outcomes, fc.integer({ min: 1, max: 100 }), (outcome, attempts) => {
        const attempt: Attempt = { outcome, operation: once, policy, attempts, ...moment, random: 0.3 };
        assert.notEqual(decide(attempt).to, 'retry-wait');
      }),
    );
  });

  it('asks what became of it where the registry tells, and holds it where nobody but a person can find out', () => {
    const at = (outcome: Outcome, hasStatus: boolean, attempts = 1) =>
      decide({ outcome, operation: once, policy, attempts, ...moment, hasStatus, random: 0.5 });
    for (const outcome of [unknown, invalid]) {
      const asked = at(outcome, true);
      assert.ok(asked.to === 'retry-wait' && asked.inquiry !== undefined, outcome.kind);
      assert.match(asked.reason.detail, new RegExp(moment.messageId));
    }
    const held = at(unknown, false);
    assert.ok(held.to === 'held');
    assert.match(held.reason.detail, /registry civil .*message id 0190aaaa-/);
    assert.equal(at(invalid, true, 3).to, 'failed');
    assert.equal(
      at({ kind: 'invalid', reason: 'request: /x required' }, true).to,
      'failed',
      'nothing was sent',
    );
  });

  it('waits as long as the registry or the breaker wants, and spreads what was not even tried', () => {
    const delay = (outcome: Outcome, attempts: number, random: number) => {
      const verdict = decide({ outcome, operation: once, policy, attempts, ...moment, random });
      return verdict.to === 'retry-wait' ? verdict.delayMs : undefined;
    };
    const notBefore = moment.now + 20_000;
    assert.equal(delay({ ...unavailable, notBefore } as Outcome, 1, 0.5), 20_500);
    assert.equal(delay({ ...unavailable, notBefore: moment.now - 5 } as Outcome, 1, 0.5), 500);
    const open: Outcome = { kind: 'unavailable', reason: 'circuit-open', notBefore };
    assert.equal(delay(open, 90, 0.5), 20_500, 'nobody was asked, so nobody grew impatient');
  });
});

describe('the decision after asking what became of a message id', () => {
  const asked = (outcome: Outcome, inquiry = {}, changes: Partial<Attempt> = {}) =>
    decideStatus({
      outcome,
      operation: once,
      policy,
      attempts: 2,
      ...moment,
      hasStatus: true,
      random: 0.5,
      inquiry,
      statusPauseMs: 10_000,
      ...changes,
    });
  const notExecuted: Outcome = { kind: 'unavailable', reason: 'not-executed' };

  it('takes the stored answer', () => {
    for (const outcome of [answered, refused, pending]) {
      const to = { answered: 'answered', refused: 'refused', pending: 'awaiting-answer' }[
        outcome.kind as 'answered'
      ];
      assert.equal(asked(outcome).to, to);
    }
  });

  it('asks again only after two answers "not executed" with a pause between', () => {
    const first = asked(notExecuted);
    assert.ok(first.to === 'retry-wait');
    assert.deepEqual([first.inquiry, first.delayMs], [{ notExecutedAt: moment.now }, 10_000]);
    const early = asked(notExecuted, first.inquiry, { now: moment.now + 9_999 });
    assert.ok(early.to === 'retry-wait');
    assert.deepEqual([early.inquiry, early.delayMs], [first.inquiry, 1]);
    const late = asked(notExecuted, first.inquiry, { now: moment.now + 10_000 });
    assert.ok(late.to === 'retry-wait');
    assert.equal(late.inquiry, undefined, 'the next attempt is a call');
  });

  it('keeps asking while nobody says, and never calls meanwhile', () => {
    const inquiry = { notExecutedAt: moment.now - 1 };
    for (const outcome of [unknown, unavailable, { kind: 'unavailable', reason: 'circuit-open' } as const]) {
      const verdict = asked(outcome, inquiry, { attempts: 999 });
      assert.ok(verdict.to === 'retry-wait');
      assert.deepEqual(verdict.inquiry, inquiry);
    }
  });

  it('leaves it to a person when no answer can be accepted', () => {
    assert.ok('inquiry' in asked(invalid));
    const held = asked(invalid, {}, { attempts: 3 });
    assert.ok(held.to === 'held');
    assert.match(held.reason.detail, /message id 0190aaaa-/);
  });
});
