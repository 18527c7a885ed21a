import { embeddedBrokerMark } from './embedded-broker.js';
import {
  disconnectWithin,
  type KafkaConnection,
  KafkaError,
  openProducer,
  openTopicCreator,
  plainSettings,
  readCluster,
  type TopicPlan,
} from './rdkafka.js';

export interface TopicsOptions extends KafkaConnection {
  readonly topics: readonly TopicPlan[];
  /** For each question to the broker, milliseconds. Default 10 000. */
  readonly timeoutMs?: number;
}

/** What the cluster has now. */
export interface TopicsOutcome {
  readonly created: readonly string[];
  readonly existing: readonly string[];
  /** Topics whose number of partitions is not the planned one. They are left as they are. */
  readonly differing: readonly { readonly name: string; readonly planned: number; readonly actual: number }[];
}

/**
 * Creates the topics that are missing and leaves the others untouched, also when their settings differ. Safe to
 * run from several processes at once. The embedded broker cannot be told what to create; it is asked for each
 * topic by name, which makes it create one in its own shape, and `differing` then says so.
 *
 * @throws {KafkaError} when no broker answers, or one refuses to create a topic; the others are made all the same
 */
export async function ensureTopics(options: TopicsOptions): Promise<TopicsOutcome> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const { producer, cluster } = await openProducer(options, plainSettings, timeoutMs);
  try {
    const missing = options.topics.filter((plan) => !cluster.partitions.has(plan.name));
    const created: string[] = [];
    if (cluster.partitions.has(embeddedBrokerMark)) {
      for (const { name } of missing) {
        await readCluster(producer, timeoutMs, name);
        created.push(name);
      }
    } else if (missing.length > 0) {
      created.push(...(await createAll(options, missing, timeoutMs)));
    }
    const { partitions } = missing.length === 0 ? cluster : await readCluster(producer, timeoutMs);
    return {
      created,
      existing: options.topics.map((plan) => plan.name).filter((name) => !created.includes(name)),
      differing: options.topics.flatMap((plan) => {
        const actual = partitions.get(plan.name);
        if (actual === undefined || actual === plan.partitions) return [];
        return [{ name: plan.name, planned: plan.partitions, actual }];
      }),
    };
  } finally {
    await disconnectWithin(producer, timeoutMs);
  }
}

const noAnswer: ReadonlySet<string> = new Set([
  'timed-out',
  'timed-out-queue',
  'transport',
  'all-brokers-down',
]);

async function createAll(
  connection: KafkaConnection,
  plans: readonly TopicPlan[],
  timeoutMs: number,
): Promise<readonly string[]> {
  const creator = openTopicCreator(connection);
  const created: string[] = [];
  let refusal: unknown;
  try {
    for (const plan of plans) {
      try {
        await creator.create(plan, timeoutMs);
        created.push(plan.name);
      } catch (error) {
        // Another process was faster: that is what was wanted.
        if (error instanceof KafkaError && error.code === 'topic-already-exists') continue;
        // A topic that is refused must not keep the others from being made; a broker that is away is away for all.
        if (!(error instanceof KafkaError) || noAnswer.has(error.code)) throw error;
        refusal ??= error;
      }
    }
  } finally {
    creator.close();
  }
  if (refusal !== undefined) throw refusal;
  return created;
}
