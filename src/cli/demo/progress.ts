import type { Check } from '../../evidence/audit-input.js';
import type { ListenedEvent } from '../listen.js';
import type { PlannedRequest } from './plan-requests.js';

/** What has happened to one request of the demo so far. Times are milliseconds. */
export interface Progress {
  readonly planned: PlannedRequest;
  /** Since the epoch. */
  submittedAt?: number;
  /** From sending to the answer over HTTP. */
  askedMs?: number;
  /** Set once the gateway took it. */
  requestId?: string;
  /** Since the epoch, by the gateway's clock. */
  acceptedAt?: number;
  /** Set when the gateway did not take it. */
  turnedAway?: { readonly status: number; readonly code: string };
  /** Set when neither happened: what went wrong. */
  failure?: string;
  /** What the listener printed about it. */
  listened?: ListenedEvent;
  /** What the audit of its evidence found. */
  checks?: readonly Check[];
}

/** The hops of a request that has come out of Kafka, milliseconds. */
export interface Hops {
  /** From acceptance to the verified outcome in the store: the registry, and the store twice. */
  readonly registryMs: number;
  /** From the outcome in the store to the advanced case: outbox, Kafka, verification. */
  readonly kafkaMs: number;
  readonly totalMs: number;
}

export function hopsOf({ listened, acceptedAt, submittedAt }: Progress): Hops | undefined {
  if (listened === undefined || acceptedAt === undefined || submittedAt === undefined) return undefined;
  const finishedAt = Date.parse(listened.event.value.finishedAt);
  return {
    registryMs: finishedAt - acceptedAt,
    kafkaMs: listened.handledAt - finishedAt,
    totalMs: listened.handledAt - submittedAt,
  };
}

/** Whether nothing more will happen to it. */
export function isSettled(progress: Progress): boolean {
  const { failure, turnedAway, checks } = progress;
  return failure !== undefined || turnedAway !== undefined || checks !== undefined;
}
