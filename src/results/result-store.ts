import type { EvidenceItem, OutgoingEvent, Reason, Result } from '../requests/request.js';
import { isFinal, type RequestState, statesBefore } from '../requests/states.js';
import type { Database } from '../store/database.js';
import { evidenceColumns } from '../store/evidence-columns.js';

/** One step of a request: its new state and everything that becomes true with it. */
export interface Step {
  readonly requestId: string;
  /** Whoever completes work proves that it still holds the lease; null: only if nobody holds one. */
  readonly leaseOwner: string | null;
  readonly to: RequestState;
  readonly reason?: Reason;
  readonly result?: Result;
  /** Not looked at again before this many milliseconds have passed; for `retry-wait` and `awaiting-answer`. */
  readonly delayMs?: number;
  /** What the registry calls the matter, once it has taken the question. */
  readonly ticket?: string;
  /** Municipality whose officers can answer. */
  readonly office?: string;
  readonly evidence: readonly EvidenceItem[];
  /** Present exactly when the new state is final. */
  readonly event?: OutgoingEvent;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface ResultStore {
  /**
   * Writes state, evidence and event in one transaction and gives up the lease.
   *
   * @returns false when the lease was lost or the transition is not legal any more: nothing was written.
   */
  take(step: Step): Promise<boolean>;
}

export function createResultStore(database: Database): ResultStore {
  return {
    async take(step) {
      if (isFinal(step.to) !== (step.event !== undefined)) {
        throw new Error(`a step to ${step.to} ${step.event ? 'must not' : 'must'} carry an event`);
      }
      const { evidence, event } = step;
      const at = new Date(step.at);
      const { rowCount } = await database.query({
        name: 'result-take',
        text: `with step as (
            update requests set state = $3, reason = $4, result = $5,
              next_attempt_at = case when $6::bigint is null then next_attempt_at
                else least(now() + $6 * interval '1 millisecond', deadline_at) end,
              ticket = coalesce($21, ticket), office = coalesce($22, office),
              lease_owner = null, lease_until = null, updated_at = $7, finished_at = $8,
              evidence_count = evidence_count + cardinality($10::text[])
            where id = $1 and lease_owner is not distinct from $2 and state = any ($9)
            returning id, evidence_count - cardinality($10::text[]) as evidence_before
          ), proof as (
            insert into evidence
              (request_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
            select step.id, step.evidence_before + item.n, item.kind, item.bytes, item.sha256, item.media_type,
              item.signed_by, item.meta, $7
            from step, unnest($10::text[], $11::bytea[], $12::bytea[], $13::text[], $14::text[], $15::json[])
              with ordinality as item (kind, bytes, sha256, media_type, signed_by, meta, n)
          ), event as (
            insert into outbox (event_id, topic, key, headers, value, created_at)
            select $16, $17, $18, $19, $20, $7 from step where $16::uuid is not null
          )
          select 1 from step`,
        values: [
          step.requestId,
          step.leaseOwner,
          step.to,
          json(step.reason),
          json(step.result),
          step.delayMs ?? null,
          at,
          isFinal(step.to) ? at : null,
          statesBefore(step.to),
          ...evidenceColumns(evidence),
          event?.id ?? null,
          event?.topic ?? null,
          event?.key ?? null,
          json(event?.headers),
          event?.value ?? null,
          step.ticket ?? null,
          step.office ?? null,
        ],
      });
      return rowCount === 1;
    },
  };
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
