import { steadyClock } from '../clock.js';
import { firstIdOf, monthOf, monthOfId } from '../months/month.js';
import type { Database } from '../store/database.js';

/** Requests of a month that was done with and is opened again are found after this time. */
const REFRESH_MS = 60_000;
/** A clock of another node, by which ids are made, may be behind ours by so much. */
const SKEW_MS = 86_400_000;

/** From which month on requests can be open. */
export interface OpenMonths {
  /** The least id of that month. Asked of the database once a minute. */
  firstId(): Promise<string>;
}

/** @param clock what the time between two looks is measured by; for tests. */
export function createOpenMonths(database: Database, clock = steadyClock): OpenMonths {
  let known: { readonly firstId: string; readonly at: number } | undefined;
  return {
    async firstId() {
      if (known && clock.now() - known.at < REFRESH_MS) return known.firstId;
      const at = clock.now();
      const { rows } = await database.query<{ id: string | null; now_ms: string }>(
        // No "min": for a uuid PostgreSQL has none before version 18. Both conditions as the partial indexes have them.
        `select id, extract(epoch from now()) * 1000 as now_ms from (select 1) as one left join lateral (
           select id from requests where state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer')
           union all
           select id from requests where state in ('awaiting-officer', 'held')
           order by id limit 1
         ) as oldest on true`,
      );
      const { id, now_ms } = rows[0] as { id: string | null; now_ms: string };
      const present = monthOf(Number(now_ms) - SKEW_MS);
      const month = id === null || monthOfId(id) > present ? present : monthOfId(id);
      known = { firstId: firstIdOf(month), at };
      return known.firstId;
    },
  };
}
