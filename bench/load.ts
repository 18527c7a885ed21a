import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatePopulation } from '../adapters/civil/simulator/population.js';
import { samples } from '../adapters/civil/simulator/samples.js';
import { systemClock } from '../src/clock.js';
import { prepareEnvironment } from '../src/environment.js';
import { type Database, openDatabase } from '../src/store/database.js';
import { type BenchRow, row } from './bench-row.js';
import { measureFloor } from './exchange-floor.js';
import { cpuSeconds, machineCpuSeconds, percentile, residentMb } from './figures.js';
import { offerLoad } from './offered-load.js';
import { type Part, startPart, startProgram } from './part.js';

const PORT = '18482';
const OTHER_PORT = '18484';
const REGISTRY_PORT = '18483';
const DRAIN_LIMIT_MS = 300_000;

/** What a run gets by default, and from `BENCH_SUSTAINED_SECONDS`, `BENCH_RATE`, `BENCH_BURST_SECONDS`. */
const wanted = {
  rate: Number(process.env.BENCH_RATE ?? 200),
  sustainedSeconds: Number(process.env.BENCH_SUSTAINED_SECONDS ?? 20),
  burstRate: 1_000,
  burstSeconds: Number(process.env.BENCH_BURST_SECONDS ?? 5),
  backlog: Number(process.env.BENCH_BACKLOG ?? 1_500),
};

/**
 * How a gateway stands an offered load, with registry, PostgreSQL, Kafka and the load itself on the same machine: at a
 * sustained rate, in a burst and its draining, and with one and two dispatchers behind one intake.
 */
export async function measureLoad(): Promise<BenchRow[]> {
  const data = await mkdtemp(join(tmpdir(), 'ura-load-'));
  const variables: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    URA_DATA: data,
    PORT,
    URA_CIVIL_URL: `http://127.0.0.1:${REGISTRY_PORT}/soap`,
    URA_LOG: 'error',
    ...(process.env.DATABASE_URL ? { DATABASE_URL: process.env.DATABASE_URL } : {}),
    ...(process.env.KAFKA_BROKERS ? { KAFKA_BROKERS: process.env.KAFKA_BROKERS } : {}),
  };
  const environment = await prepareEnvironment(variables, systemClock);
  variables.DATABASE_URL = environment.databaseUrl;
  variables.KAFKA_BROKERS = environment.kafkaBrokers;
  const database = openDatabase({ url: environment.databaseUrl, maxConnections: 1 });
  const parts: Part[] = [];
  const start = async (args: readonly string[], port: string): Promise<Part> => {
    const part = await startPart(args, `http://127.0.0.1:${port}/health/live`, { ...variables, PORT: port });
    parts.push(part);
    return part;
  };
  try {
    const registry = await startProgram(
      'bench/lean-registry.js',
      [REGISTRY_PORT],
      'civil registry',
      variables,
    );
    parts.push(registry);
    const nid = samples(generatePopulation(2026, 2000)).headOfSix;
    const offer = (perSecond: number, seconds: number) =>
      offerLoad({ variables, port: PORT, nid, perSecond, seconds });
    const floor = await measureFloor(environment);
    const gateway = await start(['serve'], PORT);
    await offer(50, 4);
    await drained(database);
    return [
      ...(await sustained({ offer, gateway, registry, database, floorMs: floor.totalMs })),
      ...(await burst({ offer, database })),
      ...(await dispatchers({ offer, database, start, gateway })),
    ];
  } finally {
    for (const part of parts.reverse()) await part.stop();
    await database.end();
    await environment.stopEmbedded();
    await rm(data, { recursive: true, force: true });
  }
}

type Offer = (perSecond: number, seconds: number) => ReturnType<typeof offerLoad>;

