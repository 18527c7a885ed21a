import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { findPackageRoot } from '../../src/package-root.js';
import { createRequestStore } from '../../src/requests/request-store.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { migrate } from '../../src/store/migrate.js';
import { acceptance } from '../requests/acceptance.js';
import { emptyDatabase } from '../support/fresh-database.js';

describe('the migration to months', function () {
  this.timeout(60_000);
  let database: Database;
  let drop: () => Promise<void>;

  /** The schema without this migration; with later ones, so that the program of today can write what was before. */
  beforeEach(async () => {
    const empty = await emptyDatabase();
    database = openDatabase({ url: empty.url });
    drop = async () => {
      await database.end();
      await empty.drop();
    };
    const folder = join(findPackageRoot(), 'src', 'store', 'migrations');
    const names = (await readdir(folder)).filter(
      (name) => /^\d{4}-.*\.sql$/.test(name) && !name.startsWith('0011'),
    );
    await database.query(`create table schema_migrations (
      version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null)`);
    for (const name of names.sort()) {
      const sql = await readFile(join(folder, name), 'utf8');
      await database.query(sql);
      await database.query('insert into schema_migrations values ($1, $2, $3, now())', [
        Number.parseInt(name, 10),
        name,
        createHash('sha256').update(sql).digest('hex'),
      ]);
    }
  });
  afterEach(() => drop());

  const shape = async (table: string) => {
    const { rows } = await database.query<Record<string, string>>(
      `select 'column' as kind, attname as name, format_type(atttypid, atttypmod) || ' ' || attnotnull
           || coalesce(pg_get_expr(adbin, adrelid), '') as definition
         from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
         where attrelid = $1::regclass and attnum > 0 and not attisdropped
       union all select 'index', relname, regexp_replace(pg_get_indexdef(indexrelid), ' ON (ONLY )?', ' ON ')
         from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = $1::regclass
       union all select 'check', conname, pg_get_constraintdef(oid) from pg_constraint
         where conrelid = $1::regclass and contype in ('c', 'p', 'u', 'f')
       order by 1, 2`,
      [table],
    );
    return rows;
  };

  it('carries over rows, columns, checks and indexes, under their names and without a copy', async () => {
    const requests = createRequestStore(database);
    const given = acceptance();
    await requests.accept(given);
    await database.query(
      `alter table requests add column added_by_others text default 'x' check (added_by_others <> '')`,
    );
    await database.query(
      `create unique index added_by_others on requests (id, added_by_others) where attempts > 3`,
    );
    await database.query(`create trigger told after insert on requests for each row
      when (new.attempts > 1000) execute function refuse_change()`);
    const before = [await shape('requests'), await shape('evidence')];
    const stored = await requests.find('oss-divjake', given.request.id);
    const fileOf = async (table: string) =>
      (await database.query(`select pg_relation_filenode($1) as node`, [table])).rows[0];
    const file = await fileOf('evidence');

    assert.ok((await migrate(database)).includes('0011-months.sql'));

    assert.deepEqual([await shape('requests'), await shape('evidence')], before);
    assert.deepEqual(await requests.find('oss-divjake', given.request.id), stored);
    assert.equal((await createEvidenceStore(database).list(given.request.id)).length, 2);
    const month = new Date().toISOString().slice(0, 7).replace('-', '_');
    assert.deepEqual(await fileOf(`evidence_to_${month}`), file);
    const again = await requests.accept({
      ...given,
      request: { ...given.request, id: acceptance().request.id },
    });
    assert.equal(again.kind, 'repeated');
    const { rows } = await database.query<{ name: string; indexes: number; triggers: number }>(
      `select inhrelid::regclass::text as name, (select count(*)::int from pg_index where indrelid = inhrelid) as indexes,
         (select count(*)::int from pg_trigger where tgrelid = inhrelid) as triggers
       from pg_inherits where inhparent = 'requests'::regclass order by 1`,
    );
    const indexes = (before[0] as object[]).filter(
      (row) => (row as { kind: string }).kind === 'index',
    ).length;
    assert.deepEqual(rows, [
      { name: 'requests_beyond', indexes, triggers: 1 },
      { name: `requests_to_${month}`, indexes, triggers: 1 },
    ]);
  });

  it('takes what a clock that was ahead has stored into the first part', async () => {
    const ahead = '0fffffff-ffff-7000-8000-000000000001';
    await createRequestStore(database).accept(acceptance({ request: { id: ahead } }));
    await migrate(database);
    const { rows } = await database.query(`select tableoid::regclass::text as name from requests`);
    assert.match(String(rows[0]?.name), /^requests_to_/);
  });
});
