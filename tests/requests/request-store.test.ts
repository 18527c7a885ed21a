import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { createRequestStore, type RequestStore } from '../../src/requests/request-store.js';
import type { Database } from '../../src/store/database.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { acceptance } from './acceptance.js';

describe('the store of requests', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let store: RequestStore;

  beforeEach(async () => {
    fresh = await freshDatabase();
    database = fresh.database;
    store = createRequestStore(database);
  });
  afterEach(() => fresh.drop());

  const count = async (table: string): Promise<number> => {
    const { rows } = await database.query<{ n: number }>(`select count(*)::integer as n from ${table}`);
    return rows[0]?.n as number;
  };

  it('stores request, key and evidence together, and finds it for its own client alone', async () => {
    const given = acceptance({ body: '{"a":1}' });
    const taken = await store.accept(given);
    assert.equal(taken.kind, 'new');
    const found = await store.find('oss-divjake', given.request.id);
    assert.deepEqual(found, {
      ...given.request,
      state: 'accepted',
      attempts: 0,
      updatedAt: given.request.acceptedAt,
    });
    assert.equal(await store.find('oss-fier', given.request.id), undefined);
    const { rows } = await database.query(
      'select sequence, kind, bytes, sha256, signed_by from evidence order by sequence',
    );
    assert.deepEqual(
      rows.map(({ sequence, kind }) => [sequence, kind]),
      [
        [1, 'client-request'],
        [2, 'decision'],
      ],
    );
    assert.deepEqual(rows[0]?.bytes, Buffer.from('{"a":1}'));
    assert.deepEqual(rows[0]?.sha256, createHash('sha256').update('{"a":1}').digest());
    assert.equal(rows[0]?.signed_by, 'dev-oss-divjake');
  });

  it('makes one request out of fifty acceptances of one key at once', async () => {
    const idempotencyKey = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 50 }, () => store.accept(acceptance({ idempotencyKey }))),
    );
    assert.equal(results.filter(({ kind }) => kind === 'new').length, 1);
    assert.equal(results.filter(({ kind }) => kind === 'repeated').length, 49);
    const ids = results.map((result) => (result.kind === 'other-body' ? 'none' : result.request.id));
    assert.equal(new Set(ids).size, 1);
    assert.deepEqual(
      [await count('requests'), await count('idempotency_keys'), await count('evidence')],
      [1, 1, 2],
    );
  });

  it('stores many at once, each whole, and a bad one fails alone', async () => {
    const given = Array.from({ length: 40 }, (_, index) =>
      acceptance({ request: { caseId: `DIV-${index}` } }),
    );
    const bad = acceptance({ request: { municipality: 'too long' } });
    const outcomes = await Promise.allSettled([...given, bad].map((one) => store.accept(one)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      [...given.map(() => 'fulfilled'), 'rejected'],
    );
    assert.equal(await count('requests'), 40);
    assert.equal(await count('evidence'), 80);
    for (const { request } of given) {
      assert.equal((await store.find('oss-divjake', request.id))?.caseId, request.caseId);
    }
  });

  it('tells another body from a repetition, and writes nothing for either', async () => {
    const idempotencyKey = randomUUID();
    const first = acceptance({ idempotencyKey, body: '{"a":1}' });
    await store.accept(first);
    const again = await store.accept(acceptance({ idempotencyKey, body: '{"a":1}' }));
    assert.equal(again.kind === 'repeated' && again.request.id, first.request.id);
    assert.deepEqual(await store.accept(acceptance({ idempotencyKey, body: '{"a":2}' })), {
      kind: 'other-body',
    });
    assert.deepEqual([await count('requests'), await count('evidence')], [1, 2]);
  });

  it('keeps the keys of two clients apart', async () => {
    const idempotencyKey = randomUUID();
    await store.accept(acceptance({ idempotencyKey }));
    const other = await store.accept(acceptance({ idempotencyKey, request: { clientId: 'oss-fier' } }));
    assert.equal(other.kind, 'new');
  });

  it('says what a key was used for without using it', async () => {
    const given = acceptance();
    assert.equal(await store.findByKey('oss-divjake', given.idempotencyKey, given.bodySha256), undefined);
    await store.accept(given);
    const found = await store.findByKey('oss-divjake', given.idempotencyKey, given.bodySha256);
    assert.equal(found?.kind, 'repeated');
    const other = await store.findByKey('oss-divjake', given.idempotencyKey, Buffer.alloc(32));
    assert.deepEqual(other, { kind: 'other-body' });
    assert.equal(await store.findByKey('oss-fier', given.idempotencyKey, given.bodySha256), undefined);
  });

  it('lists a case of one client in pages, oldest first', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const given = acceptance({ request: { caseId: 'DIV-9' } });
      ids.push(given.request.id);
      await store.accept(given);
    }
    await store.accept(acceptance({ request: { caseId: 'DIV-9', clientId: 'oss-fier' } }));
    await store.accept(acceptance({ request: { caseId: 'DIV-8' } }));
    ids.sort();
    const page = async (limit: number, after?: string): Promise<string[]> =>
      (await store.listByCase('oss-divjake', 'DIV-9', limit, after)).map(({ id }) => id);
    assert.deepEqual(await page(2), ids.slice(0, 2));
    assert.deepEqual(await page(10, ids[1]), ids.slice(2));
  });

  it('counts what is open, and how old the oldest is', async () => {
    await store.accept(acceptance({ request: { acceptedAt: Date.now() - 60_000 } }));
    await store.accept(acceptance());
    await store.accept(acceptance({ request: { adapter: 'tax' } }));
    const backlog = await store.backlog();
    const civil = backlog.find(({ adapter }) => adapter === 'civil');
    assert.deepEqual([civil?.state, civil?.count], ['accepted', 2]);
    assert.ok((civil?.oldestAgeSeconds ?? 0) >= 59);
    assert.equal(backlog.find(({ adapter }) => adapter === 'tax')?.count, 1);
  });
});
