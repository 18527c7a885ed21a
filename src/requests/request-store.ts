import type { Database } from '../store/database.js';
import { evidenceColumns } from '../store/evidence-columns.js';
import type { EvidenceItem, LeasedRequest, Reason, StoredRequest } from './request.js';
import { isFinal, type RequestState, statesBefore } from './states.js';

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

export type Accepted =
  | { readonly kind: 'new'; readonly request: StoredRequest }
  | { readonly kind: 'repeated'; readonly request: StoredRequest }
  | { readonly kind: 'other-body' };

/** Reads and writes of the requests table up to and including the lease; completion is in `results/`. */
export interface RequestStore {
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** What a key was used for before; undefined when it is new. */
  findByKey(
    clientId: string,
    key: string,
    bodySha256: Uint8Array,
  ): Promise<Exclude<Accepted, { kind: 'new' }> | undefined>;
  /** The client's own request; another client's is as unknown as one that never was. */
  find(clientId: string, id: string): Promise<StoredRequest | undefined>;
  /** Any client's request to one registry, for an answer that this registry sent by itself. */
  findForAdapter(adapter: string, id: string): Promise<StoredRequest | undefined>;
  /** Any client's request that waits for the officers of one of these municipalities. */
  findForOfficers(municipalities: readonly string[], id: string): Promise<StoredRequest | undefined>;
  /** Requests that wait for the officers of these municipalities about these services, oldest first. */
  listForOfficers(
    municipalities: readonly string[],
    services: readonly string[],
    limit: number,
    after?: string,
  ): Promise<StoredRequest[]>;
  /** Requests that wait for a person and whose deadline has passed. */
  overdue(limit: number): Promise<StoredRequest[]>;
  listByCase(clientId: string, caseId: string, limit: number, after?: string): Promise<StoredRequest[]>;
  /** Takes leases on requests of one adapter that nobody works on and whose time has come. */
  claim(adapter: string, owner: string, leaseMs: number, limit: number): Promise<LeasedRequest[]>;
  /** Prolongs leases; returns those still held. */
  renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]>;
  /** Gives back, untried, what this process leased but did not begin; what was abandoned before stays so. */
  release(owner: string, requests: readonly Pick<LeasedRequest, 'id' | 'abandoned'>[]): Promise<void>;
  /** How many open requests each adapter has, and the age of the oldest, for the metrics. */
  backlog(): Promise<{ adapter: string; state: RequestState; count: number; oldestAgeSeconds: number }[]>;
}

