import type { ReplaySet, SignedMessageId } from '../signing/replay-set.js';
import { batching } from './batching.js';
import type { Database } from './database.js';

/** The replay set in PostgreSQL: one insert decides, for all nodes. Inserts that meet are made together. */
export function createReplayStore(database: Database): ReplaySet & {
  /** Deletes what is past its expiry at `now` (milliseconds); returns how many rows went. */
  purge(now: number): Promise<number>;
} {
  return {
    remember: batching((messages) => insert(database, messages)),
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

/** In one order on every node, so that two batches with the same messages cannot wait for each other. */
async function insert(database: Database, messages: readonly SignedMessageId[]): Promise<boolean[]> {
  const { rows } = await database.query<{ profile: string; signer: string; message_id: string }>({
    name: 'replay-remember',
    text: `insert into replay_set (profile, signer, message_id, expires_at)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) order by 1, 2, 3
           on conflict do nothing returning profile, signer, message_id`,
    values: [
      messages.map(({ profile }) => profile),
      messages.map(({ signer }) => signer),
      messages.map(({ messageId }) => messageId),
      messages.map(({ expiresAt }) => new Date(expiresAt)),
    ],
  });
  const fresh = new Set(rows.map((row) => keyOf(row.profile, row.signer, row.message_id)));
  // The same message may stand in one batch twice: the row was inserted once, so only the first of them is new.
  return messages.map(({ profile, signer, messageId }) => fresh.delete(keyOf(profile, signer, messageId)));
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
