import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEvidenceValidator } from '../contracts/canonical/validate.js';
import { createFormCheck } from './catalogue/services.js';
import { type Clock, systemClock } from './clock.js';
import { composeApplications } from './compose-applications.js';
import { openConfiguration } from './compose-config.js';
import { composeExchange, type HttpComposition } from './compose-http.js';
import { composeIntake } from './compose-intake.js';
import { composeOperatorExchange } from './compose-operators.js';
import { composeProcedures } from './compose-procedures.js';
import { composeRegistries } from './compose-registries.js';
import { composeRelay } from './compose-relay.js';
import { openStore } from './compose-store.js';
import { composeTopics } from './compose-topics.js';
import type { Config } from './config/config.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { createLeaseStore } from './dispatch/lease-store.js';
import type { Environment } from './environment.js';
import { createEvidenceStore } from './evidence/evidence-store.js';
import { Admission } from './http/admission.js';
import { loadApiDescription } from './http/api-description.js';
import { createApp, createServer, followTls } from './http/app.js';
import { listen, stopServer } from './http/listening.js';
import { uuidV7 } from './ids.js';
import { isReachable } from './kafka/reachable.js';
import { createArchiveStore } from './months/archive-store.js';
import type { Logger } from './observe/logger.js';
import { createMetrics, type Metrics } from './observe/metrics.js';
import { observers } from './observe/observers.js';
import { RegistryHealth } from './registries/registry-health.js';
import type { AcceptParts } from './requests/accept.js';
import type { StoredRequest } from './requests/request.js';
import { createRequestStore } from './requests/request-store.js';
import { Completion } from './results/complete.js';
import { createEventMaker } from './results/result-event.js';
import { createResultStore } from './results/result-store.js';
import { Waiting } from './results/waiting.js';
import type { Role } from './roles.js';
import { createVerifyPool } from './signing/xml/verify-in-worker.js';
import { createExchangeStore } from './store/exchange-store.js';
import { createReplayStore } from './store/replay-store.js';
import { openSignals } from './store/signals.js';

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
  /**
   * Resolves when the gateway must be stopped, with the reason: its database was restored to another server, or a newer
   * Ura changed the schema so that this one must not go on.
   */
  readonly unfit: Promise<Error>;
  /** Drains, takes no new work, gives back leases, empties the outbox, and closes everything; within 10 seconds. */
  stop(): Promise<void>;
}

