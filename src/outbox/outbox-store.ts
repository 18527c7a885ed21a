import type { OutgoingEvent } from '../requests/request.js';
import type { Database } from '../store/database.js';
import { LAZY_COMMIT } from '../store/lazy-commit.js';

export interface OutboxRow extends OutgoingEvent {
  readonly seq: string;
  /** Who holds its lock relays it. */
  readonly partition: number;
  /** How often the broker refused it for its own sake. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** How the outbox stands, seen by all nodes alike. */
export interface OutboxSeen {
  readonly count: number;
  /** Of the oldest event; 0 when none waits. */
  readonly oldestAgeSeconds: number;
  /** Topics that the broker does not let us write. */
  readonly failingTopics: number;
}

export interface OutboxStore {
  /** Removes events of one topic that the broker confirmed; after a crash of the server some may be there again. */
  remove(topic: string, seqs: readonly string[]): Promise<void>;
  /** Counts a refusal of each of these events of one topic. */
  countAttempt(topic: string, seqs: readonly string[]): Promise<void>;
  /** Notes that the broker does not let us write a topic. @returns for how long already, milliseconds */
  topicFails(topic: string, reason: string): Promise<number>;
  topicWorks(topic: string): Promise<void>;
  /** Topics noted by whatever node. */
  failingTopics(): Promise<string[]>;
  waiting(): Promise<OutboxSeen>;
}

export function createOutboxStore(database: Database): OutboxStore {
  return {
    async remove(topic, seqs) {
      await database.query({
        name: 'outbox-remove',
        text: `delete from outbox where topic = $1 and seq = any ($2::bigint[]) and ${LAZY_COMMIT}`,
        values: [topic, seqs],
      });
    },

    async countAttempt(topic, seqs) {
      await database.query(
        'update outbox set attempts = attempts + 1 where topic = $1 and seq = any ($2::bigint[])',
        [topic, seqs],
      );
    },

    async topicFails(topic, reason) {
      const { rows } = await database.query<{ ms: string }>(
        `insert into failing_topics (topic, reason, since) values ($1, $2, now())
         on conflict (topic) do update set reason = excluded.reason
         returning extract(epoch from now() - since) * 1000 as ms`,
        [topic, reason],
      );
      return Number(rows[0]?.ms ?? 0);
    },

    async topicWorks(topic) {
      await database.query('delete from failing_topics where topic = $1', [topic]);
    },

    async failingTopics() {
      const { rows } = await database.query<{ topic: string }>('select topic from failing_topics');
      return rows.map(({ topic }) => topic);
    },

    async waiting() {
      const { rows } = await database.query<{ count: string; age: string | null; failing: string }>(
        `select count(*) as count, extract(epoch from now() - min(created_at)) as age,
           (select count(*) from failing_topics) as failing from outbox`,
      );
      const [row] = rows;
      return {
        count: Number(row?.count ?? 0),
        oldestAgeSeconds: Math.max(0, Number(row?.age ?? 0)),
        failingTopics: Number(row?.failing ?? 0),
      };
    },
  };
}
