import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import { prepareDevelopmentKeys } from '../../src/environment.js';
import { startEmbeddedBroker } from '../../src/kafka/embedded-broker.js';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.js';

/**
 * Loaded by mocha before all tests: real PostgreSQL and a Kafka broker for the whole run. Those of the
 * environment are used when they are named (`DATABASE_URL`, `KAFKA_BROKERS`), embedded ones otherwise.
 */
const stops: (() => Promise<void>)[] = [];

export async function mochaGlobalSetup(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ura-tests-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  process.env.URA_DATA = folder;
  await prepareDevelopmentKeys(process.env, systemClock);
  const used: string[] = [];
  if (process.env.DATABASE_URL) used.push('PostgreSQL of DATABASE_URL');
  else {
    const postgres = await startEmbeddedPostgres(folder);
    stops.push(() => postgres.stop());
    process.env.DATABASE_URL = postgres.url;
    used.push('embedded PostgreSQL');
  }
  if (process.env.KAFKA_BROKERS) used.push(`Kafka at ${process.env.KAFKA_BROKERS}`);
  else {
    const broker = await startEmbeddedBroker();
    stops.push(() => broker.close());
    process.env.KAFKA_BROKERS = broker.brokers;
    used.push('embedded broker');
  }
  process.stdout.write(`tests run against ${used.join(' and ')}\n`);
}

export async function mochaGlobalTeardown(): Promise<void> {
  for (const stop of stops.reverse()) await stop();
  // A run must end even when something was left open; the counts stand, and what hung is named.
  setTimeout(() => {
    process.stderr.write(
      `still open 20 s after the last test: ${process.getActiveResourcesInfo().join(', ')}\n`,
    );
    process.exit();
  }, 20_000).unref();
}
