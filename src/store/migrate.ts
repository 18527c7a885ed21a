import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../package-root.js';
import type { Database, Queryable } from './database.js';
import { inTransaction } from './database.js';

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
  /**
   * Programs that do not know this migration must not go on when this one was applied; 0: all may. Said in the file by
   * a line `-- oldest-program: 12`.
   */
  readonly oldestProgram: number;
}

/** Any number, as long as every Ura of every version uses the same: the lock under which the schema changes. */
const MIGRATION_LOCK = 0x757261;

/** The database's schema does not fit this program. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

/**
 * Brings the schema up to this program's version. Several processes may start at once: one migrates, the
 * others wait for its lock and then find nothing to do. Each migration is one transaction.
 *
 * @returns names of the migrations that were run now.
 * @throws {SchemaMismatch} when the schema is newer than this program, or an applied migration was edited.
 */
export async function migrate(database: Database): Promise<string[]> {
  const migrations = await readMigrations();
  return inTransaction(database, async (connection) => {
    await connection.query('set local statement_timeout = 0');
    await connection.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const applied = await readApplied(connection);
    refuseMismatch(migrations, applied);
    const missing = migrations.filter((migration) => !applied.has(migration.version));
    for (const migration of missing) {
      await connection.query(migration.sql);
      await connection.query(
        'insert into schema_migrations (version, name, sha256, applied_at) values ($1, $2, $3, now())',
        [migration.version, migration.name, migration.sha256],
      );
      if (migration.oldestProgram > 0) {
        await connection.query('update schema_migrations set oldest_program = $2 where version = $1', [
          migration.version,
          migration.oldestProgram,
        ]);
      }
    }
    return missing.map((migration) => migration.name);
  });
}

/** Number of the latest migration that this program knows. */
export async function latestMigration(): Promise<number> {
  return Math.max(...(await readMigrations()).map(({ version }) => version));
}

async function readMigrations(): Promise<Migration[]> {
  const folder = join(findPackageRoot(), 'src', 'store', 'migrations');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), 'utf8');
      return {
        version: Number.parseInt(name, 10),
        name,
        sql,
        sha256: createHash('sha256').update(sql).digest('hex'),
        oldestProgram: Number(/^-- oldest-program: (\d+)$/m.exec(sql)?.[1] ?? 0),
      };
    }),
  );
}

async function readApplied(connection: Queryable): Promise<Map<number, { name: string; sha256: string }>> {
  await connection.query(`create table if not exists schema_migrations (
    version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null)`);
  const { rows } = await connection.query<{ version: number; name: string; sha256: string }>(
    'select version, name, sha256 from schema_migrations order by version',
  );
  return new Map(rows.map((row) => [row.version, row]));
}

function refuseMismatch(
  migrations: readonly Migration[],
  applied: ReadonlyMap<number, { name: string; sha256: string }>,
): void {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  for (const [version, { name, sha256 }] of applied) {
    const migration = known.get(version);
    if (migration === undefined) {
      throw new SchemaMismatch(
        `the database has migration ${name}, which this version of Ura does not know: start a newer Ura`,
      );
    }
    if (migration.sha256 !== sha256) {
      throw new SchemaMismatch(
        `migration ${name} was changed after it was applied: add a new migration instead of editing it`,
      );
    }
  }
}
