import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter } from '../adapters/adapter.js';
import { adapterKinds } from '../adapters/index.js';
import { createEvidenceValidator } from '../contracts/canonical/validate.js';
import { type Clock, systemClock } from './clock.js';
import { composeExchange } from './compose-http.js';
import type { AdapterSettings, Config } from './config/config.js';
import type { Keyring } from './config/keyring.js';
import { LiveConfig } from './config/live-config.js';
import { ConfigInvalid } from './config/read-config.js';
import { createConfigReader } from './config/read-whole.js';
import { refuseDevelopment } from './config/refuse-development.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { RegistryHealth } from './dispatch/registry-health.js';
import { type Environment, EnvironmentRefused } from './environment.js';
import { createEvidenceStore } from './evidence/evidence-store.js';
import { createApp, createServer } from './http/app.js';
import { listen, stopServer } from './http/listening.js';
import { uuidV7 } from './ids.js';
import { createProducer } from './kafka/producer.js';
import { isReachable } from './kafka/reachable.js';
import { ensureTopics } from './kafka/topics.js';
import type { Logger } from './observe/logger.js';
import { createMetrics, type Metrics } from './observe/metrics.js';
import { observers } from './observe/observers.js';
import { createKafkaSink } from './outbox/kafka-sink.js';
import { createOutboxStore } from './outbox/outbox-store.js';
import { Relay } from './outbox/relay.js';
import { createRequestStore } from './requests/request-store.js';
import { Completion } from './results/complete.js';
import { createEventMaker, resultsTopic } from './results/result-event.js';
import { createResultStore } from './results/result-store.js';
import { Waiting } from './results/waiting.js';
import { soapAsker } from './signing/profiles/index.js';
import { createVerifyPool } from './signing/xml/verify-in-worker.js';
import { openDatabase } from './store/database.js';
import { migrate } from './store/migrate.js';
import { createReplayStore } from './store/replay-store.js';

/** A running gateway. */
export interface Gateway {
  /** Where it listens, for example `http://127.0.0.1:8080`. */
  readonly url: string;
  /** What it was started with. */
  readonly config: Config;
  /**
   * Reads configuration, keys and revocation lists anew, as a change of their files does within seconds.
   *
   * @returns false when what is on disk cannot be used: what was read before stays in use.
   */
  reload(): Promise<boolean>;
  /** Takes no new work, gives back leases, empties the outbox, and closes everything; within 10 seconds. */
  stop(): Promise<void>;
}

/** Calls in flight get this long to end when the process is asked to stop, milliseconds. */
const STOP_GRACE_MS = 5_000;
/** The outbox gets this long to empty after that, milliseconds. */
const RELAY_GRACE_MS = 2_000;
const PURGE_EVERY_MS = 60_000;
const TOPICS_RETRY_MS = 5_000;

/**
 * Builds a gateway out of its parts and starts it: the one place that constructs and wires.
 *
 * @throws {ConfigInvalid} {EnvironmentRefused} {SchemaMismatch} {KeyFileUnusable} with a sentence that helps.
 */
