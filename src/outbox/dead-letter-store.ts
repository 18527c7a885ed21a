import type { OutgoingEvent } from '../requests/request.js';
import { type Database, inTransaction, type Queryable } from '../store/database.js';
import type { OutboxRow } from './outbox-store.js';

/** An event on its way into the dead letters. */
export interface Burial {
  readonly row: OutboxRow;
  readonly reason: string;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Told in the same transaction. */
  readonly notice: OutgoingEvent;
}

/** An event that was given up, without its value. Times are milliseconds since the epoch. */
export interface DeadLetterHead extends Omit<OutgoingEvent, 'value'> {
  /** Code of `src/outbox/judge-failure.ts`. */
  readonly reason: string;
  /** How often the broker refused the event for its own sake; 0 when its topic could not be written. */
  readonly attempts: number;
  readonly createdAt: number;
  readonly deadAt: number;
  readonly valueBytes: number;
  /** Hexadecimal. */
  readonly valueSha256: string;
}

export interface DeadLetter extends DeadLetterHead {
  readonly value: Uint8Array;
}

export interface DeadLetterPage {
  readonly limit: number;
  /** Id of the last one seen. */
  readonly after?: string;
  /** All topics when absent. */
  readonly topic?: string;
}

/** Writes what belongs into the same transaction as the removal of a letter. */
export type Alongside = (connection: Queryable, letter: DeadLetterHead) => Promise<void>;

export interface DeadLetterStore {
  /**
   * Moves an event from the outbox here, and puts its notice into the outbox.
   *
   * @returns false when it is not in the outbox any more: another node delivered it, or gave it up.
   */
  bury(burial: Burial): Promise<boolean>;
  /** In the order of their ids, which is that of their making. */
  list(page: DeadLetterPage): Promise<DeadLetterHead[]>;
  find(id: string): Promise<DeadLetter | undefined>;
  /**
   * Moves an event back to the end of the outbox as it is, under the id that it has: a consumer that has seen it skips
   * it.
   *
   * @param alongside what belongs into the same transaction, such as the evidence of who did it and why.
   * @returns undefined when there is no such letter (any more); then `alongside` was not called.
   */
  requeue(id: string, alongside?: Alongside): Promise<DeadLetterHead | undefined>;
  /** Removes an event for good; otherwise as `requeue`. */
  discard(id: string, alongside?: Alongside): Promise<DeadLetterHead | undefined>;
  count(): Promise<number>;
}

export function createDeadLetterStore(database: Database): DeadLetterStore {
  /** @param then what becomes of the row, a common table expression after `gone`. */
  const remove = (id: string, then: string, alongside?: Alongside): Promise<DeadLetterHead | undefined> =>
    inTransaction(database, async (connection) => {
      const { rows } = await connection.query<Row>(
        `with gone as (delete from dead_letters where event_id = $1 returning *)${then} select ${HEAD} from gone`,
        [id],
      );
      const letter = rows[0] && toHead(rows[0]);
      if (letter) await alongside?.(connection, letter);
      return letter;
    });

  return {
    async bury({ row, reason, attempts, at, notice }) {
      const { rowCount } = await database.query({
        text: `with gone as (
            delete from outbox where topic = $1 and seq = $2
            returning event_id, topic, key, headers, value, created_at
          ), told as (
            insert into outbox (event_id, topic, key, headers, value, created_at)
            select $6, $7, $8, $9, $10, $5 from gone
          )
          insert into dead_letters (event_id, topic, key, headers, value, created_at, reason, attempts, dead_at)
          select gone.*, $3, $4, $5 from gone`,
        values: [
          row.topic,
          row.seq,
          reason,
          attempts,
          new Date(at),
          notice.id,
          notice.topic,
          notice.key,
          JSON.stringify(notice.headers),
          notice.value,
        ],
      });
      return rowCount === 1;
    },

    async list({ limit, after, topic }) {
      const { rows } = await database.query<Row>(
        `select ${HEAD} from dead_letters where ($2::uuid is null or event_id > $2) and ($3::text is null or topic = $3)
         order by event_id limit $1`,
        [limit, after ?? null, topic ?? null],
      );
      return rows.map(toHead);
    },

    async find(id) {
      const { rows } = await database.query<Row & { value: Buffer }>(
        `select ${HEAD}, value from dead_letters where event_id = $1`,
        [id],
      );
      return rows[0] && { ...toHead(rows[0]), value: rows[0].value };
    },

    requeue: (id, alongside) =>
      remove(
        id,
        `, back as (
          insert into outbox (event_id, topic, key, headers, value, created_at)
          select event_id, topic, key, headers, value, now() from gone
        )`,
        alongside,
      ),

    discard: (id, alongside) => remove(id, '', alongside),

    async count() {
      const { rows } = await database.query<{ count: string }>('select count(*) as count from dead_letters');
      return Number(rows[0]?.count ?? 0);
    },
  };
}

interface Row {
  event_id: string;
  topic: string;
  key: string;
  headers: Record<string, string>;
  reason: string;
  attempts: number;
  created_at: Date;
  dead_at: Date;
  bytes: number;
  sha256: string;
}

const HEAD = `event_id, topic, key, headers, reason, attempts, created_at, dead_at, octet_length(value) as bytes,
  encode(sha256(value), 'hex') as sha256`;

function toHead(row: Row): DeadLetterHead {
  return {
    id: row.event_id,
    topic: row.topic,
    key: row.key,
    headers: row.headers,
    reason: row.reason,
    attempts: row.attempts,
    createdAt: row.created_at.getTime(),
    deadAt: row.dead_at.getTime(),
    valueBytes: row.bytes,
    valueSha256: row.sha256,
  };
}
