import assert from 'node:assert/strict';
import { systemClock } from '../../src/clock.js';
import type { OutgoingRecord } from '../../src/kafka/event-producer.js';
import { createProducer } from '../../src/kafka/producer.js';
import { ensureTopics } from '../../src/kafka/topics.js';
import { freshName, realBroker } from '../support/kafka/brokers-under-test.js';

/** A topic that does not exist holds a record for 30 s, as one without a leader does for longer. */
describe('a record that stands still while others go', function () {
  this.timeout(30_000);

  it('does not end the producer until it stands for very long', async function () {
    if (!realBroker) {
      process.stdout.write('    skipped: KAFKA_BROKERS is not set, so no real broker is asked for\n');
      return this.skip();
    }
    let shiftMs = 0;
    const clock = { now: () => systemClock.now() + shiftMs };
    const topic = freshName('going');
    await ensureTopics({
      brokers: realBroker,
      topics: [{ name: topic, partitions: 1, replicationFactor: 1 }],
    });
    const producer = createProducer({
      brokers: realBroker,
      clock,
      deliveryTimeoutMs: 60_000,
      stuckTimeoutMs: 300_000,
    });
    const record = (name: string): OutgoingRecord => ({
      topic: name,
      key: 'key',
      value: Buffer.from('value'),
      headers: [],
    });
    try {
      const stuck = producer.produce([record(freshName('missing'))]);
      for (let minute = 0; minute < 4; minute += 1) {
        shiftMs += 50_000;
        assert.equal((await producer.produce([record(topic)]))[0]?.delivered, true);
      }
      assert.equal(producer.connected, true);
      shiftMs += 59_000;
      assert.equal((await producer.produce([record(topic)]))[0]?.delivered, true);
      shiftMs += 45_000;
      assert.deepEqual(await stuck, [
        { delivered: false, code: 'delivery-timed-out', mayHaveBeenDelivered: true },
      ]);
      assert.equal(producer.fatal?.code, 'delivery-timed-out');
    } finally {
      await producer.close(0);
    }
  });
});
