import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedBroker } from '../../src/kafka/embedded-broker.js';
import { createProducer } from '../../src/kafka/producer.js';
import { configWithProcedures, housing } from '../support/procedures-config.js';
import { startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { type Delivered, readTopics } from './checker/read-topics.js';
import type { RunFile } from './checker/run-file.js';
import { installWitness } from './checker/witness.js';
import { openClientJournal } from './scene/client-journal.js';
import { openFleet } from './scene/fleet.js';
import { startPostgresServer } from './scene/postgres-server.js';

/** A run in which nothing went wrong, and copies of it in which one thing did. */
export interface GoodRun {
  readonly folder: string;
  readonly run: RunFile;
  readonly accepted: number;
  /** Two answered requests of one matter, told one after the other, and that matter. */
  readonly first: string;
  readonly second: string;
  readonly matter: string;
  /** A case that ended, and its matter. */
  readonly caseId: string;
  readonly matterOfCase: string;
  /** A copy of the database after these statements. */
  databaseAfter(statements: readonly string[]): Promise<string>;
  /** A broker with these records instead, in this order. */
  brokersWith(change: (records: Delivered[]) => Delivered[]): Promise<string>;
  stop(): Promise<void>;
}

/** A real gateway, a real registry and real clients, and a database that tracks commit times. */
export async function openGoodRun(): Promise<GoodRun> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    return await build(stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(stops: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<GoodRun> {
  const folder = await mkdtemp(join(tmpdir(), 'ura-chaos-checker-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const server = await startPostgresServer(join(folder, 'postgres'));
  stops.push(() => server.stop('immediate'));
  const broker = await startEmbeddedBroker();
  stops.push(() => broker.close());
  const config = await configWithProcedures([
    housing({
      evidence: [
        { id: 'family', service: 'AL012031' },
        { id: 'residence', service: 'AL012003' },
      ],
    }),
  ]);
  stops.push(() => config.remove());
  const stack = await startStack({
    config: config.folder,
    variables: { DATABASE_URL: server.url, KAFKA_BROKERS: broker.brokers },
  });
  let isRunning = true;
  const stopStack = async (): Promise<void> => {
    if (isRunning) await stack.stop();
    isRunning = false;
  };
  stops.push(stopStack);

  const admin = new pg.Client(server.url);
  await admin.connect();
  await installWitness(admin);
  const journal = openClientJournal(join(folder, 'clients.jsonl'));
  const gateways = [stack.gateway.url];
  const fleet = await openFleet({ gateways, variables: stack.variables, journal, insistMs: 20_000 });
  // One after the other, each waited for: so the order of their ends is certain.
  await fleet.start({ workers: 1, registries: ['civil'], waitSeconds: 20, submissions: 8 }).done;
  await fleet.start({ workers: 1, registries: ['civil'], submissions: 1, cases: 1 }).done;
  await waitFor(
    async () => {
      const { rows } = await admin.query(
        `select 1 from cases where finished_at is null union all select 1 from outbox`,
      );
      return rows.length === 0 ? true : undefined;
    },
    'the end of the good run',
    60_000,
  );
  const civil = join(folder, 'civil.jsonl');
  const executed = stack.registry.journal.entries().map((entry) => ({ ...entry, event: 'executed' }));
  writeFileSync(civil, executed.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  await fleet.close();
  journal.close();
  await stopStack();
  await admin.end();

  const records = await readTopics(broker.brokers);
  const requests = journal.attempts.filter(
    ({ kind, state, client }) => kind === 'request' && state === 'answered' && client === 'oss-divjake',
  );
  const [one] = requests;
  const other = requests.findLast(({ caseId }) => caseId === one?.caseId);
  const last = journal.attempts.findLast(({ kind }) => kind === 'case');
  if (!one?.id || !other?.id || other === one || !last?.id)
    throw new Error('the good run lacks a matter to tamper with');
  const topic = 'oss.20.results.v1';
  return {
    folder,
    run: {
      databaseUrl: server.url,
      brokers: broker.brokers,
      configFolder: config.folder,
      dataFolder: stack.variables.URA_DATA as string,
      clientJournals: [journal.file],
      operatorJournals: [],
      registryJournals: { civil },
      audited: 100,
      clocksStepped: false,
    },
    accepted: journal.attempts.length,
    first: one.id,
    second: other.id,
    matter: `${topic} ${one.caseId}`,
    caseId: last.id,
    matterOfCase: `${topic} ${last.caseId}`,
    databaseAfter: (statements) => copyDatabase(server.url, statements),
    async brokersWith(change) {
      const copy = await startEmbeddedBroker();
      stops.push(() => copy.close());
      await produceAll(copy.brokers, change([...records]));
      return copy.brokers;
    },
    stop,
  };
}

let copies = 0;

async function copyDatabase(url: string, statements: readonly string[]): Promise<string> {
  copies += 1;
  const copy = new URL(url);
  copy.pathname = `/planted_${copies}`;
  // From another database than the one that is copied: nobody may be connected to that.
  const elsewhere = new URL(url);
  elsewhere.pathname = '/template1';
  const admin = new pg.Client(elsewhere.href);
  await admin.connect();
  await admin.query(`create database planted_${copies} template postgres`);
  await admin.end();
  const client = new pg.Client(copy.href);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
  return copy.href;
}

async function produceAll(brokers: string, records: readonly Delivered[]): Promise<void> {
  const producer = createProducer({ brokers });
  for (const { topic, key, value, headers } of records) {
    const [result] = await producer.produce([{ topic, key, value, headers: Object.entries(headers) }]);
    if (!result?.delivered) throw new Error('a copy of a record was not taken');
  }
  await producer.close();
}
