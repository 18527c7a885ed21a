import type { Database } from '../store/database.js';
import { limitedBy } from './limited-by.js';
import type { OutboxRow } from './outbox-store.js';

/** Partitions of the outbox; the generated column `outbox.partition` counts them. */
export const PARTITIONS = 32;

/** What is read at once. */
export interface ReadLimits {
  /** Events in all, and of one topic. */
  readonly events: number;
  readonly eventsPerTopic: number;
  /** Bytes of the values of one topic; its first event comes whatever its size. */
  readonly bytesPerTopic: number;
}

/**
 * One node's part in relaying: a connection that holds locks on partitions, and reads the events in them. A connection
 * that has lost its locks has ended, so it cannot read either: what was read was ours when it was read.
 */
export interface RelaySession {
  /** Resolves when the session has ended, and with it every lock. */
  readonly lost: Promise<void>;
  /** How many sessions relay, this one included, and which partitions none of them holds. */
  look(): Promise<{ readonly nodes: number; readonly free: readonly number[] }>;
  /** @returns those of the partitions that are ours now; the others went to somebody else. */
  take(partitions: readonly number[]): Promise<number[]>;
  giveBack(partitions: readonly number[]): Promise<void>;
  /** The oldest events in these partitions, except of these topics, in order. */
  next(
    partitions: readonly number[],
    exceptTopics: readonly string[],
    limits: ReadLimits,
  ): Promise<OutboxRow[]>;
  /** Frees all locks. Can be called twice. */
  leave(): Promise<void>;
}

export interface PartitionStore {
  /** Joins the nodes that relay. Takes no partition yet. */
  join(): Promise<RelaySession>;
}

export interface PartitionStoreSettings {
  /** A node that shows no life for so long loses its partitions, milliseconds; default 10 000. */
  readonly sessionTimeoutMs?: number;
}

/** First half of the key of each lock; any number, as long as every Ura uses the same. */
const LOCKS = 0x72656c61;
/** Second half of a key: a partition, or this, which every node shares. */
const MEMBER = PARTITIONS;

export function createPartitionStore(
  database: Database,
  { sessionTimeoutMs = 10_000 }: PartitionStoreSettings = {},
): PartitionStore {
  return {
    async join() {
      const connection = await database.connect();
      let left = false;
      let markLost: () => void = () => {};
      const lost = new Promise<void>((resolve) => {
        markLost = resolve;
      });
      const leave = async (): Promise<void> => {
        markLost();
        if (left) return;
        left = true;
        // Closing the connection rather than unlocking: certain to free the locks, whatever state it is in.
        connection.release(true);
      };
      // From the first moment: a connection that breaks without a listener ends the process.
      connection.on('error', leave);
      connection.on('end', leave);
      /** What the connection does not answer in time is answered by no other lock holder either: it ends. */
      const ask = async <Row extends object>(
        name: string,
        text: string,
        values: unknown[],
      ): Promise<Row[]> => {
        if (left) throw new Error('the session of the relay has ended');
        try {
          const { rows } = await limitedBy(sessionTimeoutMs, connection.query<Row>({ name, text, values }));
          return rows;
        } catch (error) {
          await leave();
          throw error;
        }
      };
      await ask('relay-join', JOIN, [`${sessionTimeoutMs}`, LOCKS, MEMBER]);
      return {
        lost,
        leave,
        async look() {
          const held = await ask<{ object: number }>('relay-look', LOOK, [LOCKS]);
          const taken = new Set(held.map(({ object }) => object));
          return {
            nodes: held.filter(({ object }) => object === MEMBER).length,
            free: Array.from({ length: PARTITIONS }, (_, each) => each).filter((each) => !taken.has(each)),
          };
        },
        async take(partitions) {
          const taken = await ask<{ each: number }>('relay-take', TAKE, [LOCKS, partitions]);
          return taken.map(({ each }) => each);
        },
        async giveBack(partitions) {
          await ask('relay-give-back', GIVE_BACK, [LOCKS, partitions]);
        },
        async next(partitions, exceptTopics, { events, eventsPerTopic, bytesPerTopic }) {
          const values = [partitions, exceptTopics, eventsPerTopic, bytesPerTopic, events];
          const rows = await ask<Row>('relay-next', NEXT, values);
          return rows.map(({ event_id, created_at, ...row }) => ({
            ...row,
            id: event_id,
            createdAt: created_at.getTime(),
          }));
        },
      };
    },
  };
}

interface Row {
  seq: string;
  event_id: string;
  topic: string;
  key: string;
  partition: number;
  headers: Record<string, string>;
  value: Buffer;
  attempts: number;
  created_at: Date;
}

/**
 * The server ends the session when nothing is heard of it: a process that was stopped keeps its connection open, and
 * would keep its locks. The planner is told to walk the index: the table is empty one minute and has a million rows the
 * next, and statistics follow neither.
 */
const JOIN = `select set_config('idle_session_timeout', $1, false), set_config('jit', 'off', false),
  set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false),
  pg_advisory_lock_shared($2::integer, $3::integer)`;

const LOOK = `select objid::integer as object from pg_locks where locktype = 'advisory' and granted and objsubid = 2
  and classid = $1::integer::oid and database = (select oid from pg_database where datname = current_database())`;

const TAKE = `select each from unnest($2::integer[]) as each where pg_try_advisory_lock($1::integer, each)`;

const GIVE_BACK = `select pg_advisory_unlock($1::integer, each) from unnest($2::integer[]) as each`;

/** From topic to topic by one look into the index each, then the oldest of each, so that none hides another. */
const NEXT = `with recursive topics as (
    (select topic from outbox order by topic limit 1)
    union all
    select (select o.topic from outbox o where o.topic > t.topic order by o.topic limit 1)
    from topics t where t.topic is not null
  ), oldest as (
    select t.topic, e.seq, e.bytes from topics t cross join lateral (
      select o.seq, octet_length(o.value) as bytes from outbox o
      where o.topic = t.topic and o.partition = any ($1::smallint[]) order by o.seq limit $3
    ) e where t.topic <> all ($2::text[])
  ), measured as (
    select topic, seq, row_number() over w as n, sum(bytes) over w as bytes
    from oldest window w as (partition by topic order by seq)
  ), picked as (
    select topic, seq from measured where n = 1 or bytes <= $4 order by seq limit $5
  )
  select event.* from picked cross join lateral (
    select seq, event_id, topic, key, partition, headers, value, attempts, created_at
    from outbox o where o.topic = picked.topic and o.seq = picked.seq offset 0
  ) event order by event.seq`;
