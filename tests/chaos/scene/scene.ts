import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/clock.js';
import { prepareDevelopmentKeys } from '../../../src/environment.js';
import { type Database, openDatabase } from '../../../src/store/database.js';
import type { ConfigCopy, Json } from '../../support/config-copy.js';
import { freePort } from '../../support/free-port.js';
import type { RunFile } from '../checker/run-file.js';
import { installWitness } from '../checker/witness.js';
import { type ClientJournal, openClientJournal } from './client-journal.js';
import { chaosConfiguration, type RegistryName, registryNames } from './configuration.js';
import { people } from './drafts.js';
import { type Fleet, openFleet } from './fleet.js';
import { type GatewayNode, gatewayNode } from './gateway-node.js';
import { type KafkaCluster, startKafkaCluster } from './kafka-cluster.js';
import { type Operator, openOperator } from './operators.js';
import { type PostgresServer, startPostgresServer } from './postgres-server.js';
import { type RegistryProcess, registryProcess } from './registry-process.js';
import { type CheckerOutput, runChecker } from './run-checker.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** Everything that waits has so long to end once nothing disturbs it any more, milliseconds. */
export const SETTLE_MS = 600_000;

/** What a campaign is played with: everything real, every part in a process of its own. */
export interface Scene {
  /** Logs, journals and the run file. */
  readonly folder: string;
  /** What it was opened with. */
  readonly settings: SceneSettings;
  readonly postgres: PostgresServer;
  /** Between the gateways and PostgreSQL. */
  readonly toPostgres: TcpProxy;
  /** Absent when a broker was given. */
  readonly kafka?: KafkaCluster;
  readonly nodes: readonly GatewayNode[];
  readonly registries: Readonly<Record<RegistryName, RegistryProcess>>;
  /** Between the gateways and each registry. */
  readonly toRegistry: Readonly<Record<RegistryName, TcpProxy>>;
  readonly config: ConfigCopy;
  readonly fleet: Fleet;
  readonly operator: Operator;
  readonly journal: ClientJournal;
  /** Straight to PostgreSQL. */
  readonly database: Database;
  /** Waits until everything ended and was told. @returns false when that did not happen within {@link SETTLE_MS}. */
  settle(signal: AbortSignal): Promise<boolean>;
  /** How many have not ended, how many events wait, and how many submissions that lie in Kafka nobody has read. */
  open(): Promise<{ requests: number; events: number; submissions: number }>;
  /** Has the checker look, as a process of its own. */
  check(): Promise<CheckerOutput>;
  stop(): Promise<void>;
}

export interface SceneSettings {
  readonly name: string;
  /** Brokers to start, or the address of some that run already. */
  readonly kafka: { readonly start: 1 | 3 } | { readonly brokers: string };
  readonly progress: (line: string) => void;
  /** Where PostgreSQL keeps its data and its log; default: a folder of the scene. */
  readonly postgres?: { readonly data: string; readonly wal: string };
  readonly adapters?: Json;
  /** Further environment of a node, by its name. */
  readonly environment?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Where the offset of node a's clock stands, when it can be stepped. */
  readonly clockFile?: string;
  /** Open files that a node may have. */
  readonly openFiles?: number;
  /** How long a client insists on one submission, milliseconds. Default: five minutes. */
  readonly insistMs?: number;
  /** Requests whose evidence the product's audit looks at. */
  readonly audited: number;
}

