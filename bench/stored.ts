import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLeaseStore } from '../src/dispatch/lease-store.js';
import { createOutboxStore } from '../src/outbox/outbox-store.js';
import { createRequestStore } from '../src/requests/request-store.js';
import { createResultStore } from '../src/results/result-store.js';
import { startEmbeddedPostgres } from '../src/store/embedded-postgres.js';
import { acceptance } from '../tests/requests/acceptance.js';
import { step } from '../tests/results/step.js';
import { type BenchRow, row } from './bench-row.js';
import { CLIENTS, type StoredDatabase, storedDatabase } from './stored-database.js';
import { measureQueries } from './stored-query.js';

/** Parts of a database that has been in use for long. */
const MONTHS = 24;
const ROUNDS = 5;
/** What the database does for one exchange that goes well. */
const EXCHANGE = ['an exchange', ['accept with lease', 'complete', 'outbox']] as const;
const LEASE_MS = 60_000;

/** What is measured of one statement. */
interface Cost {
  /** CPU of the database's backend and of this process. */
  readonly cpuMs: number;
}

interface Work {
  readonly name: string;
  /** In one round. */
  readonly times: number;
  /** Things that one run does; default 1. */
  readonly each?: number;
  run(index: number): Promise<void>;
}

/**
 * What each statement of an exchange costs with few requests stored (`floor`) and with many: all in one month, which
 * shows what their number costs, and over many months, which shows what the parts cost. In one run and by turns. CPU is
 * that of the one backend (`/proc`, so the server must be on this machine) and of this process.
 */
export async function measureStored(): Promise<BenchRow[]> {
  if (process.env.DATABASE_URL) return measureOn(process.env.DATABASE_URL, 1_000, 1_000_000);
  const folder = await mkdtemp(join(tmpdir(), 'ura-bench-'));
  const embedded = await startEmbeddedPostgres(folder);
  try {
    return await measureOn(embedded.url, 1_000, 1_000_000);
  } finally {
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureOn(url: string, few: number, many: number): Promise<BenchRow[]> {
  const sizes = [
    { name: `${few}`, stored: few, months: 1 },
    { name: `${many} in 1 month`, stored: many, months: 1 },
    { name: `${many} in ${MONTHS} months`, stored: many, months: MONTHS },
  ];
  const databases: StoredDatabase[] = [];
  try {
    for (const { stored, months } of sizes) databases.push(await storedDatabase(url, stored, months));
    const works = databases.map(worksOn);
    const costs = databases.map(() => new Map<string, Cost[]>());
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const [place, database] of databases.entries()) {
        for (const work of works[place] as Work[]) {
          const cost = await measure(database, work, round * work.times);
          // The first round is the warm-up.
          if (round >= 0) costs[place]?.set(work.name, [...(costs[place]?.get(work.name) ?? []), cost]);
        }
      }
    }
    const [fewQueries, ...manyQueries] = await measureQueries(databases);
    const [floor, ...larger] = costs.map(medians);
    const sumOf = (names: readonly string[], of: ReadonlyMap<string, Cost> | undefined): number =>
      names.reduce((total, each) => total + (of?.get(each)?.cpuMs ?? 0), 0);
    const named = [...(works[0] ?? []).map(({ name }) => [name, [name]] as const), EXCHANGE];
    const title = (name: string, index: number): string =>
      `${name}: CPU with ${sizes[index + 1]?.name}, floor ${sizes[0]?.name}`;
    return [
      ...named.flatMap(([name, names]) =>
        larger.map((each, index) =>
          row('stored', title(name, index), sumOf(names, each), 'ms', sumOf(names, floor)),
        ),
      ),
      ...manyQueries.map((each, index) =>
        row('stored', title('query by case over HTTP, gateway and backends', index), each, 'ms', fewQueries),
      ),
    ];
  } finally {
    for (const database of databases) await database.drop();
  }
}

