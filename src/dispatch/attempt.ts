import { randomInt } from 'node:crypto';
import type { Adapter, Exchanged, Operation } from '../../adapters/adapter.js';
import type { Clock } from '../clock.js';
import type { LeasedRequest, StoredRequest } from '../requests/request.js';
import { type Change, exchangeEvidence } from '../results/complete.js';
import { project } from '../results/projection.js';
import { decide, type RetryPolicy } from './decide.js';
import { toExchange } from './to-exchange.js';

export interface LaneSettings {
  readonly adapter: Adapter;
  /** Calls to this registry at once. */
  readonly concurrency: number;
  /** Requests waiting in memory behind them; more stay in the store. */
  readonly queueLimit: number;
  readonly retry: RetryPolicy;
}

export interface DispatchObserver {
  attempted(request: StoredRequest, exchanged: Exchanged): void;
  /** The answer failed verification: somebody must look. */
  alarm(request: StoredRequest, reason: string): void;
  failed(what: string, error: Error, requestId?: string): void;
}

/**
 * One attempt at a leased request: asks its registry and says what becomes of it.
 *
 * @param signal aborts the call when the lease was lost or the process stops.
 * @throws when the adapter could not do its part, for example because the replay set does not answer: nothing is
 *   known then, and the lease has to run out.
 */
export async function attempt(
  request: LeasedRequest,
  settings: LaneSettings,
  { clock, observer }: { readonly clock: Clock; readonly observer: DispatchObserver },
  signal: AbortSignal,
): Promise<Change> {
  const operation = settings.adapter.operations.get(request.operation);
  if (!operation) {
    const detail = 'The catalogue names an operation that the adapter lacks.';
    return { to: 'held', evidence: [], reason: { code: 'unknown-operation', detail } };
  }
  if (request.deadlineAt <= clock.now()) {
    const reason = { code: 'deadline-passed', detail: 'The deadline passed before the registry answered.' };
    return { to: 'expired', reason, evidence: [] };
  }
  if (request.abandoned && !operation.idempotentByMessageId) {
    // An earlier process may have asked already, and nobody knows what came of it.
    return changeAfter(request, operation, settings, noAnswer('lease-expired'));
  }
  const exchanged = await settings.adapter.call(toExchange(request), signal);
  observer.attempted(request, exchanged);
  if (exchanged.outcome.kind === 'invalid') observer.alarm(request, exchanged.outcome.reason);
  return changeAfter(request, operation, settings, exchanged);
}

function changeAfter(
  request: LeasedRequest,
  operation: Operation,
  { retry }: LaneSettings,
  exchanged: Exchanged,
): Change {
  const verdict = decide({
    outcome: exchanged.outcome,
    operation,
    policy: retry,
    attempts: request.attempts,
    random: randomInt(1 << 30) / (1 << 30),
  });
  const evidence = exchangeEvidence(request, exchanged);
  if (verdict.to !== 'answered') return { ...verdict, evidence };
  const { result } = verdict;
  return {
    to: 'answered',
    evidence,
    result: { ...result, evidence: project(result.evidence, request.decision.fields) },
  };
}

function noAnswer(reason: 'lease-expired'): Exchanged {
  return { outcome: { kind: 'unknown', reason }, timings: { signMs: 0, callMs: 0, verifyMs: 0 } };
}
