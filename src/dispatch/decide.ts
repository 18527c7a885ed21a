import type { Operation } from '../../adapters/adapter.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Inquiry, Reason, Result } from '../requests/request.js';
import { backoffMs, type Retry } from './retry-policy.js';

/** What to do with a request after one attempt. */
export type Verdict =
  | { readonly to: 'answered'; readonly result: Extract<Result, { kind: 'answered' }> }
  | { readonly to: 'refused'; readonly result: Extract<Result, { kind: 'refused' }> }
  | { readonly to: 'failed'; readonly result: Extract<Result, { kind: 'failed' }>; readonly reason: Reason }
  | {
      readonly to: 'retry-wait';
      readonly delayMs: number;
      readonly reason: Reason;
      /** Present when the registry is asked for the status next time, and not asked again. */
      readonly inquiry?: Inquiry;
    }
  | {
      readonly to: 'awaiting-answer';
      readonly ticket: string;
      /** Until the registry is asked again, if it can be asked. */
      readonly delayMs: number;
      readonly reason: Reason;
    }
  | { readonly to: 'awaiting-officer'; readonly office?: string; readonly reason: Reason }
  | { readonly to: 'held'; readonly reason: Reason };

export interface Attempt {
  readonly outcome: Outcome;
  readonly operation: Operation;
  readonly policy: Retry;
  readonly registry: string;
  /** As the registry knows it; an operator looks it up there. */
  readonly messageId: string;
  /** Whether the registry can be asked what became of a message id. */
  readonly hasStatus: boolean;
  /** This attempt included. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Until the first or next look for a late answer, milliseconds; none when the registry calls back. */
  readonly pollEveryMs: number;
  /** Uniform in [0, 1): spreads retries, so that a registry that comes back is not met by all at once. */
  readonly random: number;
}

/** The one place that says what each outcome means for the request. A pure function. */
export function decide(attempt: Attempt): Verdict {
  const { outcome, operation, policy, attempts, now, pollEveryMs } = attempt;
  switch (outcome.kind) {
    case 'answered':
      return {
        to: 'answered',
        result: { kind: 'answered', evidenceType: outcome.evidenceType, evidence: outcome.evidence },
      };
    case 'refused':
      return { to: 'refused', result: { kind: 'refused', code: outcome.code, message: outcome.message } };
    case 'pending':
      return {
        to: 'awaiting-answer',
        ticket: outcome.ticket,
        delayMs: Math.max(outcome.notBefore === undefined ? 0 : outcome.notBefore - now, pollEveryMs),
        reason: {
          code: 'answers-later',
          detail: `The registry answers later under ticket ${outcome.ticket}.`,
        },
      };
    case 'manual':
      return {
        to: 'awaiting-officer',
        ...(outcome.office === undefined ? {} : { office: outcome.office }),
        reason: {
          code: 'answered-by-hand',
          detail: `The registry has no electronic answer (${outcome.code}): an officer answers by hand.`,
        },
      };
    case 'unavailable':
      return {
        to: 'retry-wait',
        delayMs: pauseMs(attempt, outcome),
        reason: {
          code: outcome.reason,
          detail: 'The registry could not be reached; the request is asked again by itself.',
        },
      };
    case 'unknown':
      if (operation.idempotentByMessageId) {
        return {
          to: 'retry-wait',
          delayMs: pauseMs(attempt, outcome),
          reason: {
            code: outcome.reason,
            detail: 'The registry gave no usable answer; it is asked again under the same message id.',
          },
        };
      }
      return attempt.hasStatus ? inquire(attempt, outcome.reason, {}) : hold(attempt, outcome.reason);
    case 'invalid':
      if (attempts < policy.maxInvalidAttempts) {
        if (operation.idempotentByMessageId) {
          return {
            to: 'retry-wait',
            delayMs: pauseMs(attempt),
            reason: {
              code: 'answer-invalid',
              detail: 'The answer was not accepted; the registry is asked again.',
            },
          };
        }
        // The registry answered, so it executed the request; its stored answer may be one that can be accepted.
        if (attempt.hasStatus && !outcome.reason.startsWith('request: '))
          return inquire(attempt, 'answer-invalid', {});
      }
      return {
        to: 'failed',
        result: { kind: 'failed', code: 'answer-invalid' },
        reason: { code: 'answer-invalid', detail: 'The registry gave no answer that could be accepted.' },
      };
  }
}

/** What to do after the registry was asked for the status of a message id of which nobody knows what came. */
export function decideStatus(
  attempt: Attempt & {
    readonly inquiry: Inquiry;
    /** Between two answers "not executed" that together count as proof, milliseconds. */
    readonly statusPauseMs: number;
  },
): Verdict {
  const { outcome, inquiry, now, attempts, policy, statusPauseMs } = attempt;
  switch (outcome.kind) {
    case 'unavailable': {
      if (outcome.reason !== 'not-executed') return inquire(attempt, outcome.reason, inquiry, outcome);
      const { notExecutedAt = now } = inquiry;
      const leftMs = notExecutedAt + statusPauseMs - now;
      // Said once it proves little: the question may still have been on its way to the registry.
      if (leftMs > 0 || inquiry.notExecutedAt === undefined) {
        const verdict = inquire(attempt, 'not-executed', { ...inquiry, notExecutedAt });
        return { ...verdict, delayMs: Math.max(leftMs, 0) };
      }
      return {
        to: 'retry-wait',
        delayMs: pauseMs(attempt),
        reason: {
          code: 'not-executed',
          detail: 'The registry has not executed the request, and is asked again under the same message id.',
        },
      };
    }
    case 'unknown':
      return inquire(attempt, outcome.reason, inquiry, outcome);
    case 'invalid':
      return attempts < policy.maxInvalidAttempts
        ? inquire(attempt, 'answer-invalid', inquiry)
        : hold(attempt, 'answer-invalid');
    default:
      return decide(attempt);
  }
}

function inquire(
  attempt: Attempt,
  code: string,
  inquiry: Inquiry,
  outcome?: { readonly notBefore?: number },
): Extract<Verdict, { to: 'retry-wait' }> {
  return {
    to: 'retry-wait',
    delayMs: pauseMs(attempt, outcome),
    reason: {
      code,
      detail: `It is not known whether the registry executed the request: it is asked by itself what became of message id ${attempt.messageId}.`,
    },
    inquiry,
  };
}

/** Nobody but a person can find out. */
function hold({ registry, messageId }: Attempt, code: string): Verdict {
  return { to: 'held', reason: { code, detail: checkAt(registry, messageId) } };
}

/** What an operator has to do about a request of which nobody knows what came. */
export function checkAt(registry: string, messageId: string): string {
  return (
    `It is not known whether the registry executed the request, and repeating it is not safe. Ask the registry ${registry} ` +
    `whether it executed message id ${messageId}: if it did, answer by hand; if it never will, release the request.`
  );
}

/** Not before the registry or the breaker want it, and then spread, so that nobody is met by all at once. */
function pauseMs(attempt: Attempt, { notBefore }: { readonly notBefore?: number } = {}): number {
  const { policy, attempts, random, now, outcome } = attempt;
  // Nobody was asked, so there is nobody to be more patient with.
  const tried = outcome.kind === 'unavailable' && outcome.reason === 'circuit-open' ? 1 : attempts;
  const backoff = backoffMs(policy, tried, random);
  return notBefore === undefined ? backoff : Math.max(notBefore - now, 0) + backoff;
}
