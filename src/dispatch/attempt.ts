import { randomInt } from 'node:crypto';
import type { Adapter, Exchanged, Operation } from '../../adapters/adapter.js';
import type { Clock } from '../clock.js';
import type { LeasedRequest, Reason, Result, StoredRequest } from '../requests/request.js';
import { type Change, exchangeEvidence } from '../results/complete.js';
import { project } from '../results/projection.js';
import { type Attempt, checkAt, decide, decideStatus, type Verdict } from './decide.js';
import { type RetryPolicy, retryOf } from './retry-policy.js';
import { toExchange } from './to-exchange.js';

export interface LaneSettings {
  readonly adapter: Adapter;
  /** Calls to this registry at once. */
  readonly concurrency: number;
  /** Requests waiting in memory behind them; more stay in the store. */
  readonly queueLimit: number;
  readonly retry: RetryPolicy;
  /** Pause between two looks for a late answer, milliseconds. */
  readonly pollEveryMs: number;
  /** Between two answers "not executed" of the registry that together count as proof, milliseconds. */
  readonly statusPauseMs: number;
}

export interface DispatchObserver {
  attempted(request: StoredRequest, exchanged: Exchanged): void;
  /** The answer failed verification: somebody must look. */
  alarm(request: StoredRequest, reason: string): void;
  failed(what: string, error: Error, requestId?: string): void;
}

/**
 * One attempt at a leased request: asks its registry, or asks for the answer that it promised, and says what
 * becomes of the request.
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
  if (request.deadlineAt <= clock.now()) return { to: 'expired', reason: tooLate(request), evidence: [] };
  const { adapter } = settings;
  if (request.ticket !== undefined) {
    // The registry took the question long ago: only its answer is asked for, however often.
    const { ticket } = request;
    if (!adapter.poll) return awaitCallback(request, ticket, clock.now());
    const polled = await adapter.poll(toExchange(request), ticket, signal);
    observer.attempted(request, polled);
    if (polled.outcome.kind === 'invalid') observer.alarm(request, polled.outcome.reason);
    const next = changeAfter(request, repeatable(operation), settings, polled, clock.now());
    // "Not yet" proves nothing that the promise did not, and days of asking would fill the evidence with it.
    return polled.outcome.kind === 'pending' ? { ...next, evidence: [] } : keepTicket(next, ticket);
  }
  if (mayBeExecuted(request, operation)) {
    const inquiry = request.inquiry ?? {};
    if (!adapter.status)
      return changeAfter(request, operation, settings, noAnswer('lease-expired'), clock.now());
    const told = await adapter.status(toExchange(request), signal);
    observer.attempted(request, told);
    if (told.outcome.kind === 'invalid') observer.alarm(request, told.outcome.reason);
    const { statusPauseMs } = settings;
    const verdict = decideStatus({
      ...attemptOf(request, operation, settings, told, clock.now()),
      inquiry,
      statusPauseMs,
    });
    return withEvidence(request, verdict, told);
  }
  const exchanged = await adapter.call(toExchange(request), signal);
  observer.attempted(request, exchanged);
  if (exchanged.outcome.kind === 'invalid') observer.alarm(request, exchanged.outcome.reason);
  return changeAfter(request, operation, settings, exchanged, clock.now());
}

/** An earlier process, or an earlier attempt, may have asked already, and nobody knows what came of it. */
function mayBeExecuted({ abandoned, inquiry }: LeasedRequest, { idempotentByMessageId }: Operation): boolean {
  return !idempotentByMessageId && (abandoned || inquiry !== undefined);
}

/** Why a request ends at its deadline. */
export function tooLate({ inquiry, adapter, id }: StoredRequest): Reason {
  const detail = 'The deadline passed before the registry answered.';
  return {
    code: 'deadline-passed',
    detail: inquiry === undefined ? detail : `${detail} ${checkAt(adapter, id)}`,
  };
}

/** Asking for an answer executes nothing. */
function repeatable(operation: Operation): Operation {
  return { ...operation, idempotentByMessageId: true };
}

/** A look that failed changes nothing about the registry having the question. */
function keepTicket(change: Change, ticket: string): Change {
  return change.to === 'retry-wait' ? { ...change, to: 'awaiting-answer', ticket } : change;
}

/** Until its deadline, when it is looked at for the last time. */
function awaitCallback(request: LeasedRequest, ticket: string, now: number): Change {
  const reason = request.reason ?? { code: 'answers-later', detail: 'The registry answers later.' };
  return { to: 'awaiting-answer', ticket, delayMs: request.deadlineAt - now, reason, evidence: [] };
}

function changeAfter(
  request: LeasedRequest,
  operation: Operation,
  settings: LaneSettings,
  exchanged: Exchanged,
  now: number,
): Change {
  return withEvidence(request, decide(attemptOf(request, operation, settings, exchanged, now)), exchanged);
}

function attemptOf(
  request: LeasedRequest,
  operation: Operation,
  { retry, adapter, pollEveryMs }: LaneSettings,
  { outcome }: Exchanged,
  now: number,
): Attempt {
  return {
    outcome,
    operation,
    policy: retryOf(retry, operation.name),
    registry: adapter.name,
    messageId: request.id,
    hasStatus: adapter.status !== undefined,
    attempts: request.attempts,
    now,
    pollEveryMs: adapter.poll ? pollEveryMs : request.deadlineAt - now,
    random: randomInt(1 << 30) / (1 << 30),
  };
}

function withEvidence(request: LeasedRequest, verdict: Verdict, exchanged: Exchanged): Change {
  const evidence = exchangeEvidence(request, exchanged);
  if (verdict.to !== 'answered') return { ...verdict, evidence };
  return { ...answeredChange(request, verdict.result), evidence };
}

/** The end of a request that was answered, by whomever: the client gets the granted fields and no others. */
export function answeredChange(
  request: StoredRequest,
  result: Extract<Result, { kind: 'answered' }>,
): Omit<Change, 'evidence'> {
  const evidence = project(result.evidence, request.decision.fields);
  return { to: 'answered', result: { ...result, evidence } };
}

function noAnswer(reason: 'lease-expired'): Exchanged {
  return { outcome: { kind: 'unknown', reason }, timings: { signMs: 0, callMs: 0, verifyMs: 0 } };
}
