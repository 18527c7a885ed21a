import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { createEvidenceValidator } from '../contracts/canonical/validate.js';
import { createFormCheck } from './catalogue/services.js';
import { type Clock, systemClock } from './clock.js';
import { composeApplications } from './compose/applications.js';
import { openConfiguration } from './compose/config.js';
import { composeDispatch } from './compose/dispatch.js';
import { composeIntake } from './compose/intake.js';
import { composeProcedures } from './compose/procedures.js';
import { composeRegistries } from './compose/registries.js';
import { composeRelay } from './compose/relay.js';
import { composeServer } from './compose/server.js';
import { stopInOrder } from './compose/stop.js';
import { openStore } from './compose/store.js';
import { composeTopics } from './compose/topics.js';
import type { Config } from './config/config.js';
import type { Environment } from './environment.js';
import { Admission } from './http/admission.js';
import { loadApiDescription } from './http/api-description.js';
import { followTls } from './http/app.js';
import { listen } from './http/listening.js';
import { uuidV7 } from './ids.js';
import { isReachable } from './kafka/reachable.js';
import type { Logger } from './observe/logger.js';
import { createMetrics, type Metrics } from './observe/metrics.js';
import { observers } from './observe/observers.js';
import { RegistryHealth } from './registries/registry-health.js';
import { createRequestStore } from './requests/request-store.js';
import type { Role } from './roles.js';
import { createVerifyPool } from './signing/xml/verify-in-worker.js';
import { createExchangeStore } from './store/exchange-store.js';
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
  /**
   * Resolves when the gateway must be stopped, with the reason: its database was restored to another server, or a newer
   * Ura changed the schema so that this one must not go on.
   */
  readonly unfit: Promise<Error>;
  /** Drains, takes no new work, gives back leases, empties the outbox, and closes everything; within 10 seconds. */
  stop(): Promise<void>;
}

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

  const pool = createVerifyPool();
  const validateEvidence = createEvidenceValidator();
  const owner = `${hostname()}/${process.pid}/${randomUUID()}`;
  const registries = await composeRegistries({
    config,
    database,
    health,
    owner,
    keys,
    replaySet: replaySet.ofAnswers,
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
  const does = (role: Role): boolean => environment.roles.has(role);
  const dispatching = composeDispatch({
    settings: { ...gateway.dispatch, owner },
    dispatches: does('dispatch'),
    databaseUrl: environment.databaseUrl,
    database,
    requests,
    registries,
    clock,
    eventParts,
    metrics,
    observe,
    logger,
    onFinished: (request) => {
      if (request.envelope.case) procedures.engine.wake(request.envelope.case.id);
      relay.wake();
    },
  });
  const { dispatcher, completion, waiting, storing } = dispatching;

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
    live,
    database,
    clock,
    ids,
    logger,
    checkForm,
    eventParts,
    onEvent: () => relay.wake(),
  });

  const admission = new Admission(gateway.http, () => performance.now(), Math.random);
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
  server = await composeServer({
    api,
    production: environment.production,
    clock,
    ids,
    live,
    database,
    requests,
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
    deadLetters: relaying.deadLetters,
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
  });
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
  const url = await listen(server, environment.host, environment.port, keys.current().tls !== undefined);
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
      await stopInOrder({
        drainMs: gateway.http.drainMs ?? 0,
        server,
        live,
        topics,
        intake,
        dispatching,
        applications,
        procedures,
        registries,
        relaying,
        pool,
        store,
      });
      logger.info('gateway stopped');
    },
  };
}
