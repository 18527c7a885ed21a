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
  const endLeases = (): Promise<unknown> =>
    database.query(
      `update requests set lease_until = now() - interval '1 second' where lease_owner is not null`,
    );

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

  it('never gives one request to two owners that claim at once', async () => {
    for (let index = 0; index < 60; index += 1) await store.accept(acceptance());
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, index) => store.claim('civil', `owner-${index % 2}`, 10_000, 8)),
    );
    const ids = claims.flat().map(({ id }) => id);
    assert.equal(ids.length, 60);
    assert.equal(new Set(ids).size, 60);
    assert.deepEqual(await store.claim('civil', 'owner-3', 10_000, 8), []);
  });

  it('claims only of the asked adapter, whose time has come, and that nobody holds', async () => {
    await store.accept(acceptance({ request: { adapter: 'tax' } }));
    await store.accept(acceptance({ lease: { owner: 'other', durationMs: 60_000 } }));
    const later = acceptance();
    await store.accept(later);
    await database.query(`update requests set next_attempt_at = now() + interval '1 minute' where id = $1`, [
      later.request.id,
    ]);
    assert.deepEqual(await store.claim('civil', 'me', 10_000, 10), []);
  });

  it('calls a request abandoned only when an earlier lease ran out', async () => {
    const given = acceptance({ lease: { owner: 'dead', durationMs: 60_000 } });
    await store.accept(given);
    const untried = acceptance();
    await store.accept(untried);
    await endLeases();
    const claimed = await store.claim('civil', 'me', 10_000, 10);
    const byId = new Map(claimed.map((request) => [request.id, request]));
    assert.equal(byId.get(given.request.id)?.abandoned, true);
    assert.equal(byId.get(given.request.id)?.attempts, 2);
    assert.equal(byId.get(untried.request.id)?.abandoned, false);
    assert.equal(byId.get(untried.request.id)?.attempts, 1);
  });

  it('renews what is still held and says what is not', async () => {
    const [mine, lost] = [acceptance(), acceptance()];
    for (const given of [mine, lost]) {
      await store.accept({ ...given, lease: { owner: 'me', durationMs: 60_000 } });
    }
    await database.query(`update requests set lease_owner = 'other' where id = $1`, [lost.request.id]);
    const kept = await store.renew('me', [mine.request.id, lost.request.id, randomUUID()], 120_000);
    assert.deepEqual(kept, [mine.request.id]);
    const { rows } = await database.query<{ left: string }>(
      'select extract(epoch from lease_until - now()) as left from requests where id = $1',
      [mine.request.id],
    );
    assert.ok(Number(rows[0]?.left) > 100);
  });

  it('gives back what was not begun, as if it had never been taken', async () => {
    const given = acceptance({ lease: { owner: 'me', durationMs: 60_000 } });
    await store.accept(given);
    await store.release('other', [{ id: given.request.id, abandoned: false }]);
    assert.equal((await store.find('oss-divjake', given.request.id))?.state, 'dispatching');
    await store.release('me', [{ id: given.request.id, abandoned: false }]);
    const released = await store.find('oss-divjake', given.request.id);
    assert.deepEqual([released?.state, released?.attempts], ['accepted', 0]);
    const [claimed] = await store.claim('civil', 'next', 10_000, 1);
    assert.equal(claimed?.abandoned, false);
  });

  it('does not forget that a request was abandoned when its next holder gives it back', async () => {
    const given = acceptance({ lease: { owner: 'dead', durationMs: 60_000 } });
    await store.accept(given);
    await endLeases();
    const [claimed] = await store.claim('civil', 'me', 60_000, 1);
    assert.equal(claimed?.abandoned, true);
    await store.release('me', [{ id: given.request.id, abandoned: true }]);
    const [again] = await store.claim('civil', 'next', 60_000, 1);
    assert.equal(again?.id, given.request.id);
    assert.equal(again?.abandoned, true, 'the registry may have been called by the dead process');
    assert.equal(again?.attempts, 2);
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
