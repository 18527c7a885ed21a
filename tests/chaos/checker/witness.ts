import type { Queryable } from '../../../src/store/database.js';

/**
 * Makes the database write down each event that a transaction puts into the outbox: the rows themselves are gone
 * once they are delivered. With it go the transaction and the snapshot that it saw then. Begin and commit are told by
 * the database's own clock, which no step of a gateway's clock can move. Needs `track_commit_timestamp`; to be called
 * once the schema is there and before anybody submits.
 */
export async function installWitness(database: Queryable): Promise<void> {
  await database.query(`create schema if not exists chaos`);
  await database.query(`create table if not exists chaos.events (
    event_id uuid not null, topic text not null, key text not null, began timestamptz not null,
    transaction xid8 not null, snapshot pg_snapshot not null)`);
  await database.query(`create or replace function chaos.witness() returns trigger language plpgsql as $$
    begin
      insert into chaos.events values (new.event_id, new.topic, new.key, now(), pg_current_xact_id(),
        pg_current_snapshot());
      return null;
    end $$`);
  await database.query(`create or replace trigger chaos_witness after insert on outbox
    for each row execute function chaos.witness()`);
}

/** One event as a transaction wrote it, in the order of commits. Times are microseconds since the epoch. */
export interface WrittenEvent {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly began: number;
  /** When its commit began: others see it once that is on the disk, which may take its time. */
  readonly committed: number;
  /** Number of the transaction, and what it saw when it wrote the event, as `pg_snapshot` has it. */
  readonly transaction: string;
  readonly snapshot: string;
}

/** Whether one event was there for everybody to see when the transaction wrote the other. */
export function sawIt({ snapshot }: WrittenEvent, { transaction }: WrittenEvent): boolean {
  const [from = '', to = '', running = ''] = snapshot.split(':');
  const number = BigInt(transaction);
  if (number < BigInt(from)) return true;
  return number < BigInt(to) && !running.split(',').includes(transaction);
}

/** @throws {Error} when the database was not prepared: without a witness nothing can be said about order. */
export async function readWitness(database: Queryable): Promise<WrittenEvent[]> {
  const micros = (what: string): string => `(extract(epoch from ${what}) * 1000000)::bigint::float8`;
  const { rows } = await database.query<WrittenEvent>(
    `select event_id as id, topic, key, ${micros('began')} as began,
       ${micros('pg_xact_commit_timestamp(xmin)')} as committed, transaction::text, snapshot::text
     from chaos.events order by committed`,
  );
  return rows;
}
