import { disconnectWithin, KafkaError, openProducer } from './rdkafka.js';

/** A broker inside this process. */
export interface EmbeddedBroker {
  /** Address for clients of this and of other processes on this machine: `127.0.0.1:port`. */
  readonly brokers: string;
  /** Ends the broker; every record in it is lost. Never throws. */
  close(): Promise<void>;
}

/**
 * Starts librdkafka's own mock cluster (one broker, its own thread, a free port on 127.0.0.1) so that the
 * gateway runs where no Kafka is installed. For development and tests; never for production.
 *
 * What it does, as held by tests: several processes connect over TCP; records keep key, headers, compression
 * and order; an idempotent producer gets its id and sequence check; consumer groups join, rebalance and keep
 * committed offsets; any topic exists as soon as a client asks for it by name.
 *
 * What it does not do (librdkafka 2.12, `rdkafka_mock*.c`):
 * - no CreateTopics and no topic settings: every topic has 4 partitions, whatever was asked for
 *   (`ensureTopics` knows, and says so in its result);
 * - memory only: a partition keeps its newest 5 MB or 100 000 records; records, groups and the port are gone
 *   when the process ends, so the outbox in PostgreSQL stays the truth;
 * - no authentication, no TLS, no ACLs;
 * - a group's first member waits 3 s for others before it gets its partitions, and that cannot be set.
 *
 * @throws {KafkaError} when no port can be opened
 */
export async function startEmbeddedBroker(): Promise<EmbeddedBroker> {
  const { producer, cluster } = await openProducer(
    { brokers: '127.0.0.1:0', clientProperties: { 'client.id': 'ura-embedded-broker' } },
    { 'test.mock.num.brokers': 1 },
    10_000,
  );
  const brokers = cluster.brokers.join(',');
  if (brokers === '') {
    await disconnectWithin(producer, 5_000);
    throw new KafkaError('embedded-broker-failed', 'the embedded broker gave no address');
  }
  return {
    brokers,
    close: async () => {
      await disconnectWithin(producer, 5_000);
    },
  };
}
