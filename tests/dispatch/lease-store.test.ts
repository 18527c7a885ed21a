import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type ClaimedRequest, createLeaseStore, type LeaseStore } from '../../src/dispatch/lease-store.js';
import type { LeasedRequest } from '../../src/requests/request.js';
import { createRequestStore, type RequestStore } from '../../src/requests/request-store.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { acceptance } from '../requests/acceptance.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

describe('the store of leases', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let store: RequestStore;
  let leases: LeaseStore;

  beforeEach(async () => {
    fresh = await freshDatabase();
    database = fresh.database;
    store = createRequestStore(database);
    leases = createLeaseStore(database);
  });
  afterEach(() => fresh.drop());

  const endLeases = (): Promise<unknown> =>
    database.query(
      `update requests set lease_until = now() - interval '1 second' where lease_owner is not null`,
    );
  const take = (places: number, adapter = 'civil'): Promise<ClaimedRequest[]> =>
    leases.claim([{ adapter, places }], 'me', 60_000);
  const countBy = (claimed: readonly LeasedRequest[], name: 'clientId' | 'priority' | 'adapter') => {
    const counts: Record<string, number> = {};
    for (const request of claimed) counts[request[name]] = (counts[request[name]] ?? 0) + 1;
    return counts;
  };
  const flood = async (count: number, request: Partial<LeasedRequest>): Promise<void> => {
    for (let index = 0; index < count; index += 1) await store.accept(acceptance({ request }));
  };

  it('takes by turns from each client, however many one has waiting and however long', async () => {
    await flood(30, { clientId: 'oss-flood' });
    await flood(3, { clientId: 'oss-fier' });
    await flood(3, { clientId: 'oss-divjake' });
    assert.deepEqual(countBy(await take(9), 'clientId'), { 'oss-divjake': 3, 'oss-fier': 3, 'oss-flood': 3 });
    assert.deepEqual(countBy(await take(9), 'clientId'), { 'oss-flood': 9 });
  });

  it('takes who waits at a counter first, and batch work in one place of eight', async () => {
    await flood(20, { priority: 'batch', clientId: 'oss-fier' });
    await flood(20, { priority: 'interactive' });
    assert.deepEqual(countBy(await take(8), 'priority'), { interactive: 7, batch: 1 });
    assert.deepEqual(countBy(await take(16), 'priority'), { interactive: 13, batch: 3 });
    assert.deepEqual(countBy(await take(40), 'priority'), { batch: 16 }, 'places nobody else wants');
  });

  it('fills the places of several registries in one look, each with its own', async () => {
    await flood(5, {});
    await flood(5, { adapter: 'tax' });
    await flood(5, { adapter: 'property' });
    const wanted = [
      { adapter: 'civil', places: 2 },
      { adapter: 'tax', places: 10 },
    ];
    assert.deepEqual(countBy(await leases.claim(wanted, 'me', 60_000), 'adapter'), { civil: 2, tax: 5 });
  });

  it('takes a client in the order in which its time came', async () => {
    const given = [acceptance(), acceptance(), acceptance()];
    for (const one of given) await store.accept(one);
    const [first] = given;
    await database.query(`update requests set next_attempt_at = now() - interval '1 second' where id = $1`, [
      given[2]?.request.id,
    ]);
    assert.deepEqual(
      (await take(1)).map(({ id }) => id),
      [given[2]?.request.id],
    );
    assert.deepEqual(
      (await take(1)).map(({ id }) => id),
      [first?.request.id],
    );
  });

  it('says for how long the time of what it takes had come', async () => {
    await flood(2, {});
    await database.query(
      `update requests set next_attempt_at = now() - interval '1 minute'
       where id = (select min(id::text)::uuid from requests)`,
    );
    const [late, fresh] = (await take(2)).sort((one, other) => other.dueMs - one.dueMs);
    assert.ok(late && late.dueMs >= 60_000 && late.dueMs < 120_000, `${late?.dueMs} ms`);
    assert.ok(fresh && fresh.dueMs >= 0 && fresh.dueMs < 60_000, `${fresh?.dueMs} ms`);
  });

  it('never gives one request to two owners that claim at once', async () => {
    for (let index = 0; index < 60; index += 1) await store.accept(acceptance());
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        leases.claim([{ adapter: 'civil', places: 8 }], `owner-${index % 2}`, 10_000),
      ),
    );
    const ids = claims.flat().map(({ id }) => id);
    assert.equal(ids.length, 60);
    assert.equal(new Set(ids).size, 60);
    assert.deepEqual(await leases.claim([{ adapter: 'civil', places: 8 }], 'owner-3', 10_000), []);
  });

  it('claims only of the asked adapter, whose time has come, and that nobody holds', async () => {
    await store.accept(acceptance({ request: { adapter: 'tax' } }));
    await store.accept(acceptance({ lease: { owner: 'other', durationMs: 60_000 } }));
    const later = acceptance();
    await store.accept(later);
    await database.query(`update requests set next_attempt_at = now() + interval '1 minute' where id = $1`, [
      later.request.id,
    ]);
    assert.deepEqual(await leases.claim([{ adapter: 'civil', places: 10 }], 'me', 10_000), []);
  });

  it('calls a request abandoned only when an earlier lease ran out', async () => {
    const given = acceptance({ lease: { owner: 'dead', durationMs: 60_000 } });
    await store.accept(given);
    const untried = acceptance();
    await store.accept(untried);
    await endLeases();
    const claimed = await leases.claim([{ adapter: 'civil', places: 10 }], 'me', 10_000);
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
    const kept = await leases.renew('me', [mine.request.id, lost.request.id, randomUUID()], 120_000);
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
    await leases.release('other', [{ id: given.request.id, abandoned: false }]);
    assert.equal((await store.find('oss-divjake', given.request.id))?.state, 'dispatching');
    await leases.release('me', [{ id: given.request.id, abandoned: false }]);
    const released = await store.find('oss-divjake', given.request.id);
    assert.deepEqual([released?.state, released?.attempts], ['accepted', 0]);
    const [claimed] = await leases.claim([{ adapter: 'civil', places: 1 }], 'next', 10_000);
    assert.equal(claimed?.abandoned, false);
  });

  it('does not forget that a request was abandoned when its next holder gives it back', async () => {
    const given = acceptance({ lease: { owner: 'dead', durationMs: 60_000 } });
    await store.accept(given);
    await endLeases();
    const [claimed] = await leases.claim([{ adapter: 'civil', places: 1 }], 'me', 60_000);
    assert.equal(claimed?.abandoned, true);
    await leases.release('me', [{ id: given.request.id, abandoned: true }]);
    const [again] = await leases.claim([{ adapter: 'civil', places: 1 }], 'next', 60_000);
    assert.equal(again?.id, given.request.id);
    assert.equal(again?.abandoned, true, 'the registry may have been called by the dead process');
    assert.equal(again?.attempts, 2);
  });

  it('reads what it takes, however many requests of the month have ended', async () => {
    await flood(40, {});
    await database.query(
      `insert into requests (id, client_id, municipality, service, adapter, operation, case_id, envelope, decision, state,
         attempts, evidence_count, next_attempt_at, deadline_at, accepted_at, updated_at, finished_at)
       select (substr(id::text, 1, 14) || lpad(to_hex(n), 4, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid, client_id,
         municipality, service, adapter, operation, case_id, envelope, decision, 'answered', 1, 0, next_attempt_at,
         deadline_at, accepted_at, updated_at, now()
       from (select * from requests limit 1) as one, generate_series(1, 4000) as n`,
    );
    await database.query('analyze requests');
    const own = openDatabase({ url: fresh.url, maxConnections: 1 });
    try {
      const claiming = createLeaseStore(own);
      const read = async (): Promise<number> => {
        await own.query('select pg_stat_force_next_flush()');
        const { rows } = await own.query<{ n: string }>(
          `select sum(idx_tup_fetch) + sum(seq_tup_read) as n from pg_stat_user_tables where relname like 'requests%'`,
        );
        return Number(rows[0]?.n);
      };
      await claiming.claim([{ adapter: 'civil', places: 10 }], 'me', 60_000);
      const before = await read();
      assert.equal((await claiming.claim([{ adapter: 'civil', places: 10 }], 'me', 60_000)).length, 10);
      const rows = (await read()) - before;
      assert.ok(rows < 1_000, `${rows} rows were read to claim 10`);
    } finally {
      await own.end();
    }
  });
});
