import { randomUUID } from 'node:crypto';
import { Server as HttpsServer } from 'node:https';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Adapter } from '../adapters/adapter.js';
import { createEvidenceValidator } from '../contracts/canonical/validate.js';
import { applicationsTopic } from './applications/application-event.js';
import { createFormCheck } from './catalogue/services.js';
import { type Clock, systemClock } from './clock.js';
import { openAdapters } from './compose-adapters.js';
import { composeApplications } from './compose-applications.js';
import { profileProblems } from './compose-clients.js';
import { composeExchange } from './compose-http.js';
import { composeProcedures } from './compose-procedures.js';
import type { Config } from './config/config.js';
import type { Keyring } from './config/keyring.js';
import { LiveConfig } from './config/live-config.js';
import { ConfigInvalid } from './config/read-config.js';
import { createConfigReader } from './config/read-whole.js';
import { refuseDevelopment } from './config/refuse-development.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { RegistryHealth } from './dispatch/registry-health.js';
import { type Environment, EnvironmentRefused } from './environment.js';
import { createEvidenceStore } from './evidence/evidence-store.js';
import { createApp, createServer, secureContextOf } from './http/app.js';
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
import { createVerifyPool } from './signing/xml/verify-in-worker.js';
import { openDatabase } from './store/database.js';
import { createExchangeStore } from './store/exchange-store.js';
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
/** How long exchanges under `nonrepudiation` are kept where the settings say nothing. */
const DEFAULT_RETENTION_DAYS = 365;
/** Between two looks for an answer that a registry gives later. */
const DEFAULT_POLL_MS = 60_000;
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
  const refuse = (wanted: Config, keyring: Keyring): string[] => [
    ...profileProblems(wanted, keyring.http, clock),
    ...(environment.production ? refuseDevelopment(wanted, keyring) : []),
  ];
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
        followTls(snapshot.keyring);
      },
    },
  });
  const { keys } = live;
  const { config } = live.current();
  for (const warning of keys.current().warnings) logger.warn(warning);
  const unusable = profileProblems(config, keys.current().http, clock);
  if (unusable.length > 0) {
    live.stop();
    throw new ConfigInvalid(unusable);
  }
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
    const named = clients.flatMap(({ municipality }) => [
      resultsTopic(municipality),
      applicationsTopic(municipality),
    ]);
    const fresh = [...new Set(named)].filter((name) => !planned.has(name));
    if (fresh.length === 0) return;
    for (const name of fresh) planned.add(name);
    const topics = fresh.map((name) => ({ name, partitions, replicationFactor }));
    void keepTrying(
      () => ensureTopics({ ...kafka, topics }),
      background.signal,
      (error) => logger.warn({ error }, 'topics could not be checked; events wait in the outbox'),
    );
  }

  // Connections that stand keep the certificate that they began with.
  let followTls = (_keyring: Keyring): void => {};

  const requests = createRequestStore(database);
  const replaySet = createReplayStore(database);
  const exchanges = createExchangeStore(database, clock);
  const outbox = createOutboxStore(database);
  const waiting = new Waiting();

  const pool = createVerifyPool();
  const validateEvidence = createEvidenceValidator();
  const adapters = await openAdapters(config, {
    keys,
    replaySet,
    clock,
    ids,
    pool,
    validateEvidence,
    observe,
  });

  const sink = createKafkaSink(() => createProducer({ ...kafka, clock, onProblem: observe.kafkaProblem }));
  const relay = new Relay({ store: outbox, sink, ...observe.relay });
  const eventParts = {
    ids,
    source: `${gateway.publicOrigins[0]}/`,
    contractsUrl: `${gateway.publicOrigins[0]}/contracts`,
    signer: keys.http,
    recipientOf: (municipality: string) => keys.current().recipients.get(municipality),
  };
  const completion = new Completion({
    store: createResultStore(database),
    clock,
    events: createEventMaker(eventParts),
    onFinished(request, state) {
      observe.finished(request, state);
      waiting.finished(request);
      if (request.envelope.case) procedures.engine.wake(request.envelope.case.id);
      relay.wake();
    },
  });
  const dispatcher = new Dispatcher(
    { ...gateway.dispatch, owner: `${hostname()}/${process.pid}/${randomUUID()}` },
    config.adapters.map(({ name, concurrency, queueLimit, retry, pollEveryMs = DEFAULT_POLL_MS }) => ({
      adapter: adapters.get(name) as Adapter,
      concurrency,
      queueLimit,
      retry,
      pollEveryMs,
    })),
    { requests, completion, clock, observer: observe.dispatch },
  );

  const checkForm = createFormCheck();
  const procedures = composeProcedures({
    live,
    checkForm,
    database,
    clock,
    ids,
    requests,
    dispatcher,
    completion,
    eventParts,
    metrics,
    observe,
    onEvent: () => relay.wake(),
  });
  const applications = composeApplications({
    config: () => live.current().config,
    database,
    clock,
    ids,
    keys,
    logger,
    serviceOf(code, municipality) {
      const { version, procedure } = live.current().services.effective(municipality, code, '/municipality');
      return {
        version,
        applicant: procedure.applicant,
        checkForm: (form) => checkForm(procedure.form, form),
      };
    },
    onEvent: () => relay.wake(),
  });

  let stopping = false;
  const exchange = await composeExchange({
    production: environment.production,
    clock,
    ids,
    live,
    requests,
    evidence: createEvidenceStore(database),
    replaySet,
    exchanges,
    completion,
    dispatcher,
    applications: applications.handlers,
    adapters,
    validateEvidence,
    pool,
    waiting,
    procedures,
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

  const { tls } = keys.current();
  const asksForCertificate = config.clients.some(({ mtls }) => mtls !== undefined);
  const server = createServer(
    createApp({ exchange, nextId: () => ids.next(), onError: observe.lastResort }),
    tls && { ...tls, asksForCertificate },
  );
  followTls = ({ tls: next }) => {
    if (next && server instanceof HttpsServer) server.setSecureContext(secureContextOf(next));
  };
  live.watch();
  relay.start();
  dispatcher.start();
  applications.webhooks.start((error) => observe.dispatch.failed('webhooks', error));
  procedures.engine.start();
  const purge = setInterval(() => {
    const retentionMs = (gateway.nonrepudiation?.retentionDays ?? DEFAULT_RETENTION_DAYS) * 86_400_000;
    Promise.all([replaySet.purge(clock.now()), exchanges.purge(clock.now() - retentionMs)]).catch(
      (error: Error) => observe.dispatch.failed('purge', error),
    );
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
      await Promise.all([stopServer(server), dispatcher.stop(STOP_GRACE_MS), applications.webhooks.stop()]);
      await procedures.engine.stop();
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
