import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatePopulation } from '../adapters/civil/simulator/population.js';
import { samples } from '../adapters/civil/simulator/samples.js';
import { openOwnClient } from '../src/cli/own-client.js';
import { UraClient } from '../src/client/index.js';
import { systemClock } from '../src/clock.js';
import { prepareEnvironment } from '../src/environment.js';
import { type BenchRow, row } from './bench-row.js';
import { measureFloor } from './exchange-floor.js';
import { cpuSeconds, percentile } from './figures.js';
import { type Part, startPart } from './part.js';

const CONCURRENCIES = [1, 16, 64];

/**
 * CPU time that the gateway process spends on one finished signed exchange (signed submission in, signed SOAP
 * out and back, stored, told to Kafka, signed answer), beside what the same bare operations cost.
 *
 * The gateway, the registry and the broker are processes of their own; only the gateway's CPU counts. Latency and
 * throughput are of the whole machine with everything on it, so they say more about the machine than the gateway.
 *
 * @param exchanges at each concurrency.
 */
export async function measureExchange(exchanges = 600): Promise<BenchRow[]> {
  const data = await mkdtemp(join(tmpdir(), 'ura-bench-'));
  const parts: Part[] = [];
  const port = '18480';
  const registryPort = '18481';
  const variables: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    URA_DATA: data,
    PORT: port,
    URA_CIVIL_URL: `http://127.0.0.1:${registryPort}/soap`,
    URA_LOG: 'warn',
    ...(process.env.DATABASE_URL ? { DATABASE_URL: process.env.DATABASE_URL } : {}),
    ...(process.env.KAFKA_BROKERS ? { KAFKA_BROKERS: process.env.KAFKA_BROKERS } : {}),
  };
  const environment = await prepareEnvironment(variables, systemClock);
  variables.DATABASE_URL = environment.databaseUrl;
  variables.KAFKA_BROKERS = environment.kafkaBrokers;
  try {
    parts.push(await startPart(['simulate', 'civil', '--port', registryPort], 'civil registry', variables));
    const gateway = await startPart(['serve'], `http://127.0.0.1:${port}/health/live`, variables);
    parts.push(gateway);
    const client = new UraClient({
      gateway: `http://127.0.0.1:${port}`,
      ...(await openOwnClient(variables, { municipality: '20' })),
    });
    const nid = samples(generatePopulation(2026, 2000)).headOfSix;

    const floor = await measureFloor(environment);
    await run(client, nid, 16, 200);
    const rows: BenchRow[] = floor.rows;
    for (const concurrency of CONCURRENCIES) {
      const count = concurrency === 1 ? Math.ceil(exchanges / 3) : exchanges;
      const cpuBefore = cpuSeconds(gateway.pid);
      const { latenciesMs, seconds } = await run(client, nid, concurrency, count);
      // The relay works on after the last answer; its share belongs to the exchanges.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const cpuMs = ((cpuSeconds(gateway.pid) - cpuBefore) * 1000) / count;
      const name = (what: string): string => `concurrency ${concurrency}: ${what}`;
      rows.push(
        row('exchange', name('gateway CPU per exchange'), cpuMs, 'ms', floor.totalMs),
        row('exchange', name('latency p50'), percentile(latenciesMs, 0.5), 'ms'),
        row('exchange', name('latency p99'), percentile(latenciesMs, 0.99), 'ms'),
        row('exchange', name('throughput'), count / seconds, '1/s'),
      );
    }
    return rows;
  } finally {
    for (const part of parts.reverse()) await part.stop();
    await environment.stopEmbedded();
    await rm(data, { recursive: true, force: true });
  }
}

async function run(
  client: UraClient,
  nid: string,
  concurrency: number,
  count: number,
): Promise<{ latenciesMs: number[]; seconds: number }> {
  const latenciesMs: number[] = [];
  let left = count;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left > 0) {
        left -= 1;
        const since = performance.now();
        const request = await client.submit(
          {
            service: 'AL012031',
            subject: { scheme: 'NID', notation: nid },
            purpose: 'social-housing',
            legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
            requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
            caseId: `BENCH-${left}`,
          },
          { idempotencyKey: randomUUID(), waitSeconds: 30 },
        );
        if (request.state !== 'answered') throw new Error(`the request ended as ${request.state}`);
        latenciesMs.push(performance.now() - since);
      }
    }),
  );
  return { latenciesMs, seconds: (performance.now() - startedAt) / 1000 };
}
