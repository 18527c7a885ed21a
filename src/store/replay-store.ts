import type { ReplaySet } from '../signing/replay-set.js';
import type { Database } from './database.js';

/** The replay set in PostgreSQL: one insert decides, for all nodes. */
export function createReplayStore(database: Database): ReplaySet & {
  /** Deletes what is past its expiry at `now` (milliseconds); returns how many rows went. */
  purge(now: number): Promise<number>;
} {
  return {
    async remember({ profile, signer, messageId, expiresAt }) {
      const { rowCount } = await database.query({
        name: 'replay-remember',
        text: `insert into replay_set (profile, signer, message_id, expires_at)
               values ($1, $2, $3, $4) on conflict do nothing`,
        values: [profile, signer, messageId, new Date(expiresAt)],
      });
      return rowCount === 1;
    },
    async purge(now) {
      const { rowCount } = await database.query(
        `delete from replay_set where ctid = any (array(
           select ctid from replay_set where expires_at < $1 limit 10000))`,
        [new Date(now)],
      );
      return rowCount ?? 0;
    },
  };
}
