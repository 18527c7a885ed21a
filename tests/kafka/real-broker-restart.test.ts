import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../src/clock.js';
import { createProducer } from '../../src/kafka/producer.js';
import { ensureTopics } from '../../src/kafka/topics.js';
import { findPackageRoot } from '../../src/package-root.js';
import { realBroker } from '../support/kafka/brokers-under-test.js';
import { collect } from '../support/kafka/collect.js';

const text = new TextDecoder();

async function kafkaServer(...words: readonly string[]): Promise<string> {
  const script = join(findPackageRoot(), 'tests/support/kafka-server.sh');
  return (await promisify(execFile)(script, words)).stdout.trim().replace('KAFKA_BROKERS=', '');
}

/** Runs where a real broker is wanted at all; it starts its own, because it has to end it. */
describe('A real broker that goes away and comes back', function () {
  this.timeout(120_000);
  let folder: string;

  before(async function () {
    if (!realBroker) {
      process.stdout.write('    skipped: KAFKA_BROKERS is not set, so no real broker is asked for\n');
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'ura-kafka-'));
  });
  after(async () => {
    if (!folder) return;
    await kafkaServer('stop', folder);
    await rm(folder, { recursive: true });
  });

  it('gives one producer the chance to deliver after the restart, once, and its groups their place', async () => {
    const brokers = await kafkaServer('start', folder);
    const topic = 'restart';
    await ensureTopics({ brokers, topics: [{ name: topic, partitions: 1, replicationFactor: 1 }] });
    const record = (value: string) => ({ topic, key: 'key', value: Buffer.from(value), headers: [] });
    const options = { brokers, groupId: 'group', topics: [topic], fromBeginning: true };
    const patient = createProducer({ brokers, clock: systemClock, deliveryTimeoutMs: 90_000 });
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

      await kafkaServer('stop', folder);
      const waiting = patient.produce([record('2'), record('3')]);
      const givenUp = hasty.produce([record('given up')]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      shiftMs = 60_001;
      const [given] = await givenUp;
      assert.deepEqual(given, { delivered: false, code: 'delivery-timed-out', mayHaveBeenDelivered: true });
      assert.equal(hasty.fatal?.code, 'delivery-timed-out');

      assert.equal(await kafkaServer('start', folder, brokers.split(':')[1] as string), brokers);
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
