import type { ReplaySet, SignedMessageId } from '../signing/replay-set.js';
import { batching } from './batching.js';
import type { Database } from './database.js';
import { LAZY_COMMIT } from './lazy-commit.js';

/** The replay set in PostgreSQL: one insert decides, for all nodes. Inserts that meet are made together. */
export interface ReplayStore extends ReplaySet {
  /**
   * The same set for messages that tell their sender nothing, such as a registry's answers: whatever follows from one
   * is committed after it, so remembering it need not wait for the disk. A message that is forgotten by a crash of the
   * server had no effect.
   */
  readonly ofAnswers: ReplaySet;
  /** Deletes what is past its expiry at `now` (milliseconds); returns how many rows went. */
  purge(now: number): Promise<number>;
}

export function createReplayStore(database: Database): ReplayStore {
  return {
    remember: batching((messages) => insert(database, messages)),
    ofAnswers: {
      remember: batching((messages) => insert(database, messages, { lazily: true })),
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

/** In one order on every node, so that two batches with the same messages cannot wait for each other. */
async function insert(
  database: Database,
  messages: readonly SignedMessageId[],
  { lazily = false } = {},
): Promise<boolean[]> {
  const { rows } = await database.query<{ profile: string; signer: string; message_id: string }>({
    name: lazily ? 'replay-remember-lazily' : 'replay-remember',
    text: `insert into replay_set (profile, signer, message_id, expires_at)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
           where ${lazily ? LAZY_COMMIT : true} order by 1, 2, 3
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
