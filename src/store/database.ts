import pg from 'pg';

/** What the stores need of a connection or a pool. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
}

/** A pool of connections to the one PostgreSQL that holds the truth. */
export type Database = pg.Pool;

export interface DatabaseSettings {
  /** `postgres://user:password@host:port/name`; never logged. */
  readonly url: string;
  /** Connections held at most; default 16. */
  readonly maxConnections?: number;
  /** A statement that takes longer is cancelled, milliseconds; default 10 000. */
  readonly statementTimeoutMs?: number;
  /** Waiting for a free connection longer than this is an error, milliseconds; default 5 000. */
  readonly connectTimeoutMs?: number;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

/** Opens the pool; the first connection is made at the first query. */
export function openDatabase(settings: DatabaseSettings): Database {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.maxConnections ?? 16,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 5_000,
    statement_timeout: settings.statementTimeoutMs ?? 10_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'ura',
  });
  // Without a listener, a server restart would end the process through an unhandled 'error' event.
  pool.on('error', (error) => settings.onIdleError?.(error));
  return pool;
}

/** Runs the work in one transaction on one connection; any throw rolls it back. */
export async function inTransaction<Result>(
  database: Database,
  work: (connection: Queryable) => Promise<Result>,
): Promise<Result> {
  const connection = await database.connect();
  let broken: Error | undefined;
  // A connection outside the pool that breaks says so by an 'error' event, and without a listener that ends the
  // process; the statement under way rejects as well, so nothing is missed.
  const onBroken = (error: Error): void => {
    broken = error;
  };
  connection.on('error', onBroken);
  try {
    await connection.query('begin');
    const result = await work(connection);
    await connection.query('commit');
    return result;
  } catch (error) {
    await connection.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    connection.off('error', onBroken);
    connection.release(broken);
  }
}
