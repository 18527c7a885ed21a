import type { Clock } from '../clock.js';
import { createProducer } from '../kafka/producer.js';
import type { KafkaConnection } from '../kafka/rdkafka.js';
import type { observers } from '../observe/observers.js';
import { createDeadLetterNotices, type NoticeParts } from '../outbox/dead-letter-notice.js';
import { createDeadLetterStore, type DeadLetterStore } from '../outbox/dead-letter-store.js';
import { createKafkaSink } from '../outbox/kafka-sink.js';
import { createOutboxStore, type OutboxStore } from '../outbox/outbox-store.js';
import { createPartitionStore } from '../outbox/partition-store.js';
import { Relay } from '../outbox/relay.js';
import type { Database } from '../store/database.js';

export interface Relaying {
  readonly relay: Relay;
  readonly outbox: OutboxStore;
  readonly deadLetters: DeadLetterStore;
  /** Ends the connection to the broker; what it has not confirmed within the bound stays in the outbox. */
  close(timeoutMs: number): Promise<void>;
}

/** Wires what carries events from the outbox to Kafka. */
export function composeRelay(parts: {
  readonly database: Database;
  readonly kafka: KafkaConnection;
  readonly clock: Clock;
  readonly noticeParts: NoticeParts;
  /** 24 when absent. */
  readonly giveUpTopicAfterHours: number | undefined;
  readonly observe: ReturnType<typeof observers>;
}): Relaying {
  const { database, kafka, clock, noticeParts, giveUpTopicAfterHours, observe } = parts;
  const outbox = createOutboxStore(database);
  const deadLetters = createDeadLetterStore(database);
  const sink = createKafkaSink(() => createProducer({ ...kafka, onProblem: observe.kafkaProblem }));
  const relay = new Relay(
    {
      partitions: createPartitionStore(database),
      store: outbox,
      sink,
      deadLetters,
      notices: createDeadLetterNotices(noticeParts),
      clock,
      ...observe.relay,
    },
    giveUpTopicAfterHours === undefined ? {} : { giveUpTopicMs: giveUpTopicAfterHours * 3_600_000 },
  );
  return { relay, outbox, deadLetters, close: (timeoutMs) => sink.close(timeoutMs) };
}
