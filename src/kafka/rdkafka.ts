import { createRequire } from 'node:module';
import type { IAdminClient, KafkaConsumer, LibrdKafkaError, Message, Metadata, Producer } from 'node-rdkafka';
import rdkafka from 'node-rdkafka';

/*
 * The only file that imports node-rdkafka. It turns callbacks into promises, error numbers into stable codes,
 * and sets a bound on every wait. No other file names a native type.
 */

export type NativeProducer = Producer;
export type NativeConsumer = KafkaConsumer;
export type NativeMessage = Message;

/**
 * librdkafka's global properties by name, for example `security.protocol`; they win over the defaults. Properties
 * of its topic table (`acks`, `auto.offset.reset`, ...) have no effect here: the binding replaces that table.
 */
export type ClientProperties = Readonly<Record<string, string | number | boolean>>;

/** Where a cluster is and how to talk to it. */
export interface KafkaConnection {
  /** `host:port`, several separated by commas. */
  readonly brokers: string;
  /** Further librdkafka properties: TLS, SASL, client.id. */
  readonly clientProperties?: ClientProperties;
}

/** What a cluster says of itself. */
export interface ClusterView {
  /** `host:port` of each broker. */
  readonly brokers: readonly string[];
  /** Number of partitions by topic name. */
  readonly partitions: ReadonlyMap<string, number>;
}

const codeNames = new Map(Object.entries(rdkafka.CODES.ERRORS).map(([name, code]) => [code, name] as const));

// The binding gives the error of a delivery report as text alone. librdkafka's own texts lead back to the numbers.
const { err2str } = createRequire(import.meta.url)('node-rdkafka/librdkafka.js') as {
  err2str(code: number): string;
};
const codesByText = new Map(
  [...codeNames.keys()].map((code) => [err2str(code).toLowerCase(), code] as const),
);

/** A failure of the Kafka client. The message is librdkafka's own and holds no record's key or value. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';

  constructor(
    /** librdkafka's name in kebab case (`ERR__MSG_TIMED_OUT` is `msg-timed-out`), or a code of this folder. */
    readonly code: string,
    message: string,
    /** True when the client that raised it can only be thrown away. */
    readonly fatal = false,
  ) {
    super(message);
  }
}

/** Any error of node-rdkafka as a KafkaError. */
export function toKafkaError(error: LibrdKafkaError | Error): KafkaError {
  if (error instanceof KafkaError) return error;
  const number = numberOf(error);
  const name = number === undefined ? undefined : codeNames.get(number);
  const code =
    name === undefined
      ? 'unknown'
      : name
          .replace(/^ERR_+/, '')
          .toLowerCase()
          .replaceAll('_', '-');
  return new KafkaError(
    code,
    error.message,
    code === 'fatal' || ('isFatal' in error && error.isFatal === true),
  );
}

function numberOf(error: LibrdKafkaError | Error): number | undefined {
  if (!('code' in error) || typeof error.code !== 'number') return undefined;
  if (error.code !== rdkafka.CODES.ERRORS.ERR_UNKNOWN || !('origin' in error)) return error.code;
  return codesByText.get(`${error.origin}: ${error.message}`) ?? error.code;
}

/** Properties of one client, in librdkafka's two tables. A topic property among the global ones is lost. */
export interface ClientSettings {
  readonly global: ClientProperties;
  readonly topic: ClientProperties;
}

function withConnection(connection: KafkaConnection, properties: ClientProperties): ClientProperties {
  return {
    'bootstrap.servers': connection.brokers,
    'client.id': 'ura',
    // A broker that is back shall be found soon; librdkafka would wait up to 10 s between attempts.
    'reconnect.backoff.max.ms': 2_000,
    ...properties,
    ...connection.clientProperties,
  };
}

function viewOf(metadata: Metadata): ClusterView {
  return {
    brokers: metadata.brokers.map((broker) => `${broker.host}:${broker.port}`),
    partitions: new Map(metadata.topics.map((topic) => [topic.name, topic.partitions.length])),
  };
}

function connect(client: Producer | KafkaConsumer, timeoutMs: number): Promise<ClusterView> {
  return new Promise((resolve, reject) => {
    client.connect({ timeout: timeoutMs }, (error, metadata) => {
      if (error) reject(toKafkaError(error));
      else resolve(viewOf(metadata));
    });
  });
}

/** Nothing but librdkafka's defaults. */
export const plainSettings: ClientSettings = { global: {}, topic: {} };

/**
 * A producer that has reached a broker, and what that broker said.
 * @throws {KafkaError} when no broker answered within the bound; nothing is left open
 */
export async function openProducer(
  connection: KafkaConnection,
  settings: ClientSettings,
  timeoutMs: number,
): Promise<{ readonly producer: NativeProducer; readonly cluster: ClusterView }> {
  const producer = new rdkafka.Producer(
    { ...withConnection(connection, settings.global), dr_cb: true },
    settings.topic,
  );
  return { producer, cluster: await connect(producer, timeoutMs) };
}

