import { type Database, inTransaction, type Queryable } from './database.js';

/** What a database says about itself. */
export interface StoreState {
  /** Counts the servers that the database has been on; 0: none was noted yet. */
  readonly epoch: number;
  /** The server that it was on when the epoch began: system identifier, timeline, database. */
  readonly notedServer: string | undefined;
  /** The server that it is on. A restored or promoted one has a timeline of its own. */
  readonly server: string;
  /** Number of the migration that a program must know at least to go on working here. */
  readonly oldestProgram: number;
}

/** What a new epoch found. */
export interface NewEpoch {
  readonly epoch: number;
  /** Open requests that may have been sent, and are treated so from now on. */
  readonly requestsInDoubt: number;
  /** Open requests whose registry has promised an answer: one that came after the restored moment is lost. */
  readonly awaitingAnswer: number;
}

const SERVER = `(select system_identifier from pg_control_system())
  || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
  || '/' || (select oid from pg_database where datname = current_database())`;

/** @param connection any; before the schema is there, it rejects. */
export async function readStoreState(connection: Queryable): Promise<StoreState> {
  const { rows } = await connection.query<{
    epoch: number | null;
    noted: string | null;
    server: string;
    oldest: number;
  }>(
    `select epoch, noted.server as noted, ${SERVER} as server,
       (select coalesce(max(oldest_program), 0) from schema_migrations) as oldest
     from (select 1) as one left join (select epoch, server from store_epochs order by epoch desc limit 1) as noted
       on true`,
  );
  const row = rows[0] as (typeof rows)[0];
  return {
    epoch: row.epoch ?? 0,
    notedServer: row.noted ?? undefined,
    server: row.server,
    oldestProgram: row.oldest,
  };
}

/** Notes the server of a database that is new; several processes may do so at once. */
export async function beginFirstEpoch(database: Database): Promise<void> {
  await database.query(
    `insert into store_epochs (epoch, server, requests_in_doubt, begun_at) select 1, ${SERVER}, 0, now()
     where not exists (select from store_epochs) on conflict do nothing`,
  );
}

/**
 * Begins a new epoch on the server that the database is on now, in one transaction. Processes that began in an earlier
 * one end themselves.
 *
 * @param nothingLost true: all that was ever committed is here, so what is `accepted` was surely not sent. Otherwise
 *   each request that waits to be sent may have been sent after the restored moment.
 */
export function beginNextEpoch(database: Database, nothingLost: boolean): Promise<NewEpoch> {
  return inTransaction(database, async (connection) => {
    await connection.query('set local statement_timeout = 0');
    await connection.query('lock table store_epochs in exclusive mode');
    // Without a lease and `dispatching`: as if its process had died on the way to the registry.
    const { rowCount } = nothingLost
      ? { rowCount: 0 }
      : await connection.query(
          `update requests set state = 'dispatching', attempts = greatest(attempts, 1), lease_owner = null,
             lease_until = null, next_attempt_at = now(), updated_at = now()
           where state in ('accepted', 'dispatching', 'retry-wait')`,
        );
    const { rows: waiting } = await connection.query<{ count: string }>(
      `select count(*) as count from requests where state = 'awaiting-answer'`,
    );
    const { rows } = await connection.query<{ epoch: number }>(
      `insert into store_epochs (epoch, server, requests_in_doubt, begun_at)
       select coalesce(max(epoch), 0) + 1, ${SERVER}, $1, now() from store_epochs returning epoch`,
      [rowCount],
    );
    return {
      epoch: (rows[0] as { epoch: number }).epoch,
      requestsInDoubt: rowCount ?? 0,
      awaitingAnswer: Number(waiting[0]?.count ?? 0),
    };
  });
}
