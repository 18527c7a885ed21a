import type { StoredRequest } from '../requests/request.js';
import { type RequestRow, toRequest } from '../requests/request-row.js';
import type { Database } from '../store/database.js';

/** Requests that nobody claims, because their registry is down. */
export interface OverdueStore {
  /** Those of one adapter whose deadline has passed and that nobody works on. */
  ofAdapter(adapter: string, limit: number): Promise<StoredRequest[]>;
}

export function createOverdueStore(database: Database): OverdueStore {
  return {
    async ofAdapter(adapter, limit) {
      const { rows } = await database.query<RequestRow>({
        name: 'overdue-of-adapter',
        text: `select * from requests
               where adapter = $1 and state in ('accepted', 'retry-wait', 'awaiting-answer')
                 and lease_owner is null and deadline_at <= now()
               order by deadline_at limit $2`,
        values: [adapter, limit],
      });
      return rows.map(toRequest);
    },
  };
}