/**
 * A consumer that has reached a broker and waits for `subscribe`. Its `rebalance` events have to be followed by
 * `applyRebalance`.
 * @throws {KafkaError} when no broker answered within the bound; nothing is left open
 */
export async function openConsumer(
  connection: KafkaConnection,
  settings: ClientSettings,
  timeoutMs: number,
): Promise<NativeConsumer> {
  const consumer = new rdkafka.KafkaConsumer(
    // A function, so that the client does not change its partitions before its owner is ready for it.
    { ...withConnection(connection, settings.global), rebalance_cb: () => {} },
    settings.topic,
  );
  await connect(consumer, timeoutMs);
  // A poll never waits inside the native call: there it would hold one of the process's few worker threads.
  consumer.setDefaultConsumeTimeout(0);
  return consumer;
}

/** A change of the partitions that a member of a group has, as the client tells of it. */
export interface Rebalance {
  readonly kind: 'assigned' | 'revoked';
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}

/** @returns undefined for what is no change of partitions. */
export function toRebalance(
  reason: LibrdKafkaError,
  partitions: Rebalance['partitions'],
): Rebalance | undefined {
  const { code } = toKafkaError(reason);
  if (code === 'assign-partitions') return { kind: 'assigned', partitions };
  return code === 'revoke-partitions' ? { kind: 'revoked', partitions } : undefined;
}

/** Takes over a change; what was stored of revoked partitions is committed. @throws {KafkaError} when it is closing */
export function applyRebalance(consumer: NativeConsumer, { kind, partitions }: Rebalance): void {
  const list = [...partitions];
  try {
    if (consumer.rebalanceProtocol() === 'COOPERATIVE') {
      if (kind === 'assigned') consumer.incrementalAssign(list);
      else consumer.incrementalUnassign(list);
    } else if (kind === 'assigned') consumer.assign(list);
    else consumer.unassign();
    // A pause outlives the loss of a partition: one that comes back would stand still for ever.
    if (kind === 'assigned') consumer.resume(list);
  } catch (error) {
    throw toKafkaError(error as Error);
  }
}

/** The messages that lie ready, at most `limit`, possibly none. @throws {KafkaError} */
export function consumeReady(consumer: NativeConsumer, limit: number): Promise<readonly NativeMessage[]> {
  return new Promise((resolve, reject) => {
    consumer.consume(limit, (error, messages) => (error ? reject(toKafkaError(error)) : resolve(messages)));
  });
}

/** Moves a partition to an offset. @throws {KafkaError} for example when the partition was taken away */
export function seekTo(
  consumer: NativeConsumer,
  position: { topic: string; partition: number; offset: number },
  timeoutMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    consumer.seek(position, timeoutMs, (error) => (error ? reject(toKafkaError(error)) : resolve()));
  });
}

/** Asks for one topic, or for all. Asking for one makes a broker create it where that broker creates by itself. */
export function readCluster(client: NativeProducer, timeoutMs: number, topic?: string): Promise<ClusterView> {
  const question = topic === undefined ? { allTopics: true } : { topic };
  return new Promise((resolve, reject) => {
    client.getMetadata({ ...question, timeout: timeoutMs }, (error, metadata) => {
      if (error) reject(toKafkaError(error));
      else resolve(viewOf(metadata));
    });
  });
}

/**
 * Closes a client; what a producer still holds is dropped. Never throws.
 * @returns false when the client did not close within the bound and was left to the end of the process
 */
export function disconnectWithin(
  client: NativeProducer | NativeConsumer,
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const done = () => {
      clearTimeout(timer);
      resolve(true);
    };
    try {
      // A producer flushes first, here for no time at all: whoever wants a flush has done it before.
      if (client instanceof rdkafka.Producer) client.disconnect(0, done);
      else client.disconnect(done);
    } catch {
      done();
    }
  });
}

/** A topic that shall exist. */
export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic settings such as `retention.ms`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Creates topics. `close` must be called. */
export interface TopicCreator {
  /** @throws {KafkaError} `topic-already-exists`, `unsupported-feature`, and what the broker says */
  create(plan: TopicPlan, timeoutMs: number): Promise<void>;
  close(): void;
}

/** @throws {KafkaError} when the properties are not accepted; a broker need not answer */
export function openTopicCreator(connection: KafkaConnection): TopicCreator {
  const admin: IAdminClient = rdkafka.AdminClient.create(withConnection(connection, {}));
  return {
    create: (plan, timeoutMs) =>
      new Promise((resolve, reject) => {
        const topic = {
          topic: plan.name,
          num_partitions: plan.partitions,
          replication_factor: plan.replicationFactor,
          config: { ...plan.config },
        };
        admin.createTopic(topic, timeoutMs, (error) => (error ? reject(toKafkaError(error)) : resolve()));
      }),
    close: () => admin.disconnect(),
  };
}
