import assert from 'node:assert/strict';
import type { Breaker } from '../../src/registries/breaker.js';
import { type CircuitStore, createCircuitStore } from '../../src/registries/circuit-store.js';
import { createOutageStore } from '../../src/registries/outage-store.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { waitFor } from '../support/wait-for.js';
import { nodeBreaker } from './registry-on-call.js';

const key = { registry: 'civil', endpoint: 'a' };

/** Two nodes, one real database between them. */
describe('the circuit of a registry endpoint', () => {
  let fresh: FreshDatabase;
  let store: CircuitStore;
  beforeEach(async () => {
    fresh = await freshDatabase();
    store = createCircuitStore(fresh.database);
  });
  afterEach(() => fresh.drop());

  const fail = async (breaker: Breaker, times: number): Promise<void> => {
    for (let nth = 0; nth < times; nth += 1) (await breaker.admit(key))?.settle('bad', 'connect-refused');
    await breaker.stop();
  };
  const ready = (breaker: Breaker) =>
    waitFor(async () => {
      await breaker.refresh();
      return breaker.places('civil') === 1 || undefined;
    }, 'the circuit to be ready for one call');

  it('writes nothing while all is well', async () => {
    const { breaker } = nodeBreaker(store, 'one');
    for (let nth = 0; nth < 50; nth += 1) {
      (await breaker.admit(key))?.settle(nth % 3 === 0 ? 'bad' : 'good', 'call-timeout');
    }
    await breaker.stop();
    assert.deepEqual(await store.read(), []);
    assert.equal(breaker.places('civil'), Number.POSITIVE_INFINITY);
    await breaker.refresh();
    assert.equal(breaker.lastOutageEnd('civil'), 0);
  });

  it('opens after failures in a row for all nodes, and closes for all after one good call', async () => {
    const [one, other] = [nodeBreaker(store, 'one'), nodeBreaker(store, 'other')];
    await fail(one.breaker, 2);
    assert.equal(one.breaker.places('civil'), Number.POSITIVE_INFINITY, 'not yet');
    await fail(one.breaker, 1);
    assert.equal(one.breaker.places('civil'), 0);
    assert.equal(await one.breaker.admit(key), undefined);
    await other.breaker.refresh();
    assert.equal(other.breaker.isClosed(key), false, 'the other node called nobody and knows');
    assert.equal(other.breaker.lastOutageEnd('civil'), Number.POSITIVE_INFINITY);
    await ready(other.breaker);
    const permit = await other.breaker.admit(key);
    assert.ok(permit);
    assert.equal(other.breaker.places('civil'), 0, 'the one call is under way');
    permit.settle('good');
    await other.breaker.stop();
    assert.equal(other.breaker.places('civil'), Number.POSITIVE_INFINITY);
    await one.breaker.refresh();
    assert.equal(one.breaker.places('civil'), Number.POSITIVE_INFINITY);
    assert.deepEqual(one.seen, ['open', 'closed']);
    assert.deepEqual(other.seen, ['open', 'half-open', 'closed']);
  });

  it('opens when every second call fails, though none fail in a row', async () => {
    const { breaker } = nodeBreaker(store, 'one');
    for (let nth = 0; nth < 5; nth += 1)
      (await breaker.admit(key))?.settle(nth % 2 === 0 ? 'good' : 'bad', 'connection-lost');
    assert.equal(breaker.isClosed(key), true, 'the window is not full');
    (await breaker.admit(key))?.settle('bad', 'connection-lost');
    assert.equal(breaker.isClosed(key), false);
    await breaker.stop();
  });

  it('lets one node alone make the deciding call', async () => {
    const nodes = ['one', 'two', 'three', 'four'].map((owner) => nodeBreaker(store, owner).breaker);
    await fail(nodes[0] as Breaker, 3);
    for (const node of nodes) await ready(node);
    const permits = await Promise.all(nodes.flatMap((node) => [node.admit(key), node.admit(key)]));
    assert.equal(permits.filter((permit) => permit !== undefined).length, 1);
  });

  it('stays open longer each time that the deciding call fails', async () => {
    const { breaker } = nodeBreaker(store, 'one');
    await fail(breaker, 3);
    const opens: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await ready(breaker);
      const before = Date.now();
      await fail(breaker, 1);
      opens.push(breaker.readyAt('civil') - before);
    }
    // 60 ms first; doubled with each opening, 400 ms at most.
    for (const [nth, least] of [115, 235, 395, 395, 395].entries())
      assert.ok((opens[nth] ?? 0) >= least, `${opens}`);
    const [row] = await store.read();
    assert.deepEqual([row?.state, row?.opens], ['open', 6]);
  });

  it('lets another node decide when the one that had the call is gone', async () => {
    const [one, other] = [
      nodeBreaker(store, 'one', { probeMs: 80 }),
      nodeBreaker(store, 'other', { probeMs: 80 }),
    ];
    await fail(one.breaker, 3);
    await ready(one.breaker);
    const left = await one.breaker.admit(key);
    assert.ok(left, 'and its process dies here');
    await ready(other.breaker);
    (await other.breaker.admit(key))?.settle('good');
    await other.breaker.stop();
    // It was only asleep, and says so much too late.
    left.settle('bad', 'call-timeout');
    await one.breaker.stop();
    await one.breaker.refresh();
    assert.equal(one.breaker.isClosed(key), true);
  });

  it('gives the deciding call back when it said nothing', async () => {
    const { breaker } = nodeBreaker(store, 'one');
    await fail(breaker, 3);
    await ready(breaker);
    (await breaker.admit(key))?.settle('neutral', 'stopped');
    await breaker.stop();
    assert.equal((await store.read())[0]?.opens, 1);
    await ready(breaker);
  });

  it('keeps the outage from the first failed call until the circuit closed', async () => {
    const { breaker } = nodeBreaker(store, 'one');
    const begin = Date.now();
    await fail(breaker, 3);
    await ready(breaker);
    await fail(breaker, 1);
    const outages = createOutageStore(fresh.database);
    const during = () => outages.during('civil', begin - 10_000, Date.now() + 10_000);
    assert.deepEqual(
      (await during()).map(({ until }) => until),
      [undefined],
      'it lasts',
    );
    await ready(breaker);
    (await breaker.admit(key))?.settle('good');
    await breaker.stop();
    const [outage, ...more] = await during();
    assert.deepEqual(more, []);
    assert.ok(outage?.until !== undefined && outage.from < outage.until);
    assert.deepEqual(await outages.during('civil', outage.until + 1, outage.until + 2), []);
    assert.deepEqual(await outages.during('tax', begin - 10_000, Date.now()), []);
    await breaker.refresh();
    assert.equal(breaker.lastOutageEnd('civil'), outage.until);
  });

  it('goes on by itself while the store is away', async () => {
    const fails = () => Promise.reject(new Error('away'));
    const away = { ...store, open: fails, takeProbe: fails };
    const { breaker, failures } = nodeBreaker(away, 'one');
    await fail(breaker, 3);
    assert.equal(breaker.places('civil'), 0, 'opened for this node at least');
    assert.deepEqual(failures, ['circuit-open']);
    await waitFor(() => breaker.places('civil') === 1 || undefined, 'the time to be up');
    assert.equal(await breaker.admit(key), undefined, 'nobody can say who else calls');
  });

  it('tries an endpoint that nobody asks, and ends the outage when it can be reached', async () => {
    let now = Date.now();
    let reachable = false;
    const { breaker } = nodeBreaker(store, 'one', {
      clock: { now: () => now },
      reach: async () => reachable,
    });
    await fail(breaker, 3);
    await ready(breaker);
    await breaker.tryIdle();
    assert.equal((await store.read())[0]?.opens, 1, 'a request may still come');
    now += 60_000;
    await breaker.tryIdle();
    await breaker.stop();
    assert.equal((await store.read())[0]?.opens, 2, 'not reached');
    reachable = true;
    now += 60_000;
    await waitFor(
      async () => ((await store.read())[0]?.readyInMs ?? 1) <= 0 || undefined,
      'the time to be up',
    );
    await breaker.tryIdle();
    await breaker.stop();
    assert.equal((await store.read())[0]?.state, 'closed');
  });
});
