import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter, CallbackVerdict, Exchanged, OpenedCallback } from '../../adapters/adapter.js';
import type { DispatchObserver } from '../dispatch/attempt.js';
import { answeredChange } from '../dispatch/attempt.js';
import { toExchange } from '../dispatch/to-exchange.js';
import { UraError } from '../errors.js';
import type { StoredRequest } from '../requests/request.js';
import type { RequestStore } from '../requests/request-store.js';
import { isFinal } from '../requests/states.js';
import { type Change, type Completion, exchangeEvidence } from './complete.js';

export interface LateAnswerParts {
  readonly store: Pick<RequestStore, 'findForAdapter'>;
  readonly completion: Completion;
  readonly observer: Pick<DispatchObserver, 'attempted' | 'alarm'>;
}

/** A registry may call back before our own note of its promise is stored: it is waited for so often, this long. */
const LOOKS = 12;
const PAUSE_MS = 250;

/**
 * Takes an answer that a registry sent by itself to the request that it answers, in one transaction.
 *
 * @returns what the registry is told. An answer that breaks its contract is kept as evidence and changes nothing.
 * @throws {UraError} `unavailable` while the request is being worked on: the registry sends again later.
 */
export async function deliverLateAnswer(
  { store, completion, observer }: LateAnswerParts,
  adapter: Adapter,
  opened: OpenedCallback,
): Promise<CallbackVerdict> {
  for (let look = 0; look < LOOKS; look += 1) {
    const request = await store.findForAdapter(adapter.name, opened.messageId);
    if (!request) return 'unknown-request';
    if (isFinal(request.state)) return 'already-finished';
    if (request.state === 'awaiting-answer') {
      const exchanged = await opened.read(toExchange(request), request.ticket);
      const change = changeAfter(request, exchanged);
      if (await completion.apply(request, null, change)) {
        observer.attempted(request, exchanged);
        if (exchanged.outcome.kind !== 'invalid') return 'taken';
        observer.alarm(request, exchanged.outcome.reason);
        return 'not-accepted';
      }
    }
    await sleep(PAUSE_MS);
  }
  throw new UraError('unavailable', 'The request is being worked on: send the answer again.', {
    retryAfterSeconds: 5,
  });
}

function changeAfter(request: StoredRequest, exchanged: Exchanged): Change {
  const { outcome } = exchanged;
  const evidence = exchangeEvidence(request, exchanged);
  switch (outcome.kind) {
    case 'answered': {
      const { evidence: answer, evidenceType } = outcome;
      return { ...answeredChange(request, { kind: 'answered', evidenceType, evidence: answer }), evidence };
    }
    case 'refused': {
      const { code, message } = outcome;
      return { to: 'refused', result: { kind: 'refused', code, message }, evidence };
    }
    case 'manual': {
      const { code, office } = outcome;
      const detail = `The registry has no electronic answer (${code}): an officer answers by hand.`;
      const reason = { code: 'answered-by-hand', detail };
      return { to: 'awaiting-officer', ...(office === undefined ? {} : { office }), reason, evidence };
    }
    default: {
      const detail = 'An answer that the registry sent was not accepted; the wait for a good one goes on.';
      return { to: 'awaiting-answer', reason: { code: 'answer-invalid', detail }, evidence };
    }
  }
}
