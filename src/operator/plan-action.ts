import type { Operation } from '../../adapters/adapter.js';
import { answeredChange } from '../dispatch/attempt.js';
import { UraError } from '../errors.js';
import type { Reason, StoredRequest } from '../requests/request.js';
import { isFinal, type RequestState } from '../requests/states.js';
import type { Change } from '../results/complete.js';
import type { ActionBody, RequestAction } from './action.js';
import type { FoundRequest } from './operator-store.js';

/** What an action makes of a request; its evidence is added by the caller. */
export type PlannedChange = Omit<Change, 'evidence'> & {
  readonly from: RequestState;
  /** Its holder's lease has run out, and has to be taken over first. */
  readonly seize?: true;
};

/** What can be done to a request that stands there, in the order in which it is offered. */
export const possibleActions: Readonly<Record<RequestState, readonly RequestAction[]>> = {
  accepted: ['cancel'],
  dispatching: ['cancel'],
  'retry-wait': ['rerun', 'cancel'],
  'awaiting-answer': ['rerun', 'cancel'],
  'awaiting-officer': ['disclose', 'answer', 'cancel'],
  held: ['release', 'rerun', 'disclose', 'answer', 'cancel'],
  answered: [],
  refused: [],
  failed: [],
  expired: [],
  cancelled: [],
};

/**
 * Says what an action makes of a request as it stands, or why it may not be taken. A pure function.
 *
 * @param operation of the adapter; undefined when it has none of that name.
 * @throws {UraError} `request-finished`, `not-held`, `not-rerunnable`, `repeat-not-confirmed`, `not-cancellable`,
 *   `not-answerable`.
 */
export function planAction(
  action: Exclude<RequestAction, 'disclose'>,
  found: FoundRequest,
  body: ActionBody,
  operation: Operation | undefined,
): PlannedChange {
  const { request, leaseLive } = found;
  const { state } = request;
  if (isFinal(state)) {
    throw new UraError(
      'request-finished',
      `It is ${state}, and an end is never undone: the client has to submit anew, under a new Idempotency-Key.`,
    );
  }
  switch (action) {
    case 'release':
      if (state !== 'held')
        throw new UraError('not-held', `It is ${state}: only a held request is released.`);
      return { from: state, to: 'retry-wait', delayMs: 0, reason: released };
    case 'rerun':
      return rerun(request, body, operation);
    case 'cancel':
      if (state === 'dispatching' && leaseLive) {
        throw new UraError(
          'not-cancellable',
          'The registry is being asked at this moment: try again when the lease has run out.',
        );
      }
      return {
        from: state,
        to: 'cancelled',
        reason: told('cancelled-by-operator', body),
        ...(state === 'dispatching' ? { seize: true } : {}),
      };
    case 'answer':
      if (state !== 'held' && state !== 'awaiting-officer') {
        throw new UraError(
          'not-answerable',
          `It is ${state}: only what waits for a person is answered by hand.`,
        );
      }
      return { from: state, ...answer(request, body, operation) };
  }
}

const released: Reason = {
  code: 'released-by-operator',
  detail: 'An operator found that the registry had not executed the request; it is asked again.',
};

const rerunNow: Reason = {
  code: 'rerun-by-operator',
  detail: 'An operator has the registry asked again now.',
};

/** Now instead of later; and out of `held` where that cannot happen twice, or somebody says that it did not once. */
function rerun(
  request: StoredRequest,
  { confirmNotExecuted }: ActionBody,
  operation: Operation | undefined,
): PlannedChange {
  const { state } = request;
  switch (state) {
    case 'retry-wait':
      return {
        from: state,
        to: 'retry-wait',
        delayMs: 0,
        reason: rerunNow,
        // Where nobody knows whether it was executed, the registry goes on being asked for that, and for nothing else.
        ...(request.inquiry ? { inquiry: request.inquiry } : {}),
      };
    case 'awaiting-answer':
      // The registry has the question: only its answer is asked for.
      return {
        from: state,
        to: 'awaiting-answer',
        delayMs: 0,
        ...(request.reason ? { reason: request.reason } : {}),
      };
    case 'held':
      if (operation?.idempotentByMessageId !== true && confirmNotExecuted !== true) {
        throw new UraError(
          'repeat-not-confirmed',
          'The registry may have executed it, and would do so again: find out, then send confirmNotExecuted, or release it.',
        );
      }
      return { from: state, to: 'retry-wait', delayMs: 0, reason: rerunNow };
    default:
      throw new UraError('not-rerunnable', `It is ${state}: it is being worked on, or waits for a person.`);
  }
}

function answer(
  request: StoredRequest,
  body: ActionBody,
  operation: Operation | undefined,
): Pick<Change, 'to' | 'result' | 'reason'> {
  const reason = told('answered-by-operator', body);
  const { refusal, failure, evidence } = body;
  if (refusal) return { to: 'refused', result: { kind: 'refused', ...refusal }, reason };
  if (failure) return { to: 'failed', result: { kind: 'failed', code: failure.code }, reason };
  const evidenceType = operation?.evidenceType;
  if (evidenceType === undefined) {
    throw new UraError(
      'not-answerable',
      'This gateway does not know what an answer to it looks like: refuse it, let it fail, or cancel it.',
    );
  }
  const result = { kind: 'answered', evidenceType, evidence, fulfilledBy: 'officer' } as const;
  return { ...answeredChange(request, result), reason };
}

/** An end is told to the client in the operator's words. */
function told(code: string, { reason }: ActionBody): Reason {
  return { code, detail: reason.text };
}