export async function startGateway(
  environment: Environment,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<Gateway> {
  const health = new RegistryHealth(clock);
  // Its parts are asked at each scrape, when all of them are there.
  const metrics: Metrics = createMetrics({
    outbox: () => outbox.waiting(),
    lanes: () => dispatcher.lanes(),
    backlog: () => requests.backlog(),
    certificates: () => keys.certificates(),
    trust: () => live.status(),
  });
  const observe = observers(logger, metrics, health);
  const refuse = (wanted: Config, keyring: Keyring): string[] =>
    environment.production ? refuseDevelopment(wanted, keyring) : [];
  const live = await LiveConfig.open({
    configFolder: environment.configFolder,
    read: createConfigReader(environment.configFolder, environment.variables),
    refuse,
    clock,
    observe: {
      ...observe.configuration,
      loaded(snapshot, restart) {
        observe.configuration.loaded(snapshot, restart);
        planTopics(snapshot.config);
      },
    },
  });
  const { keys } = live;
  const { config } = live.current();
  for (const warning of keys.current().warnings) logger.warn(warning);
  const refused = refuse(config, keys.current());
  if (refused.length > 0) {
    live.stop();
    throw new EnvironmentRefused(refused);
  }

  const { gateway } = config;
  const { partitionsPerTopic: partitions, replicationFactor } = gateway.kafka;
  const ids = uuidV7(clock);
  const kafka = { brokers: environment.kafkaBrokers, clientProperties: gateway.kafka.clientProperties };
  const database = openDatabase({
    url: environment.databaseUrl,
    onIdleError: (error) => logger.warn({ error }, 'an idle database connection broke'),
  });
  const migrated = await migrate(database);
  if (migrated.length > 0) logger.info({ migrations: migrated }, 'schema brought up to date');

  // In the background: a broker that is down must not keep the gateway from accepting requests.
  const background = new AbortController();
  const planned = new Set<string>();
  function planTopics({ clients }: Config): void {
    const fresh = [...new Set(clients.map(({ municipality }) => resultsTopic(municipality)))].filter(
      (name) => !planned.has(name),
    );
    if (fresh.length === 0) return;
    for (const name of fresh) planned.add(name);
    const topics = fresh.map((name) => ({ name, partitions, replicationFactor }));
    void keepTrying(
      () => ensureTopics({ ...kafka, topics }),
      background.signal,
      (error) => logger.warn({ error }, 'topics could not be checked; events wait in the outbox'),
    );
  }

  const requests = createRequestStore(database);
  const replaySet = createReplayStore(database);
  const outbox = createOutboxStore(database);
  const waiting = new Waiting();

  const pool = createVerifyPool();
  const adapters = await openAdapters(config, clock, ({ name, profile }) =>
    soapAsker(profile, {
      signer: keys.messages,
      trusted: () => keys.trustedOf(name),
      isRevoked: (key) => keys.isRevoked(key),
      replaySet,
      clock,
      pool,
      onLegacyUse: observe.legacyUse,
    }),
  );

  const sink = createKafkaSink(() => createProducer({ ...kafka, clock, onProblem: observe.kafkaProblem }));
  const relay = new Relay({ store: outbox, sink, ...observe.relay });
  const completion = new Completion({
    store: createResultStore(database),
    clock,
    events: createEventMaker({
      ids,
      source: `${gateway.publicOrigins[0]}/`,
      contractsUrl: `${gateway.publicOrigins[0]}/contracts`,
      signer: keys.http,
      recipientOf: (municipality) => keys.current().recipients.get(municipality),
    }),
    onFinished(request, state) {
      observe.finished(request, state);
      waiting.finished(request);
      relay.wake();
    },
  });
  const dispatcher = new Dispatcher(
    { ...gateway.dispatch, owner: `${hostname()}/${process.pid}/${randomUUID()}` },
    config.adapters.map(({ name, concurrency, queueLimit, retry }) => ({
      adapter: adapters.get(name) as Adapter,
      concurrency,
      queueLimit,
      retry,
    })),
    { requests, completion, clock, observer: observe.dispatch },
  );

  let stopping = false;
  const exchange = await composeExchange({
    production: environment.production,
    clock,
    ids,
    live,
    requests,
    evidence: createEvidenceStore(database),
    replaySet,
    completion,
    dispatcher,
    waiting,
    metrics,
    observe,
    registryState: (adapter) => health.of(adapter),
    readiness: {
      store: () => database.query('select 1'),
      broker: () => isReachable(kafka, 1_500),
      registries: [...adapters.values()],
      certificates: () => keys.certificates(),
      trust: () => live.status(),
      stopping: () => stopping,
    },
  });

  planTopics(config);

  const { tls } = gateway.http;
  const server = createServer(
    createApp({ exchange, nextId: () => ids.next(), onError: observe.lastResort }),
    tls && { cert: await readFile(tls.certificate, 'utf8'), key: await readFile(tls.privateKey, 'utf8') },
  );
  live.watch();
  relay.start();
  dispatcher.start();
  const purge = setInterval(() => {
    replaySet.purge(clock.now()).catch((error: Error) => observe.dispatch.failed('purge', error));
  }, PURGE_EVERY_MS);
  const url = await listen(server, environment.host, environment.port, tls !== undefined);
  logger.info(
    {
      at: url,
      queries: config.queries.length,
      services: config.services.length,
      clients: config.clients.length,
    },
    'gateway is ready',
  );

  return {
    url,
    config,
    reload: () => live.reload(),
    async stop() {
      stopping = true;
      background.abort();
      live.stop();
      clearInterval(purge);
      waiting.wakeAll();
      await Promise.all([stopServer(server), dispatcher.stop(STOP_GRACE_MS)]);
      // A broker that hangs must not hold up the stop: what it has not confirmed stays in the outbox.
      const relayed = relay.stop();
      await Promise.race([relayed, sleep(RELAY_GRACE_MS)]);
      await sink.close(500);
      await relayed;
      await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
      await pool.close();
      await database.end();
      logger.info('gateway stopped');
    },
  };
}

/** Repeats until it succeeds or is not wanted any more. */
async function keepTrying(
  work: () => Promise<unknown>,
  signal: AbortSignal,
  onFailure: (error: Error) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
      return;
    } catch (error) {
      onFailure(error as Error);
      await sleep(TOPICS_RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
}

async function openAdapters(
  config: Config,
  clock: Clock,
  profileOf: (adapter: AdapterSettings) => ReturnType<typeof soapAsker>,
): Promise<Map<string, Adapter>> {
  const validateEvidence = createEvidenceValidator();
  const opened = await Promise.all(
    config.adapters.map(async (settings) => {
      const { name, endpoint, to, connectTimeoutMs, callTimeoutMs, concurrency } = settings;
      const kind = adapterKinds[name];
      if (!kind) throw new ConfigInvalid([`adapters: this program has no adapter ${name}`]);
      return kind.create(
        { endpoint, to, connectTimeoutMs, callTimeoutMs, maxSockets: concurrency },
        { profile: profileOf(settings), clock, validateEvidence },
      );
    }),
  );
  return new Map(opened.map((adapter) => [adapter.name, adapter]));
}