async function sustained({
  offer,
  gateway,
  registry,
  database,
  floorMs,
}: {
  offer: Offer;
  gateway: Part;
  registry: Part;
  database: Database;
  floorMs: number;
}): Promise<BenchRow[]> {
  const since = new Date();
  const cpuNow = () => ({
    gateway: cpuSeconds(gateway.pid),
    registry: cpuSeconds(registry.pid),
    load: cpuSeconds(process.pid),
    machine: machineCpuSeconds(),
  });
  const before = cpuNow();
  const memory: number[] = [];
  const watch = setInterval(() => memory.push(residentMb(gateway.pid)), 1_000);
  const startedAt = performance.now();
  const offered = await offer(wanted.rate, wanted.sustainedSeconds);
  clearInterval(watch);
  await drained(database);
  const seconds = (performance.now() - startedAt) / 1000;
  const after = cpuNow();
  const cpuMs = (name: keyof typeof after): number =>
    ((after[name] - before[name]) * 1000) / Math.max(1, offered.accepted);
  const { rows } = await database.query<{ p50: number; p99: number }>(
    `select percentile_cont(0.5) within group (order by ms) as p50,
            percentile_cont(0.99) within group (order by ms) as p99
     from (select extract(epoch from finished_at - accepted_at) * 1000 as ms from requests
           where accepted_at >= $1) as ended`,
    [since],
  );
  const name = (what: string): string => `${wanted.rate}/s for ${wanted.sustainedSeconds} s: ${what}`;
  return [
    row('load', name('accepted'), offered.accepted, 'requests', wanted.rate * wanted.sustainedSeconds),
    row('load', name('turned away with 503'), offered.turnedAway, 'requests'),
    row('load', name('failed'), offered.failed, 'requests'),
    row('load', name('finished exchanges'), offered.accepted / seconds, '1/s', wanted.rate),
    row('load', name('gateway CPU per exchange'), cpuMs('gateway'), 'ms', floorMs),
    row('load', name('of the registry'), cpuMs('registry'), 'ms'),
    row('load', name('of the clients'), cpuMs('load'), 'ms'),
    row('load', name('of all, PostgreSQL and Kafka included'), cpuMs('machine'), 'ms'),
    row('load', name('submission p50'), percentile(offered.latenciesMs, 0.5), 'ms'),
    row('load', name('submission p99'), percentile(offered.latenciesMs, 0.99), 'ms'),
    row('load', name('acceptance to end p50'), Number(rows[0]?.p50), 'ms'),
    row('load', name('acceptance to end p99'), Number(rows[0]?.p99), 'ms'),
    // Flat, when the second half needed no more than the first.
    row(
      'load',
      name('gateway memory, median of the second half, floor first half'),
      percentile(memory.slice(memory.length / 2), 0.5),
      'MB',
      percentile(memory.slice(0, memory.length / 2), 0.5),
    ),
    row('load', name('gateway memory, most'), Math.max(...memory), 'MB'),
  ];
}

async function burst({ offer, database }: { offer: Offer; database: Database }): Promise<BenchRow[]> {
  const offered = await offer(wanted.burstRate, wanted.burstSeconds);
  const since = performance.now();
  await drained(database);
  const name = (what: string): string => `burst ${wanted.burstRate}/s for ${wanted.burstSeconds} s: ${what}`;
  return [
    row('load', name('accepted'), offered.accepted, 'requests', wanted.burstRate * wanted.burstSeconds),
    row('load', name('accepted a second'), offered.accepted / offered.seconds, '1/s', wanted.burstRate),
    row('load', name('turned away with 503'), offered.turnedAway, 'requests'),
    row('load', name('failed'), offered.failed, 'requests'),
    row('load', name('drained after'), (performance.now() - since) / 1000, 's'),
  ];
}

/** A backlog is made by an intake alone, and then worked off by one dispatcher, and another one by two. */
async function dispatchers({
  offer,
  database,
  start,
  gateway,
}: {
  offer: Offer;
  database: Database;
  start: (args: readonly string[], port: string) => Promise<Part>;
  gateway: Part;
}): Promise<BenchRow[]> {
  await gateway.stop();
  const perSecond: number[] = [];
  for (const count of [1, 2]) {
    const intake = await start(['serve', '--roles', 'api'], PORT);
    const rate = 150;
    const { accepted } = await offer(rate, wanted.backlog / rate);
    await intake.stop();
    const since = performance.now();
    const ports = [PORT, OTHER_PORT].slice(0, count);
    const working = await Promise.all(
      ports.map((port) => start(['serve', '--roles', 'dispatch,relay'], port)),
    );
    const startedMs = performance.now() - since;
    const open = await openRequests(database);
    await drained(database);
    // What was done while they started is not counted, nor is its time.
    perSecond.push(open / ((performance.now() - since - startedMs) / 1000));
    if (open < accepted / 4)
      throw new Error('the backlog was gone before it could be measured: make it larger');
    for (const part of working) await part.stop();
  }
  const [one = 0, two = 0] = perSecond;
  return [
    row('load', 'one dispatcher process', one, '1/s'),
    row('load', 'two dispatcher processes', two, '1/s', one),
  ];
}

async function openRequests(database: Database): Promise<number> {
  const { rows } = await database.query<{ n: number }>(
    'select count(*)::integer as n from requests where finished_at is null',
  );
  return rows[0]?.n ?? 0;
}

async function drained(database: Database): Promise<void> {
  const until = performance.now() + DRAIN_LIMIT_MS;
  while ((await openRequests(database)) > 0) {
    if (performance.now() > until) throw new Error('the backlog was not drained in time');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
