import type { Database } from '../store/database.js';

/** Keys looked at in one purge at most. */
const AT_ONCE = 10_000;

export interface KeyStore {
  /**
   * Deletes idempotency keys that were first used before a time (milliseconds), but none whose request, case or
   * application is still open.
   *
   * @returns how many went.
   */
  purge(usedBefore: number): Promise<number>;
}

export function createKeyStore(database: Database): KeyStore {
  return {
    async purge(usedBefore) {
      // What is open is few, and found by partial indexes over all months; what the keys name is many.
      const { rowCount } = await database.query(
        `delete from idempotency_keys where ctid = any (array(
           select ctid from idempotency_keys where created_at < $1 and request_id not in (
             select id from requests where state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer')
             union all select id from requests where state in ('awaiting-officer', 'held')
             union all select id from cases where due_at is not null
             union all select id from applications where state not in ('rejected', 'completed', 'withdrawn'))
           limit ${AT_ONCE}))`,
        [new Date(usedBefore)],
      );
      return rowCount ?? 0;
    },
  };
}
