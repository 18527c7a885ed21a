import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOwnClient } from '../src/cli/own-client.js';
import { UraClient } from '../src/client/index.js';
import { systemClock } from '../src/clock.js';
import { prepareEnvironment } from '../src/environment.js';
import { cpuSeconds, percentile } from './figures.js';
import { type Part, startPart } from './part.js';
import type { StoredDatabase } from './stored-database.js';

const FIRST_PORT = 18_490;
const ROUNDS = 5;
/** In one round, on each database. */
const QUERIES = 400;
/** At the same time, as from several officers. */
const AT_ONCE = 4;

/**
 * What a signed query by case id costs as a client makes it over HTTP: CPU of the gateway and of all its backends,
 * milliseconds for each, of each database by turns.
 */
export async function measureQueries(databases: readonly StoredDatabase[]): Promise<number[]> {
  const data = await mkdtemp(join(tmpdir(), 'ura-bench-'));
  const parts: Part[] = [];
  try {
    const asked: { readonly ask: (index: number) => Promise<void>; readonly cpuMs: () => Promise<number> }[] =
      [];
    for (const [place, stored] of databases.entries()) {
      const port = String(FIRST_PORT + place);
      const variables = {
        PATH: process.env.PATH ?? '',
        URA_DATA: data,
        URA_LOG: 'error',
        URA_ROLES: 'api',
        PORT: port,
        DATABASE_URL: stored.url,
        // Nobody listens there: a query needs no broker.
        KAFKA_BROKERS: '127.0.0.1:9',
      };
      await prepareEnvironment(variables, systemClock);
      const gateway = await startPart(['serve'], `http://127.0.0.1:${port}/health/live`, variables);
      parts.push(gateway);
      const client = new UraClient({
        gateway: `http://127.0.0.1:${port}`,
        ...(await openOwnClient(variables, { municipality: '20' })),
      });
      asked.push({
        async ask(index) {
          const { items } = await client.list({ caseId: stored.ownCase(index * 7919) });
          if (items.length === 0) throw new Error('a case was not found');
        },
        cpuMs: async () => cpuSeconds(gateway.pid) * 1_000 + (await backendsCpuMs(stored)),
      });
    }
    const costs: number[][] = asked.map(() => []);
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const [place, { ask, cpuMs }] of asked.entries()) {
        const before = await cpuMs();
        for (let index = 0; index < QUERIES; index += AT_ONCE) {
          const first = (round + 1) * QUERIES + index;
          await Promise.all(Array.from({ length: AT_ONCE }, (_, more) => ask(first + more)));
        }
        // The first round is the warm-up.
        if (round >= 0) costs[place]?.push(((await cpuMs()) - before) / QUERIES);
      }
    }
    return costs.map((each) => percentile(each, 0.5));
  } finally {
    for (const part of parts) await part.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** Of all connections that a gateway has to its database; none of them may end meanwhile. */
async function backendsCpuMs({ database }: StoredDatabase): Promise<number> {
  const { rows } = await database.query<{ pid: number }>(
    'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  return rows.reduce((total, { pid }) => {
    // Nanoseconds on a processor are the first figure (Documentation/scheduler/sched-stats of Linux).
    return total + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }, 0);
}
