import { randomInt } from 'node:crypto';
import type { Clock } from '../clock.js';
import { type Config, INTAKE_HOURS } from '../config/config.js';
import type { LiveConfig } from '../config/live-config.js';
import type { Admission } from '../http/admission.js';
import type { ApiDescription } from '../http/api-description.js';
import type { Ids } from '../ids.js';
import { Intake } from '../intake/intake.js';
import { createRefusalEventMaker } from '../intake/refusal-event.js';
import { createRefusalStore } from '../intake/refusal-store.js';
import { retryPauseMs } from '../intake/retry-pause.js';
import { requestsTopic } from '../intake/submission-form.js';
import { createTake } from '../intake/take-submission.js';
import { createEventSource } from '../kafka/consumer.js';
import type { KafkaConnection } from '../kafka/rdkafka.js';
import { observeIntake } from '../observe/intake-observer.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import { type AcceptParts, accept } from '../requests/accept.js';
import type { RequestStore } from '../requests/request-store.js';
import type { EventParts } from '../results/seal-event.js';
import { findPinnedKey } from '../signing/profiles/http-sig.js';
import type { Database } from '../store/database.js';

/** What the Kafka intake is made of; everything in it was made by `compose.ts`. */
export interface IntakeComposition {
  readonly live: LiveConfig;
  readonly kafka: KafkaConnection;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly api: Pick<ApiDescription, 'check'>;
  readonly requests: RequestStore;
  readonly dispatcher: AcceptParts['dispatcher'];
  /** Called after a request was stored. */
  readonly onAccepted: AcceptParts['onAccepted'];
  /** What is too much for HTTP is too much for Kafka, where it can wait. */
  readonly admission: Admission;
  readonly eventParts: EventParts;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** An event was committed. */
  readonly onEvent: () => void;
}

/** All nodes are members of it, and share the partitions of all municipalities. */
const group = 'ura-intake';
/** Submissions at work at once, each of another partition: so that a flood leaves connections for those over HTTP. */
const atOnce = 6;
const purgeEveryMs = 3_600_000;
/** What was refused is remembered for as long as it could still be taken, and this much longer. */
const remembered = 30 * 24 * 3_600_000;
/** What the client reads ahead, all partitions together and each of them; much of it is thrown away at each pause. */
const readAhead = { 'queued.max.messages.kbytes': 16_384, 'max.partition.fetch.bytes': 262_144 };

/** Topics of the municipalities whose clients may submit over Kafka. */
export function intakeTopics({ clients }: Pick<Config, 'clients'>): string[] {
  const named = clients.filter(({ kafkaIntake }) => kafkaIntake === true);
  return [...new Set(named.map(({ municipality }) => requestsTopic(municipality)))];
}

/** The way in over Kafka: reads from the moment of the first `follow`, and nothing before. */
export function composeIntake(parts: IntakeComposition) {
  const { live, database, clock, requests, dispatcher } = parts;
  const { gateway } = live.current().config;
  const observe = observeIntake(parts.logger, parts.metrics);
  const refusals = createRefusalStore(database);
  const maxAgeMs = (gateway.kafka.intake?.maxAgeHours ?? INTAKE_HOURS) * 3_600_000;
  const acceptParts = {
    current: () => live.current(),
    store: requests,
    dispatcher,
    clock,
    defaultDeadlineMs: gateway.dispatch.defaultDeadlineMinutes * 60_000,
    onAccepted: parts.onAccepted,
  };
  const findKey = (municipality: string) =>
    findPinnedKey({
      trusted: [],
      findKey(keyId) {
        const { keyring, clients } = live.current();
        const key = keyring.clients.get(keyId);
        const client = key && clients.get(key.partner);
        return client?.kafkaIntake === true && client.municipality === municipality ? key : undefined;
      },
      isRevoked: (key) => live.keys.isRevoked(key),
    });
  const take = createTake({
    opening: () => ({
      findKey,
      publicOrigins: gateway.publicOrigins,
      limitBytes: gateway.http.bodyLimitBytes,
    }),
    findClient: (id) => live.current().clients.get(id),
    validate: (id, body) =>
      parts.api.check(
        {
          method: 'POST',
          target: '/v1/requests',
          headers: { 'content-type': 'application/json', 'idempotency-key': id },
        },
        body,
      ),
    async accept(submission) {
      const place = parts.admission.enter();
      try {
        return await accept(acceptParts, submission);
      } finally {
        place.leave();
      }
    },
    findByKey: requests.findByKey,
    refusals,
    makeRefusal: createRefusalEventMaker(parts.eventParts),
    clock,
    ids: parts.ids,
    maxAgeMs,
    defaultPriority: 'batch',
    observe,
    onEvent: parts.onEvent,
  });
  const intake = new Intake({
    take,
    open: (topics) =>
      createEventSource({
        brokers: parts.kafka.brokers,
        clientProperties: { ...readAhead, ...parts.kafka.clientProperties },
        groupId: group,
        topics,
        fromBeginning: true,
        handlersAtOnce: atOnce,
        retryPauseMs: (error, failures) =>
          retryPauseMs(error, failures, () => randomInt(1 << 20) / (1 << 20)),
        onRefused: observe.unreadable,
        onHandlerFailure: observe.putOff,
        onProblem: observe.problem,
      }),
  });
  const purge = setInterval(() => {
    refusals.purge(clock.now() - maxAgeMs - remembered).catch((error: Error) => {
      parts.metrics.failures.inc({ what: 'purge' });
      parts.logger.error({ error, what: 'purge' }, 'background work failed');
    });
  }, purgeEveryMs);
  return {
    heldPartitions: () => intake.heldPartitions,
    /** Reads what this configuration opens, and no longer what it closes. The topics have to be there. */
    follow: (config: Config) => intake.follow(intakeTopics(config)),
    async stop(): Promise<void> {
      clearInterval(purge);
      await intake.stop();
    },
  };
}
