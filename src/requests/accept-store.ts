import { batching } from '../store/batching.js';
import type { Database } from '../store/database.js';
import { evidenceColumns } from '../store/evidence-columns.js';
import type { EvidenceItem, Reason, StoredRequest } from './request.js';
import { priorityColumn } from './request-row.js';
import type { RequestState } from './states.js';

/** What accepting a request writes, in one transaction. */
export interface Acceptance {
  readonly request: Omit<StoredRequest, 'state' | 'attempts' | 'updatedAt'>;
  readonly idempotencyKey: string;
  readonly bodySha256: Uint8Array;
  /** The client's signed bytes, then the decision. */
  readonly evidence: readonly EvidenceItem[];
  /** Given when this process works on the request itself, at once. */
  readonly lease?: { readonly owner: string; readonly durationMs: number };
  /** Given when no registry is asked: why an officer is. */
  readonly byHand?: Reason;
}

/** How the database took one acceptance; undefined when its key was taken before. */
type Taken = { readonly state: RequestState; readonly attempts: number } | undefined;

/** So many acceptances share one commit at most. */
const TOGETHER = 64;
/** One batch that waits for a lock of another node must not hold up all the others. */
const AT_ONCE = 3;

/** Stores requests that are new; under load many in one statement and one commit. */
export function createAcceptStore(database: Database): (acceptance: Acceptance) => Promise<Taken> {
  return batching((acceptances) => insert(database, acceptances), { limit: TOGETHER, atOnce: AT_ONCE });
}

/**
 * One statement, so one round trip and one transaction. An occupied key makes every part of its request insert
 * nothing. Keys go in one order on every node, so that two batches with the same keys cannot wait for each other.
 */
async function insert(database: Database, given: readonly Acceptance[]): Promise<Taken[]> {
  const inOrder = [...given].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
  const column = <Value>(of: (acceptance: Acceptance) => Value): Value[] => inOrder.map(of);
  const items = inOrder.flatMap(({ request, evidence }) =>
    evidence.map((item, index) => ({ id: request.id, n: index + 1, item })),
  );
  const { rows } = await database.query<{ id: string; state: RequestState; attempts: number }>({
    name: 'request-accept',
    text: `with given as (
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
          $8::json[], $9::json[], $10::json[], $11::text[], $12::text[], $13::bigint[], $14::timestamptz[],
          $15::timestamptz[], $16::text[], $17::bytea[], $18::json[], $19::smallint[], $20::integer[])
          as given (id, client_id, municipality, service, adapter, operation, case_id, envelope, decision, warnings,
            traceparent, lease_owner, lease_ms, accepted_at, deadline_at, key, body_sha256, by_hand, priority,
            evidence_count)
      ), fresh as (
        insert into idempotency_keys (client_id, key, body_sha256, request_id, created_at)
        select client_id, key, body_sha256, id, accepted_at from given
        on conflict do nothing returning request_id
      ), proof as (
        insert into evidence
          (request_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
        select item.id, item.n, item.kind, item.bytes, item.sha256, item.media_type, item.signed_by, item.meta,
          given.accepted_at
        from unnest($21::uuid[], $22::integer[], $23::text[], $24::bytea[], $25::bytea[], $26::text[], $27::text[],
            $28::json[]) as item (id, n, kind, bytes, sha256, media_type, signed_by, meta)
          join fresh on fresh.request_id = item.id join given on given.id = item.id
      ), found_by_case as (
        insert into request_cases (client_id, case_id, request_id)
        select client_id, case_id, id from given join fresh on fresh.request_id = given.id
      )
      insert into requests (
        id, client_id, municipality, service, adapter, operation, case_id, envelope, decision, warnings,
        traceparent, state, reason, attempts, evidence_count, next_attempt_at, deadline_at, lease_owner, lease_until,
        accepted_at, updated_at, priority)
      select id, client_id, municipality, service, adapter, operation, case_id, envelope, decision, warnings,
        traceparent,
        case when by_hand is not null then 'awaiting-officer' when lease_owner is null then 'accepted'
          else 'dispatching' end,
        by_hand, case when lease_owner is null then 0 else 1 end, evidence_count, now(), deadline_at, lease_owner,
        now() + lease_ms * interval '1 millisecond', accepted_at, accepted_at, priority
      from given join fresh on fresh.request_id = given.id
      returning id, state, attempts`,
    values: [
      column(({ request }) => request.id),
      column(({ request }) => request.clientId),
      column(({ request }) => request.municipality),
      column(({ request }) => request.service),
      column(({ request }) => request.adapter),
      column(({ request }) => request.operation),
      column(({ request }) => request.caseId),
      column(({ request }) => JSON.stringify(request.envelope)),
      column(({ request }) => JSON.stringify(request.decision)),
      column(({ request }) => JSON.stringify(request.warnings)),
      column(({ request }) => request.traceparent ?? null),
      column(({ lease }) => lease?.owner ?? null),
      column(({ lease }) => lease?.durationMs ?? null),
      column(({ request }) => new Date(request.acceptedAt)),
      column(({ request }) => new Date(request.deadlineAt)),
      column(({ idempotencyKey }) => idempotencyKey),
      column(({ bodySha256 }) => Buffer.from(bodySha256)),
      column(({ byHand }) => (byHand === undefined ? null : JSON.stringify(byHand))),
      column(({ request }) => priorityColumn(request.priority)),
      column(({ evidence }) => evidence.length),
      items.map(({ id }) => id),
      items.map(({ n }) => n),
      ...evidenceColumns(items.map(({ item }) => item)),
    ],
  });
  const taken = new Map(rows.map(({ id, state, attempts }) => [id, { state, attempts }]));
  return given.map(({ request }) => taken.get(request.id));
}

function keyOf({ request, idempotencyKey }: Acceptance): string {
  return `${request.clientId} ${idempotencyKey}`;
}
