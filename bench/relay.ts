import { generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/clock.js';
import { prepareEnvironment } from '../src/environment.js';
import { uuidV7 } from '../src/ids.js';
import { createProducer } from '../src/kafka/producer.js';
import { ensureTopics } from '../src/kafka/topics.js';
import { createDeadLetterNotices } from '../src/outbox/dead-letter-notice.js';
import { createDeadLetterStore } from '../src/outbox/dead-letter-store.js';
import { createKafkaSink } from '../src/outbox/kafka-sink.js';
import { createOutboxStore } from '../src/outbox/outbox-store.js';
import { createPartitionStore } from '../src/outbox/partition-store.js';
import { Relay } from '../src/outbox/relay.js';
import { type Database, openDatabase } from '../src/store/database.js';
import { migrate } from '../src/store/migrate.js';
import { type BenchRow, row } from './bench-row.js';

/** Bytes of a usual event, events of one case, and events produced at once by the bare loop. */
const EVENT_BYTES = 3_500;
const EVENTS_OF_A_CASE = 3;
const LOOP_BATCH = 500;

/**
 * How fast the relay drains an outbox, beside a loop that only produces the same records in the same run. The events
 * stand in the outbox already; what is measured is reading, sending in order, and deleting.
 */
export async function measureRelay(events = 6_000): Promise<BenchRow[]> {
  const data = await mkdtemp(join(tmpdir(), 'ura-bench-'));
  const environment = await prepareEnvironment({ ...process.env, URA_DATA: data }, systemClock);
  const { databaseUrl, kafkaBrokers: brokers } = environment;
  const server = openDatabase({ url: databaseUrl });
  const name = `ura_bench_${randomBytes(4).toString('hex')}`;
  await server.query(`create database ${name}`);
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  const database = openDatabase({ url: url.href });
  try {
    await migrate(database);
    const rows: BenchRow[] = [];
    for (const count of [1, 20]) {
      const topics = Array.from({ length: count }, (_, each) => `ura.bench.relay.${each}`);
      await ensureTopics({
        brokers,
        topics: topics.map((topic) => ({ name: topic, partitions: 3, replicationFactor: 1 })),
      });
      // Once each for the caches, then the measured ones, taking turns.
      await bareLoop(brokers, topics, events / 4);
      await relayed(database, brokers, topics, events / 4);
      const floor = await bareLoop(brokers, topics, events);
      const relay = await relayed(database, brokers, topics, events);
      const what = `${count} topic${count === 1 ? '' : 's'}`;
      rows.push(
        row(
          'relay',
          `${what}: events drained, against a bare producer loop`,
          relay.perSecond,
          '1/s',
          floor.perSecond,
        ),
        row(
          'relay',
          `${what}: CPU per event, against a bare producer loop`,
          relay.cpuMs,
          'ms cpu',
          floor.cpuMs,
        ),
      );
    }
    return rows;
  } finally {
    await database.end();
    await server.query(`drop database ${name} with (force)`);
    await server.end();
    await environment.stopEmbedded();
    await rm(data, { recursive: true, force: true });
  }
}

interface Figures {
  readonly perSecond: number;
  readonly cpuMs: number;
}

/** Time and CPU of this process, all threads. */
async function measured(events: number, work: () => Promise<void>): Promise<Figures> {
  const cpuBefore = process.cpuUsage();
  const before = performance.now();
  await work();
  const seconds = (performance.now() - before) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { perSecond: events / seconds, cpuMs: (user + system) / 1_000 / events };
}

async function bareLoop(brokers: string, topics: readonly string[], events: number): Promise<Figures> {
  const producer = createProducer({ brokers, clock: systemClock });
  const value = randomBytes(EVENT_BYTES);
  const recordOf = (n: number) => ({
    topic: topics[n % topics.length] as string,
    key: `case-${Math.floor(n / EVENTS_OF_A_CASE)}`,
    value,
    headers: [['ce_id', randomUUID()] as const],
  });
  await producer.produce([recordOf(0)]);
  const figures = await measured(events, async () => {
    for (let n = 0; n < events; n += LOOP_BATCH) {
      const size = Math.min(LOOP_BATCH, events - n);
      const results = await producer.produce(Array.from({ length: size }, (_, i) => recordOf(n + i)));
      if (results.some(({ delivered }) => !delivered)) throw new Error('not delivered');
    }
  });
  await producer.close();
  return figures;
}

async function relayed(
  database: Database,
  brokers: string,
  topics: readonly string[],
  events: number,
): Promise<Figures> {
  await database.query(
    `insert into outbox (event_id, topic, key, headers, value, created_at)
     select gen_random_uuid(), ($1::text[])[1 + n % $2], 'case-' || n / $3, '{"ce_id":"bench"}', $4, now()
     from generate_series(0, $5 - 1) as n`,
    [topics, topics.length, EVENTS_OF_A_CASE, randomBytes(EVENT_BYTES), events],
  );
  const sink = createKafkaSink(() => createProducer({ brokers, clock: systemClock }));
  let left = events;
  let done: () => void = () => {};
  const drained = new Promise<void>((resolve) => {
    done = resolve;
  });
  const relay = new Relay({
    partitions: createPartitionStore(database),
    store: createOutboxStore(database),
    sink,
    deadLetters: createDeadLetterStore(database),
    notices: createDeadLetterNotices({
      ids: uuidV7(systemClock),
      source: 'https://bench.example/',
      contractsUrl: 'https://bench.example/contracts',
      signer: benchSigner(),
    }),
    clock: systemClock,
    onDelivered(count) {
      left -= count;
      if (left === 0) done();
    },
  });
  const figures = await measured(events, async () => {
    relay.start();
    await drained;
  });
  await relay.stop();
  await sink.close(1_000);
  return figures;
}

function benchSigner() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    keyId: 'bench',
    algorithm: 'ecdsa-p256-sha256' as const,
    sign: async (bytes: Uint8Array) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
}
