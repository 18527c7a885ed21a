import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { uuidV7 } from '../../src/ids.js';
import { makeMonths } from '../../src/months/make-months.js';
import { firstIdOf, monthAfter, monthOf } from '../../src/months/month.js';
import { createMonthStore, type MonthStore } from '../../src/months/month-store.js';
import { createRequestStore, type RequestStore } from '../../src/requests/request-store.js';
import type { Database } from '../../src/store/database.js';
import { acceptance } from '../requests/acceptance.js';
import { freshDatabase } from '../support/fresh-database.js';

describe('making months', function () {
  this.timeout(60_000);
  let database: Database;
  let drop: () => Promise<void>;
  let store: MonthStore;
  let requests: RequestStore;
  const present = monthOf(Date.now());

  beforeEach(async () => {
    ({ database, drop } = await freshDatabase());
    store = createMonthStore(database);
    requests = createRequestStore(database);
  });
  afterEach(() => drop());

  const idAt = (atMs: number): string => uuidV7({ now: () => atMs }).next();
  const keep = async (id: string): Promise<void> => {
    const accepted = await requests.accept(acceptance({ request: { id } }));
    assert.equal(accepted.kind, 'new');
    assert.equal((await requests.find('oss-divjake', id))?.id, id);
  };
  const tableOfRow = async (id: string): Promise<string> => {
    const { rows } = await database.query<{ name: string }>(
      'select tableoid::regclass::text as name from requests where id = $1',
      [id],
    );
    return rows[0]?.name ?? 'none';
  };
  const bounds = async (): Promise<[string | null, string | null][]> =>
    (await store.parts('requests')).map(({ firstId, endId }) => [firstId, endId]);
  /** The parts touch each other and cover everything, alike in both tables. */
  const assertWhole = async (): Promise<void> => {
    const parts = await bounds();
    assert.deepEqual(
      parts.map(([first]) => first),
      [null, ...parts.slice(0, -1).map(([, end]) => end)],
    );
    assert.equal(parts.at(-1)?.[1], null);
    assert.deepEqual(
      (await store.parts('evidence')).map(({ firstId, endId }) => [firstId, endId]),
      parts,
    );
  };

  it('makes the three that follow the present one, once, however many processes do', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => makeMonths(store)));
    const wanted = [1, 2, 3].map((count) => monthAfter(present, count));
    assert.deepEqual(runs.flat(), wanted);
    assert.deepEqual(await makeMonths(store), []);
    await assertWhole();
    await keep(idAt(Date.parse(`${wanted[1]}-10T00:00:00Z`)));
    const parts = await store.parts('requests');
    assert.deepEqual(
      parts.map(({ table }) => table.replace('requests_', '').replace('_', '-')),
      [`to-${present.replace('-', '_')}`, ...wanted, 'beyond'],
    );
  });

  it('leaves a place for every id, whatever clock or chance made it', async () => {
    await makeMonths(store);
    const ids = [0, Date.now() - 9e11, Date.now(), Date.now() + 6e9, Date.now() + 9e11].map(idAt);
    for (const id of [
      ...ids,
      randomUUID(),
      firstIdOf(monthAfter(present)),
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ])
      await keep(id);
  });

  it('goes on behind what a clock that was ahead has left in the rest', async () => {
    const ahead = monthAfter(present, 30);
    const early = idAt(Date.parse(`${monthAfter(present, 5)}-01T00:00:00Z`));
    const late = idAt(Date.parse(`${ahead}-28T00:00:00Z`));
    await keep(early);
    await keep(late);
    // The rest begins right behind the present month here, as if nobody had made months for long.
    assert.deepEqual(await makeMonths(store), []);
    await assertWhole();
    assert.equal(await tableOfRow(early), `requests_to_${ahead.replace('-', '_')}`);
    assert.equal(await tableOfRow(late), `requests_to_${ahead.replace('-', '_')}`);
    const { rows } = await database.query('select 1 from requests_beyond');
    assert.equal(rows.length, 0);
    await keep(idAt(Date.parse(`${monthAfter(ahead)}-01T00:00:00Z`)));
  });

  it('finishes what was interrupted between taking the rest out and putting it back', async () => {
    await database.query('alter table requests detach partition requests_beyond concurrently');
    assert.deepEqual(
      await makeMonths(store),
      [1, 2, 3].map((count) => monthAfter(present, count)),
    );
    await assertWhole();
  });

  it('may be followed by the next change at once, whatever became of the first', async () => {
    // The server notices the end of a connection whenever it comes to it: here after all changes.
    const ends: (() => void)[] = [];
    const lingering = {
      async connect() {
        const connection = await database.connect();
        ends.push(() => connection.release(true));
        return {
          query: (...statement: [string, unknown[]?]) => connection.query(...statement),
          on: () => {},
          release: () => {},
        };
      },
    };
    const changing = createMonthStore(lingering as unknown as Database);
    try {
      assert.equal(await changing.change(0, async () => 'first'), 'first');
      const failing = changing.change(0, async () => {
        throw new Error('given up');
      });
      await assert.rejects(failing, /given up/);
      assert.equal(await changing.change(0, async () => 'third'), 'third');
      assert.equal(ends.length, 3);
    } finally {
      for (const end of ends) end();
    }
  });

  it('finishes what was interrupted while it waited for others', async () => {
    const reader = await database.connect();
    try {
      await reader.query('begin');
      await reader.query('select count(*) from evidence');
      await assert.rejects(
        store.change(100, (changes) =>
          changes.detach('evidence', { table: 'evidence_beyond', detaching: false }),
        ),
        /lock timeout/,
      );
      assert.ok((await store.parts('evidence')).some(({ detaching }) => detaching));
      await keep(idAt(Date.now()));
    } finally {
      await reader.query('rollback');
      reader.release();
    }
    assert.equal((await makeMonths(store)).length, 3);
    await assertWhole();
  });

  it('keeps nobody waiting: requests are stored and read while it waits for an old transaction', async () => {
    const reader = await database.connect();
    await reader.query('begin');
    await reader.query('select count(*) from requests');
    const made = makeMonths(store);
    for (let waits = 0; ; waits += 1) {
      assert.ok(waits < 200, 'it begins to wait');
      if ((await store.parts('requests')).some(({ detaching }) => detaching)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (let count = 0; count < 20; count += 1) await keep(idAt(Date.now()));
    const { rows } = await reader.query<{ count: string }>('select count(*) from requests');
    assert.equal(rows[0]?.count, '20', 'and the old transaction reads on');
    await reader.query('commit');
    reader.release();
    assert.equal((await made).length, 3);
    await assertWhole();
  });

  it('gives each month the same indexes, and keeps each append-only where it is evidence', async () => {
    await makeMonths(store);
    const request = idAt(Date.now());
    await keep(request);
    const { rows } = await database.query<{ table: string; indexes: string }>(
      `select i.inhrelid::regclass::text as table, string_agg(
         regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING ', ''), E'\\n'
         order by regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING ', '')) as indexes
       from pg_inherits i join pg_index x on x.indrelid = i.inhrelid
       where i.inhparent in ('requests'::regclass, 'evidence'::regclass) group by 1 order by 1`,
    );
    for (const whole of ['requests', 'evidence']) {
      const indexes = rows.filter(({ table }) => table.startsWith(whole)).map((row) => row.indexes);
      assert.equal(indexes.length, 5);
      assert.equal(new Set(indexes).size, 1, `${whole}: ${indexes.join('\n')}`);
    }
    const tables = ['evidence', ...(await store.parts('evidence')).map(({ table }) => table)];
    for (const table of tables) {
      for (const change of [
        `update ${table} set kind = 'result'`,
        `delete from ${table}`,
        `truncate ${table}`,
      ]) {
        await assert.rejects(database.query(change), /evidence is append-only/, change);
      }
    }
  });
});