export function createRequestStore(database: Database): RequestStore {
  const findBy = async (clientId: string, id: string): Promise<StoredRequest | undefined> => {
    const { rows } = await database.query<RequestRow>({
      name: 'request-find',
      text: 'select * from requests where id = $1 and client_id = $2',
      values: [id, clientId],
    });
    return rows[0] && toRequest(rows[0]);
  };

  const findByKey: RequestStore['findByKey'] = async (clientId, key, bodySha256) => {
    const { rows } = await database.query<{ body_sha256: Buffer; request_id: string }>(
      'select body_sha256, request_id from idempotency_keys where client_id = $1 and key = $2',
      [clientId, key],
    );
    const earlier = rows[0];
    if (!earlier) return undefined;
    if (!earlier.body_sha256.equals(bodySha256)) return { kind: 'other-body' };
    const request = await findBy(clientId, earlier.request_id);
    if (!request) throw new Error('an idempotency key names a request that is not stored');
    return { kind: 'repeated', request };
  };

  return {
    async accept({ request, idempotencyKey, bodySha256, evidence, lease, byHand }) {
      const acceptedAt = new Date(request.acceptedAt);
      // One statement, so one round trip and one transaction. An occupied key makes every part insert nothing.
      const { rows } = await database.query<{ state: RequestState; attempts: number }>({
        name: 'request-accept',
        text: `with key as (
            insert into idempotency_keys (client_id, key, body_sha256, request_id, created_at)
            values ($2, $16, $17, $1, $14) on conflict do nothing returning request_id
          ), proof as (
            insert into evidence
              (request_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
            select key.request_id, item.n, item.kind, item.bytes, item.sha256, item.media_type, item.signed_by,
              item.meta, $14
            from key, unnest($18::text[], $19::bytea[], $20::bytea[], $21::text[], $22::text[], $23::json[])
              with ordinality as item (kind, bytes, sha256, media_type, signed_by, meta, n)
          )
          insert into requests (
            id, client_id, municipality, service, adapter, operation, case_id, envelope, decision, warnings,
            traceparent, state, reason, attempts, evidence_count, next_attempt_at, deadline_at, lease_owner, lease_until,
            accepted_at, updated_at)
          select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
            case when $24::json is not null then 'awaiting-officer' when $12::text is null then 'accepted'
              else 'dispatching' end, $24,
            case when $12::text is null then 0 else 1 end,
            cardinality($18::text[]), now(), $15, $12, now() + $13 * interval '1 millisecond', $14, $14
          from key returning state, attempts`,
        values: [
          request.id,
          request.clientId,
          request.municipality,
          request.service,
          request.adapter,
          request.operation,
          request.caseId,
          JSON.stringify(request.envelope),
          JSON.stringify(request.decision),
          JSON.stringify(request.warnings),
          request.traceparent ?? null,
          lease?.owner ?? null,
          lease?.durationMs ?? null,
          acceptedAt,
          new Date(request.deadlineAt),
          idempotencyKey,
          bodySha256,
          ...evidenceColumns(evidence),
          byHand === undefined ? null : JSON.stringify(byHand),
        ],
      });
      const inserted = rows[0];
      if (inserted) {
        return {
          kind: 'new',
          request: {
            ...request,
            ...inserted,
            updatedAt: request.acceptedAt,
            ...(byHand ? { reason: byHand } : {}),
          },
        };
      }
      const earlier = await findByKey(request.clientId, idempotencyKey, bodySha256);
      if (!earlier) throw new Error('an idempotency key was taken and is gone again');
      return earlier;
    },

    findByKey,

    find: findBy,

    async findForAdapter(adapter, id) {
      const { rows } = await database.query<RequestRow>({
        name: 'request-find-for-adapter',
        text: 'select * from requests where id = $1 and adapter = $2',
        values: [id, adapter],
      });
      return rows[0] && toRequest(rows[0]);
    },

    async findForOfficers(municipalities, id) {
      const { rows } = await database.query<RequestRow>(
        'select * from requests where id = $1 and coalesce(office, municipality) = any ($2)',
        [id, municipalities],
      );
      return rows[0] && toRequest(rows[0]);
    },

    async listForOfficers(municipalities, services, limit, after) {
      const { rows } = await database.query<RequestRow>({
        name: 'request-list-for-officers',
        text: `select * from requests where state = 'awaiting-officer'
                 and coalesce(office, municipality) = any ($1) and service = any ($2)
                 and ($4::uuid is null or id > $4)
               order by id limit $3`,
        values: [municipalities, services, limit, after ?? null],
      });
      return rows.map(toRequest);
    },

    async overdue(limit) {
      const { rows } = await database.query<RequestRow>({
        name: 'request-overdue',
        text: `select * from requests where state in ('awaiting-officer', 'held') and deadline_at <= now()
               order by deadline_at limit $1`,
        values: [limit],
      });
      return rows.map(toRequest);
    },

    async listByCase(clientId, caseId, limit, after) {
      const { rows } = await database.query<RequestRow>({
        name: 'request-list-by-case',
        text: `select * from requests where client_id = $1 and case_id = $2 and ($4::uuid is null or id > $4)
               order by id limit $3`,
        values: [clientId, caseId, limit, after ?? null],
      });
      return rows.map(toRequest);
    },

    async claim(adapter, owner, leaseMs, limit) {
      // The database's clock decides about leases, so that nodes with differing clocks agree.
      const { rows } = await database.query<RequestRow & { previous: RequestState }>({
        name: 'request-claim',
        text: `with picked as (
            select id, state as previous from requests
            where adapter = $1 and state = any ('{accepted,dispatching,retry-wait,awaiting-answer}')
              and next_attempt_at <= now() and (lease_until is null or lease_until < now())
            order by next_attempt_at limit $4 for update skip locked
          )
          update requests set state = 'dispatching', attempts = attempts + 1,
            reason = case when picked.previous = 'awaiting-answer' then reason end,
            lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond', updated_at = now()
          from picked where requests.id = picked.id returning requests.*, picked.previous`,
        values: [adapter, owner, leaseMs, limit],
      });
      return rows.map((row) => ({ ...toRequest(row), abandoned: row.previous === 'dispatching' }));
    },

    async renew(owner, ids, leaseMs) {
      const { rows } = await database.query<{ id: string }>({
        name: 'request-renew',
        text: `update requests set lease_until = now() + $3 * interval '1 millisecond'
               where id = any ($2::uuid[]) and lease_owner = $1 returning id`,
        values: [owner, ids, leaseMs],
      });
      return rows.map((row) => row.id);
    },

    async release(owner, requests) {
      // Legal although `dispatching → accepted` is not in the table of transitions: nothing was tried, the lease
      // is undone as if it had never been taken. What an earlier holder may have sent stays `dispatching`, or the
      // next one would take it for never sent.
      await database.query(
        `update requests set state = case when released.abandoned then state else 'accepted' end,
           attempts = attempts - 1, lease_owner = null, lease_until = null
         from unnest($2::uuid[], $3::boolean[]) as released (id, abandoned)
         where requests.id = released.id and lease_owner = $1 and state = 'dispatching'`,
        [owner, requests.map(({ id }) => id), requests.map(({ abandoned }) => abandoned)],
      );
    },

    async backlog() {
      const { rows } = await database.query<{
        adapter: string;
        state: RequestState;
        count: string;
        age: string;
      }>(
        `select adapter, state, count(*) as count, extract(epoch from now() - min(accepted_at)) as age
         from requests where state = any ($1) group by adapter, state`,
        [statesBefore('expired').filter((state) => !isFinal(state))],
      );
      return rows.map(({ adapter, state, count, age }) => ({
        adapter,
        state,
        count: Number(count),
        oldestAgeSeconds: Number(age),
      }));
    },
  };
}

