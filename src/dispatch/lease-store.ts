import type { LeasedRequest } from '../requests/request.js';
import { type RequestRow, toRequest } from '../requests/request-row.js';
import type { RequestState } from '../requests/states.js';
import type { Database } from '../store/database.js';
import { createOpenMonths } from './open-months-store.js';

/** So many more requests of one registry are wanted. */
export interface Wanted {
  readonly adapter: string;
  readonly places: number;
}

/** A request that was taken from the store. */
export interface ClaimedRequest extends LeasedRequest {
  /** For how long its time had come when it was taken, milliseconds. */
  readonly dueMs: number;
}

/** Who works on what. The requests table is the queue; the database's clock decides, so that nodes agree. */
export interface LeaseStore {
  /**
   * Takes leases on requests that nobody works on and whose time has come: by turns between clients, interactive
   * before batch except for one in eight, each client's in the order of their time.
   */
  claim(wanted: readonly Wanted[], owner: string, leaseMs: number): Promise<ClaimedRequest[]>;
  /** Prolongs leases; returns those still held. */
  renew(owner: string, ids: readonly string[], leaseMs: number): Promise<string[]>;
  /** Gives back, untried, what this process leased but did not begin; what was abandoned before stays so. */
  release(owner: string, requests: readonly Pick<LeasedRequest, 'id' | 'abandoned'>[]): Promise<void>;
}

export function createLeaseStore(database: Database): LeaseStore {
  const openMonths = createOpenMonths(database);
  return {
    async claim(wanted, owner, leaseMs) {
      // `flow` walks the index from client to client, one probe each, however many requests a client has waiting;
      // `due` then reads at most as many of each client as there are places. `$5` leaves out months that are done with.
      // What is picked goes to `taken` as an array, not by a join: a plan that knows nothing of their number would read
      // all ids of the month.
      const { rows } = await database.query<RequestRow & { previous: RequestState; due_ms: number }>({
        name: 'lease-claim',
        text: `with recursive wanted as (
            select * from unnest($1::text[], $2::integer[]) as wanted (adapter, places)
          ), flow as (
            select wanted.adapter, places, level.priority, (
                select min(client_id) from requests r
                where r.adapter = wanted.adapter and r.priority = level.priority and r.id >= $5
                  and r.state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer')
              ) as client_id
            from wanted cross join (values (0::smallint), (1::smallint)) as level (priority)
            union all
            select flow.adapter, places, flow.priority, (
                select min(client_id) from requests r
                where r.adapter = flow.adapter and r.priority = flow.priority and r.client_id > flow.client_id
                  and r.id >= $5
                  and r.state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer')
              )
            from flow where flow.client_id is not null
          ), due as (
            select flow.adapter, places, flow.priority, candidate.id, candidate.previous,
              row_number() over (partition by flow.adapter, flow.priority, flow.client_id
                order by candidate.next_attempt_at) as turn
            from flow cross join lateral (
              select id, next_attempt_at, state as previous from requests r
              where r.adapter = flow.adapter and r.priority = flow.priority and r.client_id = flow.client_id and r.id >= $5
                and r.state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer')
                and r.next_attempt_at <= now() and (r.lease_until is null or r.lease_until < now())
              order by r.next_attempt_at limit flow.places for update skip locked
            ) as candidate
          ), ranked as (
            select *, row_number() over (partition by adapter, priority order by turn) as rank from due
          ), picked as (
            select id, previous, places, row_number() over (partition by adapter order by
              case when priority = 1 and rank <= ceil(places / 8.0) then 0 else priority end, rank) as place
            from ranked
          ), taken as (
            update requests set state = 'dispatching', attempts = attempts + 1,
              reason = case when state = 'awaiting-answer' then reason end,
              lease_owner = $3, lease_until = now() + $4 * interval '1 millisecond', updated_at = now()
            where id = any (array(select id from picked where place <= places)) and id >= $5
            returning *
          )
          select taken.*, picked.previous,
            (extract(epoch from now() - taken.next_attempt_at) * 1000)::double precision as due_ms
          from taken join picked using (id)`,
        values: [
          wanted.map(({ adapter }) => adapter),
          wanted.map(({ places }) => places),
          owner,
          leaseMs,
          await openMonths.firstId(),
        ],
      });
      return rows.map((row) => ({
        ...toRequest(row),
        abandoned: row.previous === 'dispatching',
        dueMs: row.due_ms,
      }));
    },

    async renew(owner, ids, leaseMs) {
      const { rows } = await database.query<{ id: string }>({
        name: 'lease-renew',
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
  };
}
