import { disconnectWithin, KafkaError, openProducer, readCluster } from './rdkafka.js';

/** A topic that the embedded broker gives itself, so that clients in any process can tell it from a real one. */
export const embeddedBrokerMark = 'ura.embedded-broker';

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
 * - no CreateTopics (it names a controller that does not exist, so an admin client waits for nothing) and no
 *   topic settings: every topic has 4 partitions, whatever was asked for; `ensureTopics` recognises it by the
 *   topic `embeddedBrokerMark` and says in its result what differs;
 * - memory only: a partition keeps its newest 5 MB or 100 000 records; records, groups and the port are gone
 *   when the process ends, so the outbox in PostgreSQL stays the truth;
 * - no authentication, no TLS, no ACLs;
 * - a group's first member waits 3 s for others before it gets its partitions; a member that comes soon after
 *   another left waits for the session timeout less a second (`sessionTimeoutMs`). Neither can be set here.
 *
 * @throws {KafkaError} when no port can be opened
 */
export async function startEmbeddedBroker(): Promise<EmbeddedBroker> {
  const { producer, cluster } = await openProducer(
    { brokers: '127.0.0.1:0', clientProperties: { 'client.id': 'ura-embedded-broker' } },
    { global: { 'test.mock.num.brokers': 1 }, topic: {} },
    10_000,
  );
  await readCluster(producer, 10_000, embeddedBrokerMark);
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
