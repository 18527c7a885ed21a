import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { migrate, SchemaMismatch } from '../../src/store/migrate.js';
import { emptyDatabase } from '../support/fresh-database.js';

describe('the migrations', () => {
  let url: string;
  let database: Database;
  let drop: () => Promise<void>;
  let names: string[];

  beforeEach(async () => {
    const empty = await emptyDatabase();
    url = empty.url;
    database = openDatabase({ url });
    drop = async () => {
      await database.end();
      await empty.drop();
    };
    const folder = join(findPackageRoot(), 'src', 'store', 'migrations');
    names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  });
  afterEach(() => drop());

  const applied = async (): Promise<string[]> => {
    const { rows } = await database.query<{ name: string }>(
      'select name from schema_migrations order by version',
    );
    return rows.map(({ name }) => name);
  };

  it('run once each, in the order of their numbers', async () => {
    assert.deepEqual(await migrate(database), names);
    assert.deepEqual(await migrate(database), []);
    assert.deepEqual(await applied(), names);
  });

  it('run once when many pools of one process begin at once', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => migrate(database)));
    assert.equal(runs.flat().length, names.length);
  });

  it('run once when two processes begin at once', async function () {
    this.timeout(30_000);
    const run = async (): Promise<string[]> => {
      const script = `
        const { openDatabase } = await import(${JSON.stringify(new URL('../../src/store/database.js', import.meta.url).href)});
        const { migrate } = await import(${JSON.stringify(new URL('../../src/store/migrate.js', import.meta.url).href)});
        const database = openDatabase({ url: process.env.TEST_URL });
        process.stdout.write(JSON.stringify(await migrate(database)));
        await database.end();`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, TEST_URL: url },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      const [code] = await once(child, 'close');
      assert.equal(code, 0);
      return JSON.parse(output) as string[];
    };
    const [first, second] = await Promise.all([run(), run()]);
    assert.deepEqual([...(first ?? []), ...(second ?? [])].sort(), names);
    assert.deepEqual(await applied(), names);
  });

  it('refuse to go on when one that was applied has been edited', async () => {
    await migrate(database);
    await database.query(`update schema_migrations set sha256 = 'another' where version = 1`);
    await assert.rejects(migrate(database), (error: Error) => {
      assert.ok(error instanceof SchemaMismatch);
      assert.match(error.message, /migration 0001-requests\.sql was changed.*add a new migration/);
      return true;
    });
  });

  it('refuse a schema that is newer than the program', async () => {
    await migrate(database);
    await database.query(
      `insert into schema_migrations (version, name, sha256, applied_at) values (9999, '9999-future.sql', 'x', now())`,
    );
    await assert.rejects(migrate(database), (error: Error) => {
      assert.ok(error instanceof SchemaMismatch);
      assert.match(error.message, /9999-future\.sql.*start a newer Ura/);
      return true;
    });
  });
});
