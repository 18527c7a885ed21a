import assert from 'node:assert/strict';
import type { Operation } from '../../adapters/adapter.js';
import { UraError } from '../../src/errors.js';
import type { ActionBody, RequestAction } from '../../src/operator/action.js';
import type { FoundRequest } from '../../src/operator/operator-store.js';
import { planAction, possibleActions } from '../../src/operator/plan-action.js';
import type { StoredRequest } from '../../src/requests/request.js';
import { isFinal, mayBecome, type RequestState, requestStates } from '../../src/requests/states.js';

const operation = (idempotentByMessageId: boolean): Operation => ({
  name: 'family-composition',
  evidenceType: 'family-composition',
  idempotentByMessageId,
});
const found = (state: RequestState, leaseLive = false): FoundRequest => ({
  request: {
    id: '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a',
    state,
    decision: { grant: 'g', fields: ['head'], reasons: [] },
    reason: { code: 'answers-later', detail: 'The registry answers later.' },
  } as unknown as StoredRequest,
  nextAttemptAt: 0,
  leaseLive,
});
const body: ActionBody = {
  reason: { code: 'urgent', text: 'Qytetari pret' },
  evidence: { head: 1, members: [] },
};
const actions = ['release', 'rerun', 'cancel', 'answer'] as const;

/** What each action makes of each state, with the operation that promises nothing: written by hand. */
const table: Readonly<Record<(typeof actions)[number], Readonly<Record<RequestState, string>>>> = {
  release: row('not-held', { held: 'retry-wait' }),
  rerun: row('not-rerunnable', {
    'retry-wait': 'retry-wait',
    'awaiting-answer': 'awaiting-answer',
    held: 'repeat-not-confirmed',
  }),
  cancel: row('cancelled', {}),
  answer: row('not-answerable', { held: 'answered', 'awaiting-officer': 'answered' }),
};

function row(open: string, others: Partial<Record<RequestState, string>>): Record<RequestState, string> {
  const all = requestStates.map((state) => [
    state,
    others[state] ?? (isFinal(state) ? 'request-finished' : open),
  ]);
  return Object.fromEntries(all) as Record<RequestState, string>;
}

/** The state that comes of it, or the code of the refusal. */
function outcomeOf(
  action: (typeof actions)[number],
  ...rest: [FoundRequest, ActionBody, Operation?]
): string {
  try {
    return planAction(action, rest[0], rest[1], rest[2]).to;
  } catch (error) {
    assert.ok(error instanceof UraError, String(error));
    return error.code;
  }
}

describe('what an operator does to a request', () => {
  for (const action of actions) {
    it(`${action}: every state has one outcome, by the table`, () => {
      for (const state of requestStates) {
        assert.equal(outcomeOf(action, found(state), body, operation(false)), table[action][state], state);
      }
    });
  }

  it('takes only steps that the table of transitions has, from where the request stands', () => {
    for (const action of actions) {
      for (const state of requestStates) {
        for (const more of [{}, { confirmNotExecuted: true }]) {
          const outcome = outcomeOf(action, found(state), { ...body, ...more }, operation(true));
          if (!requestStates.includes(outcome as RequestState)) continue;
          const plan = planAction(action, found(state), { ...body, ...more }, operation(true));
          assert.equal(plan.from, state);
          assert.ok(mayBecome(state, plan.to), `${action}: ${state} → ${plan.to}`);
        }
      }
    }
  });

  it('is offered exactly where something can come of it', () => {
    for (const state of requestStates) {
      const offered = possibleActions[state].filter(
        (action): action is (typeof actions)[number] => action !== 'disclose',
      );
      const possible = actions.filter((action) => {
        const confirmed = { ...body, confirmNotExecuted: true };
        return requestStates.includes(
          outcomeOf(action, found(state), confirmed, operation(false)) as RequestState,
        );
      });
      assert.deepEqual([...offered].sort(), [...possible].sort(), state);
    }
    const disclosed = requestStates.filter((state) =>
      possibleActions[state].includes('disclose' as RequestAction),
    );
    assert.deepEqual(disclosed, ['awaiting-officer', 'held']);
  });

  it('repeats a held request where the registry executes it once, or somebody says that it did not once', () => {
    const held = found('held');
    assert.equal(outcomeOf('rerun', held, body, operation(true)), 'retry-wait');
    assert.equal(outcomeOf('rerun', held, body), 'repeat-not-confirmed', 'of an operation that nobody knows');
    assert.equal(
      outcomeOf('rerun', held, { ...body, confirmNotExecuted: false }, operation(false)),
      'repeat-not-confirmed',
    );
    assert.equal(
      outcomeOf('rerun', held, { ...body, confirmNotExecuted: true }, operation(false)),
      'retry-wait',
    );
  });

  it('takes over a lease that ran out, and none that runs', () => {
    assert.equal(outcomeOf('cancel', found('dispatching', true), body), 'not-cancellable');
    assert.equal(planAction('cancel', found('dispatching'), body, undefined).seize, true);
    assert.equal(planAction('cancel', found('held'), body, undefined).seize, undefined);
  });

  it('leaves open what nobody knows: what may have been executed is asked for, now, and not asked again', () => {
    const waiting = found('retry-wait');
    const inquiry = { notExecutedAt: 1 };
    const open: FoundRequest = { ...waiting, request: { ...waiting.request, inquiry } };
    assert.deepEqual(planAction('rerun', open, body, operation(false)).inquiry, inquiry);
    assert.equal(planAction('rerun', waiting, body, operation(false)).inquiry, undefined);
  });

  it('keeps the reason for which a late answer is waited for', () => {
    const { reason, delayMs } = planAction('rerun', found('awaiting-answer'), body, operation(false));
    assert.deepEqual([reason?.code, delayMs], ['answers-later', 0]);
  });

  it('answers with the granted fields, refuses or fails, and says that an operator did', () => {
    const { evidence: _, ...nothing } = body;
    const refusal = { code: 'FACT_NOT_FOUND', message: 'Nuk ka' };
    const plans = [
      planAction('answer', found('held'), body, operation(false)),
      planAction('answer', found('held'), { ...nothing, refusal }, operation(false)),
      planAction('answer', found('held'), { ...nothing, failure: { code: 'answer-lost' } }, operation(false)),
    ];
    assert.deepEqual(
      plans.map(({ result }) => result),
      [
        {
          kind: 'answered',
          evidenceType: 'family-composition',
          evidence: { head: 1 },
          fulfilledBy: 'officer',
        },
        { kind: 'refused', ...refusal },
        { kind: 'failed', code: 'answer-lost' },
      ],
    );
    for (const { reason } of plans) {
      assert.deepEqual(reason, { code: 'answered-by-operator', detail: body.reason.text });
    }
    assert.equal(
      outcomeOf('answer', found('held'), body),
      'not-answerable',
      'of an operation that nobody knows',
    );
  });
});