/** Two gateways, PostgreSQL, Kafka and three registries; the gateways answer and the witness is installed. */
export async function openScene(settings: SceneSettings): Promise<Scene> {
  const { progress } = settings;
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).reverse())
      await each().catch((error: Error) => progress(error.message));
  };
  try {
    return await build(settings, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function build(
  settings: SceneSettings,
  stops: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), `ura-chaos-${settings.name}-`));
  await chmod(folder, 0o755);
  if (!process.env.CHAOS_KEEP) stops.push(() => rm(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  await prepareDevelopmentKeys({ URA_DATA: data }, systemClock);
  const logs = join(folder, 'logs');
  await mkdir(logs);

  const postgres = await startPostgresServer(
    settings.postgres?.data ?? join(folder, 'postgres'),
    settings.postgres?.wal,
  );
  stops.push(() => postgres.stop('immediate'));
  const toPostgres = await startTcpProxy({ port: postgres.port });
  stops.push(() => toPostgres.close());

  const kafka =
    'start' in settings.kafka
      ? await startKafkaCluster(join(folder, 'kafka'), settings.kafka.start)
      : undefined;
  if (kafka) stops.push(() => kafka.stop());
  const brokers = 'brokers' in settings.kafka ? settings.kafka.brokers : (kafka as KafkaCluster).brokers;

  const toRegistry = {} as Record<RegistryName, TcpProxy>;
  const registries = {} as Record<RegistryName, RegistryProcess>;
  for (const name of registryNames) {
    const port = await freePort();
    toRegistry[name] = await startTcpProxy({ port });
    stops.push(() => toRegistry[name].close());
    const settingsOfRegistry = { name, port, people, environment: { URA_DATA: data }, folder: logs };
    registries[name] = registryProcess(settingsOfRegistry);
    stops.push(() => registries[name].end());
  }
  await Promise.all(Object.values(registries).map((registry) => registry.start()));

  const ports = [await freePort(), await freePort()];
  const replicationFactor = kafka?.nodes.length === 3 ? 3 : 1;
  const config = await chaosConfiguration({
    ports,
    replicationFactor,
    ...(settings.adapters ? { adapters: settings.adapters } : {}),
  });
  stops.push(() => config.remove());
  const variables = {
    URA_DATA: data,
    URA_CONFIG: config.folder,
    DATABASE_URL: `postgres://postgres@127.0.0.1:${toPostgres.port}/postgres`,
    KAFKA_BROKERS: brokers,
    URA_CIVIL_URL: `http://127.0.0.1:${toRegistry.civil.port}/soap`,
    URA_TAX_URL: `http://127.0.0.1:${toRegistry.tax.port}/v1`,
    URA_BUSINESS_URL: `http://127.0.0.1:${toRegistry.business.port}/v1`,
  };
  const nodes = ports.map((port, index) => {
    const name = 'ab'[index] as string;
    const environment = { ...variables, ...settings.environment?.[name] };
    const { openFiles } = settings;
    return gatewayNode({
      name,
      port,
      environment,
      logFolder: logs,
      ...(openFiles === undefined ? {} : { openFiles }),
    });
  });
  stops.push(() => Promise.all(nodes.map((node) => node.end())));
  for (const node of nodes) await node.start();

  const database = openDatabase({ url: postgres.url, maxConnections: 2, statementTimeoutMs: 60_000 });
  stops.push(() => database.end());
  await installWitness(database);
  const journal = openClientJournal(join(folder, 'clients.jsonl'));
  const fleet = await openFleet({
    gateways: nodes.map(({ url }) => url),
    variables: { ...variables, PORT: String(ports[0]) },
    journal,
    insistMs: settings.insistMs ?? 300_000,
  });
  stops.push(async () => {
    await fleet.close();
    journal.close();
  });
  const operatorJournal = join(folder, 'operators.jsonl');
  const operator = await openOperator({
    gateways: nodes.map(({ url }) => url),
    variables,
    journalFile: operatorJournal,
    isOfClient: (id) => journal.ids.has(id),
    wasExecuted: ({ registry, id }) =>
      readFileSync(registries[registry as RegistryName].journalFile, 'utf8').includes(id),
  });
  stops.push(async () => operator.close());
  settings.progress(
    `two gateways, three registries, ${kafka ? `${kafka.nodes.length} brokers` : 'the broker of this run'}; logs in ${folder}`,
  );

  const open: Scene['open'] = async () => {
    const { rows } = await database.query<{ requests: number; events: number }>(
      `select (select count(*) from requests where finished_at is null)::integer
         + (select count(*) from cases where finished_at is null)::integer as requests,
         (select count(*) from outbox)::integer as events,
         (select count(*) from unnest($1::text[]) as sent (key)
          where not exists (select from idempotency_keys known where known.key = sent.key))::integer as submissions`,
      [[...journal.deliveredKeys]],
    );
    return rows[0] as { requests: number; events: number; submissions: number };
  };
  const run: RunFile = {
    databaseUrl: postgres.url,
    brokers,
    configFolder: config.folder,
    dataFolder: data,
    clientJournals: [journal.file],
    operatorJournals: [operatorJournal],
    registryJournals: Object.fromEntries(registryNames.map((name) => [name, registries[name].journalFile])),
    audited: settings.audited,
    clocksStepped: settings.clockFile !== undefined,
  };
  const runFile = join(folder, 'run.json');
  writeFileSync(runFile, JSON.stringify(run, null, 2));
  return {
    folder,
    settings,
    postgres,
    toPostgres,
    ...(kafka ? { kafka } : {}),
    nodes,
    registries,
    toRegistry,
    config,
    fleet,
    operator,
    journal,
    database,
    open,
    async settle(signal) {
      for (const until = Date.now() + SETTLE_MS; Date.now() < until; ) {
        const { requests, events, submissions } = await open();
        if (requests === 0 && events === 0 && submissions === 0) return true;
        await sleep(250, undefined, { signal });
      }
      return false;
    },
    check: () => runChecker(runFile),
    stop,
  };
}
