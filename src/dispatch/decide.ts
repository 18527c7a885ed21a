import type { Operation } from '../../adapters/adapter.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Reason, Result } from '../requests/request.js';

/** How often and how patiently one registry is asked again. */
export interface RetryPolicy {
  /** First pause, milliseconds. */
  readonly baseMs: number;
  /** Longest pause, milliseconds. */
  readonly capMs: number;
  /** Attempts at most whose answer failed verification; such an answer is an alarm, not a hiccup. */
  readonly maxInvalidAttempts: number;
}

/** What to do with a request after one attempt. */
export type Verdict =
  | { readonly to: 'answered'; readonly result: Extract<Result, { kind: 'answered' }> }
  | { readonly to: 'refused'; readonly result: Extract<Result, { kind: 'refused' }> }
  | { readonly to: 'failed'; readonly result: Extract<Result, { kind: 'failed' }>; readonly reason: Reason }
  | { readonly to: 'retry-wait'; readonly delayMs: number; readonly reason: Reason }
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
  readonly policy: RetryPolicy;
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
        delayMs: backoffMs(attempt),
        reason: {
          code: outcome.reason,
          detail: 'The registry could not be reached; the request is asked again by itself.',
        },
      };
    case 'unknown':
      if (operation.idempotentByMessageId) {
        return {
          to: 'retry-wait',
          delayMs: backoffMs(attempt),
          reason: {
            code: outcome.reason,
            detail: 'The registry gave no usable answer; it is asked again under the same message id.',
          },
        };
      }
      return {
        to: 'held',
        reason: {
          code: outcome.reason,
          detail:
            'The registry may have executed the request, and repeating it is not safe: an operator decides.',
        },
      };
    case 'invalid':
      if (operation.idempotentByMessageId && attempts < policy.maxInvalidAttempts) {
        return {
          to: 'retry-wait',
          delayMs: backoffMs(attempt),
          reason: {
            code: 'answer-invalid',
            detail: 'The answer was not accepted; the registry is asked again.',
          },
        };
      }
      return {
        to: 'failed',
        result: { kind: 'failed', code: 'answer-invalid' },
        reason: { code: 'answer-invalid', detail: 'The registry gave no answer that could be accepted.' },
      };
  }
}

/** Exponential backoff with full jitter: uniform between 0 and the present ceiling. */
function backoffMs({ policy, attempts, random }: Attempt): number {
  const ceiling = Math.min(policy.capMs, policy.baseMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(ceiling * random);
}
