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
  /** A connection that is not used for longer is closed, milliseconds; default 10 000, 0: never. */
  readonly idleTimeoutMs?: number;
  /** Asked about each new connection before it is used; one that it rejects is closed, and whoever wanted it fails. */
  readonly verify?: (connection: Queryable) => Promise<void>;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: Error) => void;
}

/** Opens the pool; the first connection is made at the first query. */
export function openDatabase(settings: DatabaseSettings): Database {
  const { verify } = settings;
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.maxConnections ?? 16,
    connectionTimeoutMillis: settings.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: settings.idleTimeoutMs ?? 10_000,
    statement_timeout: settings.statementTimeoutMs ?? 10_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'ura',
    // Statements are short and many, and go over all months: planning or compiling one anew costs more than running it.
    options: '-c plan_cache_mode=force_generic_plan -c jit=off',
    ...(verify ? { verify: whoeverIsNew(verify) } : {}),
  });
  // Without a listener, a server restart would end the process through an unhandled 'error' event.
  pool.on('error', (error) => settings.onIdleError?.(error));
  return pool;
}

type VerifyClient = (client: pg.PoolClient, done: (error?: Error) => void) => void;

function whoeverIsNew(verify: (connection: Queryable) => Promise<void>): VerifyClient {
  return (client, done) => {
    // The statement under way rejects as well; without a listener the event would end the process.
    const onBroken = (): void => {};
    client.on('error', onBroken);
    verify(client).then(
      () => {
        client.off('error', onBroken);
        done();
      },
      (error: Error) => done(error),
    );
  };
}

/** One connection of its own, not connected yet, for what has to be heard for as long as it lives. */
export function openConnection(url: string, applicationName: string): pg.Client {
  return new pg.Client({ connectionString: url, application_name: applicationName });
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

/** Runs the work on a connection of its own, with whatever it sets and locks there; it is closed afterwards. */
export async function onOwnConnection<Result>(
  database: Database,
  work: (connection: Queryable) => Promise<Result>,
): Promise<Result> {
  const connection = await database.connect();
  // The statement under way rejects as well; without a listener the event would end the process.
  connection.on('error', () => {});
  try {
    return await work(connection);
  } finally {
    connection.release(true);
  }
}
