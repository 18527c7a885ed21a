import rdkafka, { type KafkaConsumer, type Message } from 'node-rdkafka';

/** One record as it stands in a topic of results. */
export interface Delivered {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}

const resultsTopic = /^oss\.[0-9A-Z]{2}\.results\.v1$/;
const timeoutMs = 20_000;
/** No record for so long before the last one: the topics cannot be read. */
const silenceMs = 30_000;

/**
 * Every record of every topic of results, from the first to the last that is there now, in the order of each
 * partition. Reads with a client of its own, so that a mistake in the product's consumer hides nothing.
 *
 * @throws {Error} when a broker does not answer or a record does not come.
 */
export async function readTopics(brokers: string): Promise<Delivered[]> {
  const consumer = new rdkafka.KafkaConsumer(
    {
      'bootstrap.servers': brokers,
      'group.id': 'chaos-checker',
      'enable.auto.commit': false,
      'enable.auto.offset.store': false,
    },
    { 'auto.offset.reset': 'error' },
  );
  try {
    const partitions = await connect(consumer);
    const wanted = new Map<string, number>();
    const assignments: { topic: string; partition: number; offset: number }[] = [];
    for (const { topic, partition } of partitions) {
      const { lowOffset, highOffset } = await watermarks(consumer, topic, partition);
      if (lowOffset >= highOffset) continue;
      wanted.set(`${topic}/${partition}`, highOffset);
      assignments.push({ topic, partition, offset: lowOffset });
    }
    consumer.assign(assignments);
    consumer.setDefaultConsumeTimeout(200);
    const records: Delivered[] = [];
    let lastAt = Date.now();
    while (wanted.size > 0) {
      const messages = await consume(consumer);
      if (messages.length > 0) lastAt = Date.now();
      if (Date.now() - lastAt > silenceMs) throw new Error('the topics could not be read to their end');
      for (const message of messages) {
        const place = `${message.topic}/${message.partition}`;
        const high = wanted.get(place);
        if (high === undefined) continue;
        records.push(deliveredOf(message));
        if (message.offset + 1 >= high) wanted.delete(place);
      }
    }
    return records;
  } finally {
    await new Promise((resolve) => consumer.disconnect(resolve));
  }
}

function connect(consumer: KafkaConsumer): Promise<{ topic: string; partition: number }[]> {
  return new Promise((resolve, reject) => {
    consumer.connect({ timeout: timeoutMs }, (error, metadata) => {
      if (error) return reject(new Error(`no broker answers: ${error.message}`));
      const topics = metadata.topics.filter(({ name }) => resultsTopic.test(name));
      resolve(
        topics.flatMap(({ name, partitions }) =>
          partitions.map(({ id }) => ({ topic: name, partition: id })),
        ),
      );
    });
  });
}

function watermarks(
  consumer: KafkaConsumer,
  topic: string,
  partition: number,
): Promise<{ lowOffset: number; highOffset: number }> {
  return new Promise((resolve, reject) => {
    consumer.queryWatermarkOffsets(topic, partition, timeoutMs, (error, offsets) =>
      error ? reject(new Error(`${topic}/${partition}: ${error.message}`)) : resolve(offsets),
    );
  });
}

function consume(consumer: KafkaConsumer): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    consumer.consume(1_000, (error, messages) =>
      error ? reject(new Error(error.message)) : resolve(messages),
    );
  });
}

function deliveredOf({ topic, partition, offset, key, headers, value }: Message): Delivered {
  const texts = (headers ?? []).flatMap((header) =>
    Object.entries(header).map(
      ([name, text]) => [name, Buffer.from(text as Buffer).toString('utf8')] as const,
    ),
  );
  return {
    topic,
    partition,
    offset,
    key: key === null || key === undefined ? '' : key.toString(),
    headers: Object.fromEntries(texts),
    value: value ?? Buffer.alloc(0),
  };
}
