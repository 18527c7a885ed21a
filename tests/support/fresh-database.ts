import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, openDatabase } from '../../src/store/database.js';
import { migrate } from '../../src/store/migrate.js';

/** An empty database of its own, on the server that the whole run uses. */
export interface FreshDatabase {
  readonly url: string;
  /** A pool on it, with the schema in place. */
  readonly database: Database;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

export async function freshDatabase(): Promise<FreshDatabase> {
  const { url, drop } = await emptyDatabase();
  const database = openDatabase({ url });
  await migrate(database);
  return {
    url,
    database,
    async drop() {
      await database.end();
      await drop();
    },
  };
}

/** The same without a pool and without the schema. */
export async function emptyDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env.DATABASE_URL;
  if (!server) throw new Error('DATABASE_URL is not set: tests are run by mocha with tests/support/servers');
  const name = `ura_test_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) };
}

async function onServer(server: string, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
