import type { OutgoingEvent } from '../requests/request.js';
import type { Database } from '../store/database.js';

export interface OutboxRow extends OutgoingEvent {
  readonly seq: string;
}

export interface OutboxStore {
  /** Oldest events first. Only the relay that holds the lock may call this. */
  next(limit: number): Promise<OutboxRow[]>;
  /** Removes events that the broker confirmed. */
  remove(seqs: readonly string[]): Promise<void>;
  /** How many events wait and how old the oldest is, in seconds (0 when none waits). */
  waiting(): Promise<{ count: number; oldestAgeSeconds: number }>;
  /**
   * Tries to become the one relay among all nodes. The lock belongs to one connection and ends with it, so a
   * killed process frees it at once.
   */
  tryLock(): Promise<RelayLock | undefined>;
}

export interface RelayLock {
  /** Resolves when the connection that carries the lock breaks: relaying must stop. */
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

const RELAY_LOCK = 0x72656c61;

export function createOutboxStore(database: Database): OutboxStore {
  return {
    async next(limit) {
      const { rows } = await database.query<{
        seq: string;
        event_id: string;
        topic: string;
        key: string;
        headers: Record<string, string>;
        value: Buffer;
      }>({
        name: 'outbox-next',
        text: 'select seq, event_id, topic, key, headers, value from outbox order by seq limit $1',
        values: [limit],
      });
      return rows.map(({ event_id, ...row }) => ({ ...row, id: event_id }));
    },

    async remove(seqs) {
      await database.query({
        name: 'outbox-remove',
        text: 'delete from outbox where seq = any ($1::bigint[])',
        values: [seqs],
      });
    },

    async waiting() {
      const { rows } = await database.query<{ count: string; age: string | null }>(
        'select count(*) as count, extract(epoch from now() - min(created_at)) as age from outbox',
      );
      return { count: Number(rows[0]?.count ?? 0), oldestAgeSeconds: Math.max(0, Number(rows[0]?.age ?? 0)) };
    },

    async tryLock() {
      const connection = await database.connect();
      let released = false;
      let markLost: () => void = () => {};
      const lost = new Promise<void>((resolve) => {
        markLost = resolve;
      });
      const onLost = (): void => markLost();
      // From the first moment: a connection that breaks without a listener ends the process.
      connection.on('error', onLost);
      connection.on('end', onLost);
      try {
        const { rows } = await connection.query<{ locked: boolean }>(
          'select pg_try_advisory_lock($1) as locked',
          [RELAY_LOCK],
        );
        if (!rows[0]?.locked) {
          connection.off('error', onLost);
          connection.off('end', onLost);
          connection.release();
          return undefined;
        }
      } catch (error) {
        connection.release(true);
        throw error;
      }
      return {
        lost,
        async release() {
          if (released) return;
          released = true;
          // Closing the connection rather than unlocking: certain to free the lock, whatever state it is in.
          connection.release(true);
        },
      };
    },
  };
}
