import {
  disconnectWithin,
  type KafkaConnection,
  KafkaError,
  openProducer,
  openTopicCreator,
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
 * run from several processes at once. A broker without CreateTopics (the embedded one) is asked for the topic by
 * name instead, which makes it create one in its own shape; `differing` then says so.
 *
 * @throws {KafkaError} when no broker answers, or one refuses to create a topic
 */
export async function ensureTopics(options: TopicsOptions): Promise<TopicsOutcome> {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const { producer, cluster } = await openProducer(options, {}, timeoutMs);
  const creator = openTopicCreator(options);
  try {
    const known = cluster.partitions;
    const missing = options.topics.filter((plan) => !known.has(plan.name));
    const created: string[] = [];
    for (const plan of missing) {
      const outcome = await creator.create(plan, timeoutMs).then(
        () => 'created',
        (error: KafkaError) => error.code,
      );
      if (outcome === 'created') created.push(plan.name);
      else if (outcome === 'unsupported-feature') {
        await readCluster(producer, timeoutMs, plan.name);
        created.push(plan.name);
      } else if (outcome !== 'topic-already-exists') {
        throw new KafkaError(outcome, `topic ${plan.name} could not be created`);
      }
    }
    const actual = missing.length === 0 ? known : (await readCluster(producer, timeoutMs)).partitions;
    return {
      created,
      existing: options.topics.map((plan) => plan.name).filter((name) => !created.includes(name)),
      differing: options.topics.flatMap((plan) => {
        const partitions = actual.get(plan.name);
        if (partitions === undefined || partitions === plan.partitions) return [];
        return [{ name: plan.name, planned: plan.partitions, actual: partitions }];
      }),
    };
  } finally {
    creator.close();
    await disconnectWithin(producer, timeoutMs);
  }
}