function worksOn(stored: StoredDatabase): Work[] {
  const { database } = stored;
  const requests = createRequestStore(database);
  const results = createResultStore(database);
  const leases = createLeaseStore(database);
  const outbox = createOutboxStore(database);
  /** What the relay does to the outbox, without a broker. */
  const tell = async (limit: number): Promise<void> => {
    const { rows } = await database.query<{ topic: string; seqs: string[] }>(
      `select topic, array_agg(seq::text) as seqs from (select topic, seq from outbox order by seq limit $1) as oldest
       group by topic`,
      [limit],
    );
    for (const { topic, seqs } of rows) await outbox.remove(topic, seqs);
  };
  const accepted: string[] = [];
  const waiting: string[] = [];
  const accept = async (index: number, lease?: { owner: string; durationMs: number }): Promise<string> => {
    const given = acceptance({
      request: { clientId: `oss-${index % CLIENTS}`, caseId: `NEW-${index}`, adapter: 'civil' },
      ...(lease ? { lease } : {}),
    });
    await requests.accept(given);
    return given.request.id;
  };
  const finish = async (requestId: string): Promise<void> => {
    if (!(await results.take(step(requestId)))) throw new Error('the lease was lost');
  };
  return [
    {
      name: 'accept with lease',
      times: 400,
      async run(index) {
        accepted.push(await accept(index, { owner: 'me', durationMs: LEASE_MS }));
      },
    },
    {
      name: 'find by id',
      times: 400,
      run: async (index) => {
        await requests.find(`oss-${index % CLIENTS}`, accepted[index % accepted.length] ?? randomUUID());
      },
    },
    { name: 'complete', times: 400, run: () => finish(accepted.shift() as string) },
    {
      name: 'outbox',
      times: 8,
      each: 50,
      async run() {
        await tell(50);
      },
    },
    {
      name: 'list by case',
      times: 400,
      async run(index) {
        const { clientId, caseId } = stored.caseOf(Math.abs(index) * 7919);
        const found = await requests.listByCase(clientId, caseId, 21);
        if (found.length === 0) throw new Error(`${caseId} was not found`);
      },
    },
    {
      name: 'claim, nothing waits',
      times: 100,
      async run() {
        const wanted = ['civil', 'tax', 'property', 'business', 'adisa', 'municipal-tax'];
        const claimed = await leases.claim(
          wanted.map((adapter) => ({ adapter, places: 16 })),
          'me',
          LEASE_MS,
        );
        if (claimed.length > 0) throw new Error('something waited');
      },
    },
    {
      name: 'accept for later',
      times: 320,
      async run(index) {
        waiting.push(await accept(index));
      },
    },
    {
      name: 'claim 16 of what waits',
      times: 20,
      async run() {
        const claimed = await leases.claim([{ adapter: 'civil', places: 16 }], 'me', LEASE_MS);
        if (claimed.length !== 16) throw new Error(`claimed ${claimed.length}`);
      },
    },
    {
      name: 'renew one lease',
      times: 320,
      run: async (index) => {
        const [id] = await leases.renew(
          'me',
          [waiting[Math.abs(index) % waiting.length] as string],
          LEASE_MS,
        );
        if (!id) throw new Error('the lease was lost');
      },
    },
    { name: 'complete what was claimed', times: 320, run: () => finish(waiting.shift() as string) },
    {
      name: 'outbox after it',
      times: 1,
      async run() {
        await tell(320);
      },
    },
    {
      name: 'backlog for the metrics',
      times: 3,
      run: async () => {
        await requests.backlog();
      },
    },
  ];
}

async function measure(stored: StoredDatabase, work: Work, from: number): Promise<Cost> {
  const cpuBefore = backendCpuMs(stored.backend);
  const ownBefore = process.cpuUsage();
  for (let index = 0; index < work.times; index += 1) await work.run(from + index);
  const { user, system } = process.cpuUsage(ownBefore);
  const cpuMs = backendCpuMs(stored.backend) - cpuBefore + (user + system) / 1000;
  return { cpuMs: cpuMs / work.times / (work.each ?? 1) };
}

/** Nanoseconds on a processor are the first figure (Documentation/scheduler/sched-stats of Linux). */
function backendCpuMs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}

function medians(costs: ReadonlyMap<string, readonly Cost[]>): Map<string, Cost> {
  const median = (values: readonly number[]): number =>
    [...values].sort((left, right) => left - right)[values.length >> 1] ?? 0;
  return new Map([...costs].map(([name, each]) => [name, { cpuMs: median(each.map(({ cpuMs }) => cpuMs)) }]));
}
