import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../../src/clock.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { type EmbeddedBroker, startEmbeddedBroker } from '../../src/kafka/embedded-broker.js';
import type { OutgoingRecord } from '../../src/kafka/event-producer.js';
import { createProducer, type EventProducer } from '../../src/kafka/producer.js';
import { isReachable } from '../../src/kafka/reachable.js';
import { brokersUnderTest, freshName } from '../support/kafka/brokers-under-test.js';
import { waitFor } from '../support/wait-for.js';

const nowhere = '127.0.0.1:1';
const record: OutgoingRecord = { topic: 'topic', key: 'key', value: Buffer.from('value'), headers: [] };
const oneShotClient = fileURLToPath(new URL('../support/kafka/one-shot-client.js', import.meta.url));

describe('Kafka while no broker answers', function () {
  this.timeout(30_000);
  let producer: EventProducer | undefined;
  let broker: EmbeddedBroker | undefined;
  afterEach(async () => {
    await producer?.close(0);
    await broker?.close();
    producer = undefined;
    broker = undefined;
  });

  it('says that records were surely not delivered when no broker was ever reached', async () => {
    producer = createProducer({ brokers: nowhere, connectTimeoutMs: 100 });
    const verdict = { delivered: false, code: 'not-connected', mayHaveBeenDelivered: false };
    assert.deepEqual(await producer.produce([record, record]), [verdict, verdict]);
    assert.equal(producer.connected, false);
    assert.equal(producer.fatal, undefined);
  });

  it('reports a setting that is not accepted, instead of failing in silence', async () => {
    const problems: string[] = [];
    producer = createProducer({
      brokers: nowhere,
      clientProperties: { 'no.such.property': 'x' },
      onProblem: (problem) => problems.push(problem.message),
    });
    assert.equal((await producer.produce([record]))[0]?.delivered, false);
    assert.match(problems.join(), /no\.such\.property/);
  });

  it('connects later when the broker was away at first', async () => {
    broker = await startEmbeddedBroker();
    let brokers = nowhere;
    producer = createProducer({
      get brokers() {
        return brokers;
      },
      connectTimeoutMs: 200,
    });
    assert.equal((await producer.produce([record]))[0]?.delivered, false);
    brokers = broker.brokers;
    assert.equal((await producer.produce([record]))[0]?.delivered, true);
    assert.equal(producer.connected, true);
  });

  it('ends as a whole when a delivery is not confirmed in time, so that nothing can overtake', async () => {
    let shiftMs = 0;
    const clock = { now: () => systemClock.now() + shiftMs };
    broker = await startEmbeddedBroker();
    producer = createProducer({ brokers: broker.brokers, clock, deliveryTimeoutMs: 60_000 });
    assert.equal((await producer.produce([record]))[0]?.delivered, true);
    await broker.close();
    const underWay = producer.produce([record, record]);
    // Both are with the client before the clock is moved.
    await new Promise((resolve) => setImmediate(resolve));
    // The error of the client says which it is: all brokers are down.
    await waitFor(() => (producer?.connected === false ? true : undefined), 'the loss to be known');
    shiftMs = 60_001;
    const verdict = { delivered: false, code: 'delivery-timed-out', mayHaveBeenDelivered: true };
    assert.deepEqual(await underWay, [verdict, verdict]);
    assert.equal(producer.fatal?.code, 'delivery-timed-out');
    assert.equal(producer.connected, false);
    assert.deepEqual(await producer.produce([record]), [
      { delivered: false, code: 'producer-fatal', mayHaveBeenDelivered: false },
    ]);
  });

  it('asks for a broker once for all calls that wait, not once for each', async () => {
    const problems: string[] = [];
    producer = createProducer({
      brokers: nowhere,
      connectTimeoutMs: 200,
      onProblem: ({ code }) => problems.push(code),
    });
    const one = producer;
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => one.produce([record])));
    assert.ok(
      verdicts.every(([verdict]) => verdict && !verdict.delivered && verdict.code === 'not-connected'),
    );
    assert.equal(problems.length, 1);
  });

  it('gives up what is under way when it is closed, and takes nothing afterwards', async () => {
    broker = await startEmbeddedBroker();
    producer = createProducer({ brokers: broker.brokers });
    await producer.produce([record]);
    await broker.close();
    const underWay = producer.produce([record]);
    assert.equal(await producer.flush(50), 1);
    await producer.close(50);
    assert.deepEqual(await underWay, [
      { delivered: false, code: 'producer-closed', mayHaveBeenDelivered: true },
    ]);
    assert.deepEqual(await producer.produce([record]), [
      { delivered: false, code: 'producer-closed', mayHaveBeenDelivered: false },
    ]);
  });

  it('has nothing to say about no records', async () => {
    producer = createProducer({ brokers: nowhere });
    assert.deepEqual(await producer.produce([]), []);
  });

  it('is not reachable', async () => {
    assert.equal(await isReachable({ brokers: nowhere }, 200), false);
  });

  it('keeps an event source trying, and lets it stop', async () => {
    const problems: string[] = [];
    const source = createEventSource({
      brokers: nowhere,
      groupId: 'group',
      topics: ['topic'],
      fromBeginning: true,
      connectTimeoutMs: 100,
      onProblem: (problem) => {
        problems.push(problem.code);
        if (problems.length === 2) void source.stop();
      },
    });
    await source.run(async () => assert.fail('there is nothing to hand over'));
    assert.equal(problems.length, 2);
  });
});

for (const broker of brokersUnderTest()) {
  describe(`A process that uses ${broker.name}`, function () {
    this.timeout(60_000);

    it('connects from outside, and ends by itself with nothing left open', async () => {
      const opened = await broker.open();
      try {
        const topic = freshName('child');
        const child = await promisify(execFile)(process.execPath, [oneShotClient, opened.brokers, topic], {
          timeout: 40_000,
        });
        assert.deepEqual(JSON.parse(child.stdout), {
          lost: { delivered: false, code: 'not-connected', mayHaveBeenDelivered: false },
          sent: true,
          read: 'from the child',
          reachable: [false, true],
        });
      } finally {
        await opened.close();
      }
    });
  });
}
