import type { Database } from '../store/database.js';
import { type Acceptance, createAcceptStore } from './accept-store.js';
import type { StoredRequest } from './request.js';
import { type RequestRow, toRequest } from './request-row.js';
import type { RequestState } from './states.js';

/** Below every id. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

export type Accepted =
  | { readonly kind: 'new'; readonly request: StoredRequest }
  | { readonly kind: 'repeated'; readonly request: StoredRequest }
  | { readonly kind: 'other-body' };

/** Acceptance and reads of the requests table; leases are in `dispatch/`, completion is in `results/`. */
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
  /** How many open requests each adapter has, and the age of the oldest, for the metrics. */
  backlog(): Promise<{ adapter: string; state: RequestState; count: number; oldestAgeSeconds: number }[]>;
}

export function createRequestStore(database: Database): RequestStore {
  const insert = createAcceptStore(database);
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
    async accept(acceptance) {
      const { request, byHand } = acceptance;
      const inserted = await insert(acceptance);
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
      const earlier = await findByKey(request.clientId, acceptance.idempotencyKey, acceptance.bodySha256);
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
        // `offset 0` holds the planner to one look by its id for each request of the case, in no month but its own. One
        // whose month was detached is not found, and the next takes its place.
        text: `select r.* from request_cases c
                 cross join lateral (select * from requests where id = c.request_id offset 0) r
               where c.client_id = $1 and c.case_id = $2 and c.request_id > $4
               order by c.request_id limit $3`,
        values: [clientId, caseId, limit, after ?? NO_ID],
      });
      return rows.map(toRequest);
    },

    async backlog() {
      const { rows } = await database.query<{
        adapter: string;
        state: RequestState;
        count: string;
        age: string;
      }>(
        // Two conditions, as the two partial indexes have them: finished requests are not looked at.
        `select adapter, state, count(*) as count, extract(epoch from now() - min(accepted_at)) as age from (
           select adapter, state, accepted_at from requests
             where state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer')
           union all
           select adapter, state, accepted_at from requests where state in ('awaiting-officer', 'held')
         ) as open group by adapter, state`,
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