/** One row as the driver gives it. Exported for `results/`, which reads what it has just changed. */
export interface RequestRow {
  id: string;
  client_id: string;
  municipality: string;
  service: string;
  adapter: string;
  operation: string;
  case_id: string;
  envelope: StoredRequest['envelope'];
  decision: StoredRequest['decision'];
  warnings: StoredRequest['warnings'];
  traceparent: string | null;
  state: RequestState;
  reason: StoredRequest['reason'] | null;
  result: StoredRequest['result'] | null;
  attempts: number;
  ticket: string | null;
  office: string | null;
  deadline_at: Date;
  accepted_at: Date;
  updated_at: Date;
  finished_at: Date | null;
}

export function toRequest(row: RequestRow): StoredRequest {
  return {
    id: row.id,
    clientId: row.client_id,
    municipality: row.municipality,
    service: row.service,
    adapter: row.adapter,
    operation: row.operation,
    caseId: row.case_id,
    envelope: row.envelope,
    decision: row.decision,
    warnings: row.warnings,
    state: row.state,
    attempts: row.attempts,
    deadlineAt: row.deadline_at.getTime(),
    acceptedAt: row.accepted_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    ...(row.ticket === null ? {} : { ticket: row.ticket }),
    ...(row.office === null ? {} : { office: row.office }),
    ...(row.reason ? { reason: row.reason } : {}),
    ...(row.result ? { result: row.result } : {}),
    ...(row.finished_at ? { finishedAt: row.finished_at.getTime() } : {}),
  };
}
