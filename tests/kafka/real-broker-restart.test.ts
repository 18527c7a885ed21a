import assert from 'node:assert/strict';
import { systemClock } from '../../src/clock.js';
import { createProducer } from '../../src/kafka/producer.js';
import { ensureTopics } from '../../src/kafka/topics.js';
import { realBroker } from '../support/kafka/brokers-under-test.js';
import { collect } from '../support/kafka/collect.js';
import { type OwnBroker, startOwnBroker } from '../support/kafka/own-broker.js';

const text = new TextDecoder();

/** Runs where a real broker is wanted at all; it starts its own, because it has to end it. */
describe('A real broker that goes away and comes back', function () {
  this.timeout(120_000);
  let broker: OwnBroker | undefined;

  before(async function () {
    if (!realBroker) {
      process.stdout.write('    skipped: KAFKA_BROKERS is not set, so no real broker is asked for\n');
      this.skip();
    }
    broker = await startOwnBroker();
  });
  after(() => broker?.remove());

  it('gives one producer the chance to deliver after the restart, once, and its groups their place', async () => {
    assert.ok(broker);
    const { brokers } = broker;
    const topic = 'restart';
    await ensureTopics({ brokers, topics: [{ name: topic, partitions: 1, replicationFactor: 1 }] });
    const record = (value: string) => ({ topic, key: 'key', value: Buffer.from(value), headers: [] });
    const options = { brokers, groupId: 'group', topics: [topic], fromBeginning: true };
    const patient = createProducer({ brokers, deliveryTimeoutMs: 90_000 });
    let shiftMs = 0;
    const hasty = createProducer({
      brokers,
      clock: { now: () => systemClock.now() + shiftMs },
      deliveryTimeoutMs: 60_000,
    });
    try {
      await patient.produce([record('0')]);
      await hasty.produce([record('1')]);
      assert.equal((await collect(options, (handled) => handled.length === 2)).length, 2);

      await broker.stop();
      const waiting = patient.produce([record('2'), record('3')]);
      const givenUp = hasty.produce([record('given up')]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      shiftMs = 60_001;
      const [given] = await givenUp;
      assert.deepEqual(given, { delivered: false, code: 'delivery-timed-out', mayHaveBeenDelivered: true });
      assert.equal(hasty.fatal?.code, 'delivery-timed-out');

      await broker.start();
      assert.deepEqual(
        (await waiting).map((result) => result.delivered && result.offset),
        [2, 3],
      );
      const after = await collect(options, (handled) => handled.length === 2);
      assert.deepEqual(
        after.map((message) => text.decode(message.value)),
        ['2', '3'],
      );
    } finally {
      await patient.close();
      await hasty.close();
    }
  });
});