/** Calls in flight get this long to end when the process is asked to stop, milliseconds. */
const STOP_GRACE_MS = 5_000;
/** The outbox gets this long to empty after that, milliseconds. */
const RELAY_GRACE_MS = 2_000;
/** Signed requests worked on at once. */
const DEFAULT_UNDER_WAY = 512;
const DEFAULT_QUEUE_AGE_MS = 1_000;
/** A scanned page or two in base64. */
const DEFAULT_DOCUMENT_BYTES = 4 * 1024 * 1024;

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
  const health = new RegistryHealth();
  // Its parts are asked at each scrape, when all of them are there.
  const metrics: Metrics = createMetrics({
    outbox: () => relaying.outbox.waiting(),
    relayedPartitions: () => relay.partitions,
    deadLetters: () => relaying.deadLetters.count(),
    lanes: () => dispatcher.lanes(),
    backlog: () => requests.backlog(),
    admission: () => admission.state,
    circuits: () => registries.breaker.seen(),
    certificates: () => keys.certificates(),
    trust: () => live.status(),
    intakeHeld: () => intake.heldPartitions(),
  });
  const observe = observers(logger, metrics, health);
  let server: Server | undefined;
  const live = await openConfiguration({
    environment,
    clock,
    logger,
    observe: {
      ...observe.configuration,
      loaded(snapshot, restart) {
        observe.configuration.loaded(snapshot, restart);
        void topics.plan(snapshot.config).then(() => follow(live.current().config));
        if (server) followTls(server, snapshot.keyring.tls);
      },
    },
  });
  const { keys } = live;
  const { config } = live.current();

  const { gateway } = config;
  const { partitionsPerTopic: partitions, replicationFactor } = gateway.kafka;
  const ids = uuidV7(clock);
  const kafka = { brokers: environment.kafkaBrokers, clientProperties: gateway.kafka.clientProperties };
  const store = await openStore(environment.databaseUrl, logger);
  const { database } = store;

  const topics = composeTopics(kafka, { partitions, replicationFactor }, (error) =>
    logger.warn({ error }, 'topics could not be checked; events wait in the outbox'),
  );

  /** Reads from Kafka what this configuration opens, in a process that takes requests. */
  function follow(wanted: Config): void {
    if (environment.roles.has('api')) intake.follow(wanted);
  }

  const requests = createRequestStore(database);
  const replaySet = createReplayStore(database);
  const exchanges = createExchangeStore(database, clock);
  const waiting = new Waiting();

  const pool = createVerifyPool();
  const validateEvidence = createEvidenceValidator();
  const owner = `${hostname()}/${process.pid}/${randomUUID()}`;
  const registries = await composeRegistries({
    config,
    database,
    health,
    owner,
    keys,
    replaySet,
    clock,
    ids,
    pool,
    validateEvidence,
    observe,
  });
  const { adapters } = registries;

  const eventParts = {
    ids,
    source: `${gateway.publicOrigins[0]}/`,
    contractsUrl: `${gateway.publicOrigins[0]}/contracts`,
    signer: keys.http,
    recipientOf: (municipality: string) => keys.current().recipients.get(municipality),
  };
  const relaying = composeRelay({
    database,
    kafka,
    clock,
    noticeParts: eventParts,
    giveUpTopicAfterHours: gateway.kafka.giveUpTopicAfterHours,
    observe,
  });
  const { relay } = relaying;
  const completion = new Completion({
    store: createResultStore(database),
    clock,
    events: createEventMaker(eventParts),
    delaysOf: registries.delaysOf,
    onFinished(request, state) {
      observe.finished(request, state);
      if (waiting.has(request.id)) waiting.finished(request);
      else signals.ended(request.id);
      if (request.envelope.case) procedures.engine.wake(request.envelope.case.id);
      relay.wake();
    },
  });
  const dispatcher = new Dispatcher({ ...gateway.dispatch, owner }, registries.lanes, {
    leases: createLeaseStore(database),
    requests,
    completion,
    clock,
    observer: observe.dispatch,
  });

  const does = (role: Role): boolean => environment.roles.has(role);
  const signals = openSignals({
    database,
    url: environment.databaseUrl,
    onWork() {
      if (does('dispatch')) dispatcher.wake();
    },
    onEnded: (requestId) => waiting.endedElsewhere(requestId),
    onProblem: (error) => logger.warn({ error }, 'no signals between nodes; each looks by itself'),
  });
  const storing = {
    // Without this role, requests are stored for whoever has it.
    dispatcher: does('dispatch') ? dispatcher : noDispatch,
    onAccepted(request: StoredRequest) {
      metrics.accepted.inc({ service: request.service });
      if (request.state === 'accepted') signals.work();
    },
  };

  const checkForm = createFormCheck();
  const procedures = composeProcedures({
    live,
    checkForm,
    database,
    clock,
    ids,
    requests,
    ...storing,
    completion,
    eventParts,
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

  const { maxUnderWay = DEFAULT_UNDER_WAY, maxQueueAgeMs = DEFAULT_QUEUE_AGE_MS } = gateway.http;
  const admission = new Admission({ maxUnderWay, maxQueueAgeMs }, () => performance.now(), Math.random);
  const api = await loadApiDescription();
  const intake = composeIntake({
    live,
    kafka,
    database,
    clock,
    ids,
    api,
    requests,
    ...storing,
    admission,
    eventParts,
    metrics,
    logger,
    onEvent: () => relay.wake(),
  });
  let stopping = false;
  const http: HttpComposition = {
    api,
    production: environment.production,
    limits: {
      bytes: gateway.http.bodyLimitBytes,
      documentBytes: gateway.http.documentLimitBytes ?? DEFAULT_DOCUMENT_BYTES,
      timeoutMs: gateway.http.bodyTimeoutMs,
    },
    clock,
    ids,
    live,
    requests,
    archive: createArchiveStore(database),
    evidence: createEvidenceStore(database),
    replaySet,
    exchanges,
    completion,
    ...storing,
    takesRequests: does('api'),
    applications: applications.handlers,
    adapters,
    validateEvidence,
    pool,
    waiting,
    procedures,
    metrics,
    admission,
    observe,
    registryState: (adapter) => health.of(adapter),
    readiness: {
      store: () => database.query('select 1'),
      broker: () => isReachable(kafka, 1_500),
      deadLetters: () => relaying.deadLetters.count(),
      registries: registries.readiness,
      certificates: () => keys.certificates(),
      trust: () => live.status(),
      stopping: () => stopping,
    },
  };
  const exchange = await composeExchange(http);
  const operatorExchange = await composeOperatorExchange({
    ...http,
    database,
    deadLetters: relaying.deadLetters,
  });

  const { tls } = keys.current();
  const asksForCertificate = config.clients.some(({ mtls }) => mtls !== undefined);
  server = createServer(
    createApp({
      exchange,
      operatorExchange,
      nextId: () => ids.next(),
      onError: observe.lastResort,
      stopping: () => stopping,
    }),
    tls && { ...tls, asksForCertificate },
  );
  live.watch();
  // All nodes share what is known of the registries, also those that ask none: `GET /v1/services` tells it.
  registries.start(completion);
  if (does('relay')) {
    relay.start();
    applications.webhooks.start((error) => observe.dispatch.failed('webhooks', error));
  }
  if (does('dispatch')) {
    dispatcher.start();
    procedures.engine.start();
  }
  void topics.plan(config).then(() => follow(live.current().config));
  if (does('seal')) {
    store.keepHouse({ settings: gateway, replaySet, exchanges, clock, onFailure: observe.dispatch.failed });
  }
  const url = await listen(server, environment.host, environment.port, tls !== undefined);
  logger.info(
    {
      at: url,
      queries: config.queries.length,
      services: config.services.length,
      roles: [...environment.roles],
      clients: config.clients.length,
    },
    'gateway is ready',
  );

  return {
    url,
    config,
    reload: () => live.reload(),
    unfit: store.unfit,
    async stop() {
      stopping = true;
      // Whoever spreads the load sees `/health/ready` fail, and sends nothing more.
      await sleep(gateway.http.drainMs ?? 0);
      topics.stop();
      live.stop();
      waiting.wakeAll();
      // Their offsets are committed as they end; what is in hand then is brought again and found to be taken.
      const intakeStopped = Promise.race([intake.stop(), sleep(STOP_GRACE_MS)]);
      await Promise.all([stopServer(server), dispatcher.stop(STOP_GRACE_MS), applications.webhooks.stop()]);
      await intakeStopped;
      await procedures.engine.stop();
      await registries.stop();
      // A broker that hangs must not hold up the stop: what it has not confirmed stays in the outbox.
      const relayed = relay.stop();
      await signals.stop();
      await Promise.race([relayed, sleep(RELAY_GRACE_MS)]);
      await relaying.close(500);
      await relayed;
      await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
      await pool.close();
      await store.close();
      logger.info('gateway stopped');
    },
  };
}

/** The dispatcher of a process that leaves dispatching to others. */
const noDispatch: AcceptParts['dispatcher'] = {
  reserve: () => undefined,
  dispatch() {
    throw new Error('nothing was reserved');
  },
};
