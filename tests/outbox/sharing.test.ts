import assert from 'node:assert/strict';
import { PARTITIONS } from '../../src/outbox/partition-store.js';
import type { Relay } from '../../src/outbox/relay.js';
import { event } from '../results/step.js';
import { waitFor } from '../support/wait-for.js';
import { ids, openRelayScene, type RelayScene, ScriptedSink } from './relay-scene.js';

describe('several nodes that relay', () => {
  let scene: RelayScene;
  beforeEach(async () => {
    scene = await openRelayScene(2_000);
  });
  afterEach(() => scene.close());

  const settled = (relays: readonly Relay[], shares: readonly number[]) =>
    waitFor(
      () => (relays.map(({ partitions }) => partitions).join() === shares.join() ? true : undefined),
      `shares of ${shares}`,
    );
  const distinct = (count: number) =>
    waitFor(
      async () => (new Set(await scene.lockHolders()).size === count ? true : undefined),
      `locks on ${count} connections`,
    );

  it('have equal shares of the partitions, on one connection each', async () => {
    const first = scene.start();
    await settled([first], [PARTITIONS]);
    const second = scene.start();
    await settled([first, second], [PARTITIONS / 2, PARTITIONS / 2]);
    await distinct(2);
    const third = scene.start();
    await waitFor(() => {
      const shares = [first, second, third].map(({ partitions }) => partitions);
      return shares.reduce((sum, each) => sum + each) === PARTITIONS && Math.min(...shares) >= 10
        ? true
        : undefined;
    }, 'three shares');
    await first.stop();
    await settled([second, third], [PARTITIONS / 2, PARTITIONS / 2]);
  });

  it('send each event once, and those of a key in order, while nodes come and go', async () => {
    const sink = scene.sink;
    const sent: string[] = [];
    const relays = [scene.start()];
    for (let round = 0; round < 12; round += 1) {
      const events = Array.from({ length: 20 }, (_, n) => event(`case-${n % 7}`));
      await scene.put(...events);
      sent.push(...ids(events));
      if (round % 3 === 0) relays.push(scene.start());
      if (round % 4 === 3) await relays.shift()?.stop();
    }
    await scene.emptied();
    assert.deepEqual(ids(sink.delivered).toSorted(), sent.toSorted());
    for (let n = 0; n < 7; n += 1) {
      const seqs = sink.delivered.filter(({ key }) => key === `case-${n}`).map(({ seq }) => Number(seq));
      assert.deepEqual(
        seqs,
        seqs.toSorted((a, b) => a - b),
      );
    }
  });

  it('take over from one that dies', async () => {
    const first = scene.start();
    await settled([first], [PARTITIONS]);
    const sink = new ScriptedSink();
    const second = scene.start({ sink });
    await settled([first, second], [PARTITIONS / 2, PARTITIONS / 2]);
    await first.stop();
    const events = Array.from({ length: 40 }, (_, n) => event(`case-${n}`));
    await scene.put(...events);
    await scene.emptied();
    assert.equal(sink.delivered.length, 40);
  });

  it('take over from one that hangs with its connection open', async () => {
    const hanging = await scene.partitions.join();
    const all = Array.from({ length: PARTITIONS }, (_, each) => each);
    assert.equal((await hanging.take(all)).length, PARTITIONS);
    const relay = scene.start();
    await scene.put(event());
    // It asks nothing any more, as a process that was stopped.
    await hanging.lost;
    await scene.emptied();
    await settled([relay], [PARTITIONS]);
    await assert.rejects(
      hanging.next(all, [], { events: 1, eventsPerTopic: 1, bytesPerTopic: 1 }),
      /has ended/,
    );
    await hanging.leave();
  });

  it('do not lose their partitions for want of events', async () => {
    const relay = scene.start({}, { balanceMs: 200, pollMs: 100 });
    await settled([relay], [PARTITIONS]);
    const [holder] = await scene.lockHolders();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    assert.deepEqual([...new Set(await scene.lockHolders())], [holder]);
  });

  it('go on after the connection that carries the locks was cut', async () => {
    const relay = scene.start();
    await scene.put(event());
    await scene.emptied();
    const [holder] = await scene.lockHolders();
    await scene.database.query('select pg_terminate_backend($1)', [holder]);
    await scene.put(event());
    await scene.emptied();
    assert.equal(scene.sink.delivered.length, 2);
    await settled([relay], [PARTITIONS]);
  });

  it('do not wait for ever for events under way before they give a partition back', async () => {
    await scene.put(...Array.from({ length: 100 }, (_, n) => event(`case-${n}`)));
    let release: () => void = () => {};
    const held = new Promise<true>((resolve) => {
      release = () => resolve(true);
    });
    scene.sink.verdict = () => held;
    const first = scene.start({}, { batchSize: 100 });
    await waitFor(() => scene.sink.seen[99], 'events under way in all partitions');
    const sink = new ScriptedSink();
    const second = scene.start({ sink });
    await settled([first, second], [PARTITIONS / 2, PARTITIONS / 2]);
    await waitFor(() => sink.delivered[0], 'the second to deliver');
    release();
    await scene.emptied();
  });

  it('leave nothing on a connection that they gave back', async () => {
    const all = Array.from({ length: PARTITIONS }, (_, each) => each);
    const held = await scene.partitions.join();
    assert.equal((await held.take(all)).length, PARTITIONS);
    for (let tries = 0; tries < 20; tries += 1) {
      const other = await scene.partitions.join();
      assert.deepEqual(await other.take(all), []);
      await other.leave();
      await other.leave();
    }
    const connection = await scene.database.connect();
    assert.ok(connection.listenerCount('error') <= 1);
    assert.ok(connection.listenerCount('end') <= 1);
    connection.release();
    await held.giveBack([3, 4]);
    const next = await scene.partitions.join();
    assert.deepEqual(await next.take(all), [3, 4]);
    await next.leave();
    await held.leave();
  });
});
