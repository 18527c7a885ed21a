import assert from 'node:assert/strict';
import { PARTITIONS } from '../../src/outbox/partition-store.js';
import type { OutgoingEvent } from '../../src/requests/request.js';
import { event } from '../results/step.js';
import { watchCommits } from '../support/commits.js';
import { waitFor } from '../support/wait-for.js';
import { ids, openRelayScene, type RelayScene } from './relay-scene.js';

const onTopic = (topic: string, key?: string): OutgoingEvent => ({ ...event(key), topic });

describe('the outbox relay', () => {
  let scene: RelayScene;
  beforeEach(async () => {
    scene = await openRelayScene();
  });
  afterEach(() => scene.close());

  it('delivers in the order of writing, over several batches, with everything an event has', async () => {
    const events = Array.from({ length: 35 }, (_, index) => event(`case-${index}`));
    await scene.put(...events);
    scene.start();
    await scene.emptied();
    assert.deepEqual(
      scene.sink.delivered.map(({ seq: _, partition: __, attempts: ___, createdAt: ____, ...row }) => row),
      events,
    );
  });

  it('wakes when something was committed', async () => {
    const relay = scene.start({}, { pollMs: 3_600_000, balanceMs: 3_600_000 });
    // The first look finds nothing and goes to sleep for an hour.
    await waitFor(() => (relay.partitions > 0 ? true : undefined), 'the partitions');
    await scene.put(event());
    await waitFor(async () => {
      relay.wake();
      return (await scene.left()) === 0 ? true : undefined;
    }, 'the delivery');
  });

  it('lets what comes soon after a look wait for the next one, and goes through all at the stop', async () => {
    const [first, ...later] = [event('a'), event('b'), event('c')];
    await scene.put(first);
    const relay = scene.start({}, { roundMs: 3_600_000 });
    await scene.emptied();
    await scene.put(...later);
    relay.wake();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(scene.sink.calls, [[first.id]]);
    await relay.stop();
    assert.deepEqual(scene.sink.calls, [[first.id], ids(later)]);
    assert.equal(await scene.left(), 0);
  });

  it('hands an event over only after every earlier one of its key was confirmed', async () => {
    const [a1, b1, a2, a3, b2] = [event('a'), event('b'), event('a'), event('a'), event('b')];
    await scene.put(a1, b1, a2, a3, b2);
    scene.start();
    await scene.emptied();
    assert.deepEqual(scene.sink.calls, [[a1.id, b1.id], [a2.id, b2.id], [a3.id]]);
  });

  it('keeps the row of an event that was not confirmed, and those of its key behind it', async () => {
    const [first, second, third, other] = [event('a'), event('a'), event('a'), event('b')];
    await scene.put(first, second, third, other);
    let failing = 2;
    scene.sink.verdict = (row) => row.id !== second.id || failing-- <= 0 || 'not-connected';
    scene.start();
    await scene.emptied();
    assert.deepEqual(ids(scene.sink.delivered), [first.id, other.id, second.id, third.id]);
    assert.deepEqual(scene.failures, ['not-connected', 'not-connected']);
  });

  it('keeps every row while the broker cannot be reached', async () => {
    await scene.put(event(), event());
    scene.sink.verdict = () => new Error('broker away');
    scene.start();
    await waitFor(() => scene.failures[2], 'three failures');
    assert.equal(await scene.left(), 2);
    scene.sink.verdict = () => true;
    await scene.emptied();
    assert.equal(scene.sink.delivered.length, 2);
  });

  it('asks for nothing of other topics while the broker is away', async () => {
    await scene.put(...Array.from({ length: 8 }, (_, n) => onTopic(`oss.${n}.results.v1`)));
    scene.sink.verdict = () => 'all-brokers-down';
    scene.start({}, { retryMs: 3_600_000 });
    await waitFor(() => scene.failures[7], 'the topics of the first look');
    await scene.put(onTopic('oss.99.results.v1'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(scene.sink.calls.length, 8);
  });

  it('lets no topic wait for one that is slow', async () => {
    const slow = onTopic('oss.20.results.v1');
    await scene.put(slow, ...Array.from({ length: 150 }, () => onTopic('oss.20.results.v1')));
    let release: () => void = () => {};
    const held = new Promise<true>((resolve) => {
      release = () => resolve(true);
    });
    scene.sink.verdict = (row) => (row.topic === slow.topic ? held : true);
    const relay = scene.start();
    const others = Array.from({ length: 30 }, (_, n) => onTopic('oss.21.results.v1', `case-${n}`));
    await scene.put(...others);
    await waitFor(
      () => (scene.sink.delivered.length === others.length ? true : undefined),
      'the other municipality',
    );
    assert.deepEqual(ids(scene.sink.delivered), ids(others));
    // Nothing more of the slow topic was read meanwhile: memory stays bounded.
    assert.equal(scene.sink.seen.filter(({ topic }) => topic === slow.topic).length, 1);
    release();
    await scene.emptied();
    relay.wake();
  });

  it('lets no topic wait for one that does not exist, and delivers that once it does', async () => {
    const missing = [onTopic('oss.20.results.v1', 'a'), onTopic('oss.20.results.v1', 'a')] as const;
    const other = onTopic('oss.21.results.v1');
    await scene.put(...missing, other);
    let exists = false;
    scene.sink.verdict = (row) => row.topic !== missing[0].topic || exists || 'unknown-topic';
    scene.start();
    await waitFor(() => scene.sink.delivered[0], 'the other municipality');
    await waitFor(
      async () => ((await scene.store.waiting()).failingTopics === 1 ? true : undefined),
      'the note of it',
    );
    assert.equal(await scene.left(), 2);
    exists = true;
    await scene.emptied();
    assert.deepEqual(ids(scene.sink.delivered), [other.id, missing[0].id, missing[1].id]);
    await waitFor(
      async () => ((await scene.store.waiting()).failingTopics === 0 ? true : undefined),
      'the note to go',
    );
  });

  it('repeats with the same id after a crash between the broker and the deletion', async () => {
    const crashing = event();
    await scene.put(crashing);
    let crash = true;
    scene.start({
      store: {
        ...scene.store,
        async remove(topic, seqs) {
          if (crash) {
            crash = false;
            throw new Error('killed here');
          }
          await scene.store.remove(topic, seqs);
        },
      },
    });
    await scene.emptied();
    assert.deepEqual(ids(scene.sink.delivered), [crashing.id, crashing.id]);
  });

  it('does not wait for the disk with what the broker has', async () => {
    await scene.put(event(), event());
    const commits = await watchCommits(scene.database, 'outbox');
    scene.start();
    await scene.emptied();
    assert.deepEqual([...new Set(await commits.seen())], ['off']);
  });

  it('empties the outbox before it stops', async () => {
    const relay = scene.open();
    await scene.put(...Array.from({ length: 25 }, () => event()));
    relay.start();
    await relay.stop();
    assert.equal(await scene.left(), 0);
    // The server notices the closed connection a moment later.
    await waitFor(
      async () => ((await scene.lockHolders()).length === 0 ? true : undefined),
      'the locks to be free',
    );
  });

  it('stops even when the broker takes nothing, and leaves the rows', async () => {
    scene.sink.verdict = () => 'not-connected';
    await scene.put(event());
    const relay = scene.start();
    await waitFor(() => scene.failures[0], 'a failure');
    await relay.stop();
    assert.equal(await scene.left(), 1);
  });

  it('says how many events wait and how old the oldest is', async () => {
    assert.deepEqual(await scene.store.waiting(), { count: 0, oldestAgeSeconds: 0, failingTopics: 0 });
    await scene.put(event(), event());
    await scene.database.query(`update outbox set created_at = now() - interval '90 seconds'`);
    const { count, oldestAgeSeconds } = await scene.store.waiting();
    assert.equal(count, 2);
    assert.ok(oldestAgeSeconds >= 90 && oldestAgeSeconds < 150);
  });

  it('reads no more of a topic at once than a bound in events and bytes, and never nothing', async () => {
    const session = await scene.partitions.join();
    try {
      const all = Array.from({ length: PARTITIONS }, (_, each) => each);
      const large = (n: number): OutgoingEvent => ({ ...event(`case-${n}`), value: Buffer.alloc(400) });
      await scene.put(...[0, 1, 2, 3, 4, 5].map(large), onTopic('oss.21.results.v1'));
      const count = async (limits: Parameters<typeof session.next>[2], except: string[] = []) =>
        (await session.next(all, except, limits)).map(({ topic }) => topic.slice(4, 6)).join(' ');
      assert.equal(
        await count({ events: 50, eventsPerTopic: 50, bytesPerTopic: 1e6 }),
        '20 20 20 20 20 20 21',
      );
      assert.equal(await count({ events: 50, eventsPerTopic: 4, bytesPerTopic: 1e6 }), '20 20 20 20 21');
      assert.equal(await count({ events: 50, eventsPerTopic: 50, bytesPerTopic: 900 }), '20 20 21');
      assert.equal(await count({ events: 50, eventsPerTopic: 50, bytesPerTopic: 1 }), '20 21');
      assert.equal(await count({ events: 3, eventsPerTopic: 50, bytesPerTopic: 1e6 }), '20 20 20');
      assert.equal(
        await count({ events: 3, eventsPerTopic: 50, bytesPerTopic: 1e6 }, ['oss.20.results.v1']),
        '21',
      );
    } finally {
      await session.leave();
    }
  });
});
