import assert from 'node:assert/strict';
import type { KafkaMessage } from '../../src/client/event-source.js';
import { createEventSource, type EventSourceOptions } from '../../src/kafka/consumer.js';
import type { DeliveryResult, OutgoingRecord } from '../../src/kafka/event-producer.js';
import { createProducer, type EventProducer } from '../../src/kafka/producer.js';
import { isReachable } from '../../src/kafka/reachable.js';
import { ensureTopics } from '../../src/kafka/topics.js';
import { brokersUnderTest, freshName } from '../support/kafka/brokers-under-test.js';
import { collect } from '../support/kafka/collect.js';

const text = new TextDecoder();

function record(topic: string, key: string, value: string, headers: [string, string][] = []): OutgoingRecord {
  return { topic, key, value: Buffer.from(value), headers };
}

function partitionOf(result: DeliveryResult | undefined): number {
  assert.ok(result?.delivered, `not delivered: ${JSON.stringify(result)}`);
  return result.partition;
}

for (const broker of brokersUnderTest()) {
  describe(`Kafka on ${broker.name}`, function () {
    this.timeout(60_000);
    let opened: Awaited<ReturnType<typeof broker.open>>;
    let producer: EventProducer;
    let topic: string;

    before(async () => {
      opened = await broker.open();
    });
    after(() => opened.close());
    beforeEach(async () => {
      topic = freshName('oss.20.results.v1');
      const topics = [{ name: topic, partitions: 4, replicationFactor: 1 }];
      await ensureTopics({ brokers: opened.brokers, topics });
      producer = createProducer({ brokers: opened.brokers });
    });
    afterEach(() => producer.close());

    const member = (overrides: Partial<EventSourceOptions> = {}): EventSourceOptions => ({
      brokers: opened.brokers,
      groupId: freshName('group'),
      topics: [topic],
      fromBeginning: true,
      retryPauseMs: 100,
      sessionTimeoutMs: 6_000,
      ...overrides,
    });

    it('brings back topic, key, value and headers as they were sent', async () => {
      const headers: [string, string][] = [
        ['ce_id', '0198'],
        ['ce_subject', 'rasti çështje'],
        ['traceparent', ''],
      ];
      const [result] = await producer.produce([record(topic, 'case-ë', '{"a":"ë"}', headers)]);
      const [message] = await collect(member(), (handled) => handled.length === 1);
      assert.deepEqual(
        { ...message, value: text.decode(message?.value), headers: [...(message?.headers ?? [])] },
        { topic, partition: partitionOf(result), offset: 0, key: 'case-ë', value: '{"a":"ë"}', headers },
      );
    });

    it('keeps the order of each key over 1,000 records in several calls at once', async () => {
      const records = Array.from({ length: 1_000 }, (_, n) => record(topic, `case-${n % 17}`, String(n)));
      const calls = Array.from({ length: 10 }, (_, call) =>
        producer.produce(records.slice(call * 100, call * 100 + 100)),
      );
      const results = (await Promise.all(calls)).flat();
      assert.equal(results.filter((result) => result.delivered).length, 1_000);
      assert.ok(new Set(results.map(partitionOf)).size > 1, 'all records went to one partition');

      const handled = await collect(member(), (messages) => messages.length === 1_000);
      for (let key = 0; key < 17; key += 1) {
        const ofKey = handled.filter((message) => message.key === `case-${key}`);
        const sent = records.filter((each) => each.key === `case-${key}`);
        assert.deepEqual(
          values(ofKey),
          sent.map((each) => text.decode(each.value)),
          `order of case-${key}`,
        );
      }
    });

    it('chooses the partition as Java clients do', async () => {
      // The hashes stand in Kafka's own UtilsTest.testMurmur2.
      const keys = ['21', 'foobar', 'a-little-bit-long-string', 'abc'];
      const murmur2 = [-973_932_308, -790_332_482, -985_981_536, 479_470_107];
      const results = await producer.produce(keys.map((key) => record(topic, key, '')));
      assert.deepEqual(
        results.map(partitionOf),
        murmur2.map((hash) => (hash & 0x7f_ff_ff_ff) % 4),
      );
    });

    it('hands a message over again when its handler failed, and keeps its partition in order behind it', async () => {
      await producer.produce(['0', '1', '2', '3', '4'].map((value) => record(topic, 'one-case', value)));
      const attempts: string[] = [];
      const failures: unknown[] = [];
      await collect(
        member({ onHandlerFailure: (error) => failures.push(error) }),
        (handled) => handled.length === 5,
        async (message) => {
          attempts.push(text.decode(message.value));
          if (attempts.filter((value) => value === '2').length < 3 && attempts.at(-1) === '2')
            throw new Error('busy');
        },
      );
      assert.deepEqual(attempts, ['0', '1', '2', '2', '2', '3', '4']);
      assert.equal(failures.length, 2);
    });

    it('goes on with other partitions while one waits for another attempt', async () => {
      const keys = Array.from({ length: 20 }, (_, n) => `case-${n}`);
      const results = await producer.produce(keys.map((key) => record(topic, key, key)));
      const stuck = partitionOf(results[0]);
      const elsewhere = results.filter((result) => partitionOf(result) !== stuck).length;
      assert.ok(elsewhere > 0);
      const seen = await collect(
        member({ retryPauseMs: 50 }),
        (handled) => handled.length === elsewhere,
        async (message) => {
          if (message.partition === stuck) throw new Error('stuck');
        },
      );
      assert.ok(seen.every((message) => message.partition !== stuck));
    });

    it('goes on with other partitions while a handler of one does not end', async () => {
      const keys = Array.from({ length: 20 }, (_, n) => `case-${n}`);
      const results = await producer.produce(keys.map((key) => record(topic, key, key)));
      const stuck = partitionOf(results[0]);
      const elsewhere = results.filter((result) => partitionOf(result) !== stuck).length;
      let letGo = (): void => {};
      const hanging = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const seen = await collect(
        member({ handlersAtOnce: 2 }),
        (handled) => {
          if (handled.length === elsewhere) letGo();
          return handled.length === elsewhere;
        },
        async (message) => {
          if (message.partition === stuck) await hanging;
        },
      );
      assert.ok(seen.slice(0, elsewhere).every((message) => message.partition !== stuck));
    });

    it('never has more handlers at work than it may, nor two on one partition', async () => {
      await producer.produce(
        Array.from({ length: 200 }, (_, n) => record(topic, `case-${n % 20}`, String(n))),
      );
      const atWork = new Map<number, number>();
      let most = 0;
      await collect(
        member({ handlersAtOnce: 3 }),
        (handled) => handled.length === 200,
        async ({ partition }) => {
          assert.equal(atWork.get(partition) ?? 0, 0, 'two on one partition');
          atWork.set(partition, 1);
          most = Math.max(most, [...atWork.values()].filter((count) => count > 0).length);
          await new Promise((resolve) => setImmediate(resolve));
          atWork.set(partition, 0);
        },
      );
      assert.ok(most === 2 || most === 3, `${most} at once`);
    });

    it('keeps no more in memory than a lane may hold, and misses nothing of what it left with the broker', async () => {
      const large = 'x'.repeat(20_000);
      const sent = Array.from({ length: 150 }, (_, n) => record(topic, 'one-case', `${n}.${large}`));
      await producer.produce(sent);
      const handled = await collect(
        member(),
        (messages) => messages.length === 150,
        () => new Promise((resolve) => setTimeout(resolve, 2)),
      );
      assert.deepEqual(
        values(handled),
        sent.map(({ value }) => text.decode(value)),
      );
    });

    it('a partition that waits for another attempt goes on after the partitions were dealt anew', async () => {
      const options = member({ retryPauseMs: 3_000, handlersAtOnce: 4 });
      const keys = Array.from({ length: 12 }, (_, n) => `case-${n}`);
      await producer.produce(keys.map((key) => record(topic, key, `before.${key}`)));
      let isBusy = true;
      const handled: string[] = [];
      let secondHasSome = false;
      const handle = (isSecond: boolean) => async (message: KafkaMessage) => {
        secondHasSome ||= isSecond;
        if (isBusy) throw new Error('busy');
        handled.push(text.decode(message.value));
      };
      const [first, second] = [createEventSource(options), createEventSource(options)];
      const runs = [first.run(handle(false))];
      while (first.heldPartitions === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      runs.push(second.run(handle(true)));
      while (!secondHasSome) await new Promise((resolve) => setTimeout(resolve, 20));
      isBusy = false;
      await producer.produce(keys.map((key) => record(topic, key, `after.${key}`)));
      while (new Set(handled).size < 24) await new Promise((resolve) => setTimeout(resolve, 20));
      await Promise.all([first.stop(), second.stop(), ...runs]);
      for (const key of keys) {
        const ofKey = handled.filter((value) => value.endsWith(`.${key}`));
        assert.deepEqual([...new Set(ofKey)], [`before.${key}`, `after.${key}`], key);
      }
    });

    it('commits a message only after its handler: those behind a stop come again', async () => {
      await producer.produce(['0', '1', '2', '3'].map((value) => record(topic, 'one-case', value)));
      const options = member();
      const begun: string[] = [];
      const begin = async (message: KafkaMessage) => {
        begun.push(text.decode(message.value));
      };
      await collect(options, (handled) => handled.length === 2, begin);
      assert.deepEqual(begun, ['0', '1']);
      await collect(options, (handled) => handled.length === 2, begin);
      assert.deepEqual(begun, ['0', '1', '2', '3']);
    });

    it('does not commit a message whose handler was still failing at the stop', async () => {
      await producer.produce(['0', '1'].map((value) => record(topic, 'one-case', value)));
      const options = member();
      const source = createEventSource({ ...options, commitIntervalMs: 10 });
      await source.run(async (message) => {
        if (text.decode(message.value) === '0') return;
        void source.stop();
        throw new Error('failing');
      });
      const again = await collect(options, (handled) => handled.length === 1);
      assert.deepEqual(values(again), ['1']);
    });

    it('shares the partitions with a member that joins later, and loses no message on the way', async () => {
      const isReal = broker.name !== 'the embedded broker';
      // Who loses its session on a busy machine handles messages again. The embedded broker waits this long for others.
      const options = member({ sessionTimeoutMs: isReal ? 30_000 : 6_000 });
      const handled: string[][] = [[], []];
      const sources = handled.map((ofMember) => {
        const source = createEventSource(options);
        const handle = async (message: KafkaMessage) => {
          ofMember.push(text.decode(message.value));
        };
        return { source, start: () => source.run(handle) };
      });
      const [first, second] = sources as [(typeof sources)[0], (typeof sources)[0]];
      const runs = [first.start()];
      const sent: string[] = [];
      // Keeps sending until both have had something, so that the change happens while messages flow.
      for (let n = 0; handled[0]?.length === 0 || handled[1]?.length === 0; n += 1) {
        if (runs.length === 1 && handled[0]?.length !== 0) runs.push(second.start());
        const values = Array.from({ length: 8 }, (_, key) => `${n}.${key}`);
        sent.push(...values);
        await producer.produce(values.map((value, key) => record(topic, `case-${key}`, value)));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const missing = () => sent.filter((value) => !handled.flat().includes(value));
      while (missing().length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      await Promise.all([first.source.stop(), second.source.stop(), ...runs]);
      const all = handled.flat();
      assert.deepEqual([...new Set(all)].toSorted(), sent.toSorted(), 'each message');
      // The embedded broker takes no commits while a member is slow to join, and such messages come again.
      if (isReal) assert.equal(all.length, sent.length, 'each once');
    });

    it('skips a record that repeats a header name, reports it, and goes on behind it', async () => {
      await producer.produce([
        record(topic, 'one-case', 'first'),
        record(topic, 'one-case', 'forged', [
          ['ce_id', '1'],
          ['ce_id', '2'],
        ]),
        record(topic, 'one-case', 'nameless', [['__proto__', 'x']]),
        record(topic, 'one-case', 'last'),
      ]);
      const refused: string[] = [];
      const handled = await collect(
        member({ onRefused: (message) => refused.push(`${message.refused} at ${message.offset}`) }),
        (messages) => messages.length === 2,
      );
      assert.deepEqual(values(handled), ['first', 'last']);
      assert.deepEqual(refused, ['duplicate-header at 1', 'malformed-header at 2']);
    });

    it('fails a record that is too large alone, and holds back those of its key behind it', async () => {
      const results = await producer.produce([
        record(topic, 'a', 'fits'),
        { topic, key: 'b', value: new Uint8Array(2_000_000), headers: [] },
        record(topic, 'b', 'behind'),
        record(topic, 'c', 'other key'),
      ]);
      assert.deepEqual(
        results.map((result) =>
          result.delivered ? 'delivered' : `${result.code} ${result.mayHaveBeenDelivered}`,
        ),
        ['delivered', 'msg-size-too-large false', 'held-for-order false', 'delivered'],
      );
      assert.equal(producer.fatal, undefined);
    });

    it('waits for room instead of failing when more is handed over than it may hold', async () => {
      const narrow = createProducer({ brokers: opened.brokers, maxUnconfirmed: 5 });
      try {
        const records = Array.from({ length: 60 }, (_, n) => record(topic, 'one-case', String(n)));
        const results = await narrow.produce(records);
        assert.deepEqual(
          results.map((result) => result.delivered && result.offset),
          records.map((_, n) => n),
        );
      } finally {
        await narrow.close();
      }
    });

    it('creates only the topics that are missing', async () => {
      const name = freshName('topic');
      const topics = [topic, name].map((each) => ({
        name: each,
        partitions: 4,
        replicationFactor: 1,
        config: { 'retention.ms': '3600000' },
      }));
      const first = await ensureTopics({ brokers: opened.brokers, topics });
      assert.deepEqual(first, { created: [name], existing: [topic], differing: [] });
      const second = await ensureTopics({
        brokers: opened.brokers,
        topics: topics.map((each) => ({ ...each, partitions: 6 })),
      });
      assert.deepEqual(second.created, []);
      assert.deepEqual(second.differing, [
        { name: topic, planned: 6, actual: 4 },
        { name, planned: 6, actual: 4 },
      ]);
    });

    it('is reachable', async () => {
      assert.equal(await isReachable({ brokers: opened.brokers }, 5_000), true);
    });
  });
}

function values(messages: readonly KafkaMessage[]): readonly string[] {
  return messages.map((message) => text.decode(message.value));
}
