import assert from 'node:assert/strict';
import { createOutboxStore, type OutboxRow, type OutboxStore } from '../../src/outbox/outbox-store.js';
import { type EventSink, Relay } from '../../src/outbox/relay.js';
import type { OutgoingEvent } from '../../src/requests/request.js';
import type { Database } from '../../src/store/database.js';
import { event } from '../results/step.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { waitFor } from '../support/wait-for.js';

const pace = { batchSize: 10, pollMs: 10, retryMs: 10 };

/** Takes everything, until it is told otherwise. */
class ScriptedSink implements EventSink {
  readonly seen: OutboxRow[] = [];
  readonly delivered: OutboxRow[] = [];
  verdict: (row: OutboxRow) => boolean | Error = () => true;

  async produce(events: readonly OutboxRow[]) {
    this.seen.push(...events);
    return events.map((row) => {
      const verdict = this.verdict(row);
      if (verdict instanceof Error) throw verdict;
      if (verdict) this.delivered.push(row);
      return verdict ? { delivered: true } : { delivered: false, code: 'no-acknowledgement' };
    });
  }
}

describe('the outbox relay', () => {
  let fresh: FreshDatabase;
  let database: Database;
  let store: OutboxStore;
  let sink: ScriptedSink;
  const relays: Relay[] = [];
  const failures: string[] = [];

  beforeEach(async () => {
    fresh = await freshDatabase();
    database = fresh.database;
    store = createOutboxStore(database);
    sink = new ScriptedSink();
    failures.length = 0;
  });
  afterEach(async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    await fresh.drop();
  });

  const put = async (...events: OutgoingEvent[]): Promise<void> => {
    for (const { id, topic, key, headers, value } of events) {
      await database.query(
        'insert into outbox (event_id, topic, key, headers, value, created_at) values ($1, $2, $3, $4, $5, now())',
        [id, topic, key, JSON.stringify(headers), value],
      );
    }
  };
  const open = (parts: Partial<ConstructorParameters<typeof Relay>[0]> = {}): Relay => {
    const relay = new Relay({ store, sink, onFailure: (reason) => failures.push(reason), ...parts }, pace);
    relays.push(relay);
    return relay;
  };
  const start = (parts?: Parameters<typeof open>[0]): Relay => {
    const relay = open(parts);
    relay.start();
    return relay;
  };
  const left = async (): Promise<number> => (await store.waiting()).count;
  const emptied = () =>
    waitFor(async () => ((await left()) === 0 ? true : undefined), 'an empty outbox', 5_000);
  const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

  it('delivers in the order of writing, over several batches, with everything an event has', async () => {
    const events = Array.from({ length: 35 }, (_, index) => event(`case-${index}`));
    await put(...events);
    start();
    await emptied();
    assert.deepEqual(
      sink.delivered.map(({ seq: _, ...row }) => row),
      events,
    );
  });

  it('wakes when something was committed', async () => {
    const relay = new Relay({ store, sink }, { ...pace, pollMs: 3_600_000 });
    relays.push(relay);
    relay.start();
    // The first look finds nothing and goes to sleep for an hour.
    await waitFor(async () => ((await lockHolders()) === 1 ? true : undefined), 'the lock');
    await put(event());
    await waitFor(async () => {
      relay.wake();
      return (await left()) === 0 ? true : undefined;
    }, 'the delivery');
  });

  it('keeps the row of an event that was not confirmed, and tries it again', async () => {
    const [first, second, third] = [event(), event(), event()];
    await put(first, second, third);
    let refusals = 2;
    sink.verdict = (row) => row.id !== second.id || refusals-- <= 0;
    start();
    await emptied();
    assert.deepEqual(ids(sink.delivered), [first.id, third.id, second.id]);
    assert.deepEqual(failures, ['no-acknowledgement', 'no-acknowledgement']);
  });

  it('keeps every row while the broker cannot be reached', async () => {
    await put(event(), event());
    sink.verdict = () => new Error('broker away');
    start();
    await waitFor(() => failures[2], 'three failures');
    assert.equal(await left(), 2);
    sink.verdict = () => true;
    await emptied();
    assert.equal(sink.delivered.length, 2);
  });

  it('repeats with the same id after a crash between the broker and the deletion', async () => {
    const crashing = event();
    await put(crashing);
    let crash = true;
    start({
      store: {
        ...store,
        async remove(seqs) {
          if (crash) {
            crash = false;
            throw new Error('killed here');
          }
          await store.remove(seqs);
        },
      },
    });
    await emptied();
    assert.deepEqual(ids(sink.delivered), [crashing.id, crashing.id]);
  });

  it('lets one of two relays work, and the other take over when it ends', async () => {
    const first = start();
    await waitFor(async () => ((await lockHolders()) === 1 ? true : undefined), 'the lock');
    const other = new ScriptedSink();
    start({ sink: other });
    await put(event(), event());
    await emptied();
    assert.equal(sink.delivered.length, 2);
    assert.equal(other.seen.length, 0);
    await first.stop();
    await put(event());
    await emptied();
    assert.equal(sink.delivered.length, 2);
    assert.equal(other.delivered.length, 1);
  });

  it('goes on after the connection that carries its lock was cut', async () => {
    start();
    await put(event());
    await emptied();
    await database.query(
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database =
         (select oid from pg_database where datname = current_database())`,
    );
    await put(event());
    await emptied();
    assert.equal(sink.delivered.length, 2);
    await waitFor(async () => ((await lockHolders()) === 1 ? true : undefined), 'the lock again');
  });

  it('leaves nothing on a connection whose lock another holds', async () => {
    const held = await store.tryLock();
    for (let tries = 0; tries < 30; tries += 1) assert.equal(await store.tryLock(), undefined);
    const connection = await database.connect();
    try {
      assert.ok(connection.listenerCount('error') <= 1);
      assert.ok(connection.listenerCount('end') <= 1);
    } finally {
      connection.release();
    }
    await held?.release();
    await held?.release();
    const next = await waitFor(() => store.tryLock(), 'the lock');
    await next.release();
  });

  it('empties the outbox before it stops', async () => {
    const relay = open();
    await put(...Array.from({ length: 25 }, () => event()));
    relay.start();
    await relay.stop();
    assert.equal(await left(), 0);
    // The server notices the closed connection a moment later.
    await waitFor(async () => ((await lockHolders()) === 0 ? true : undefined), 'the lock to be free');
  });

  it('stops even when the broker takes nothing, and leaves the rows', async () => {
    sink.verdict = () => false;
    await put(event());
    const relay = start();
    await waitFor(() => failures[0], 'a failure');
    await relay.stop();
    assert.equal(await left(), 1);
  });

  it('says how many events wait and how old the oldest is', async () => {
    assert.deepEqual(await store.waiting(), { count: 0, oldestAgeSeconds: 0 });
    await put(event(), event());
    await database.query(`update outbox set created_at = now() - interval '90 seconds'`);
    const { count, oldestAgeSeconds } = await store.waiting();
    assert.equal(count, 2);
    assert.ok(oldestAgeSeconds >= 90 && oldestAgeSeconds < 150);
  });

  async function lockHolders(): Promise<number> {
    const { rows } = await database.query<{ n: number }>(
      `select count(*)::integer as n from pg_locks where locktype = 'advisory' and granted and database =
         (select oid from pg_database where datname = current_database())`,
    );
    return rows[0]?.n as number;
  }
});
