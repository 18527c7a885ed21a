/*
 * A process of its own for tests: node relay-process.js <brokers> <session timeout in ms>, with DATABASE_URL.
 * Relays until SIGTERM; prints how many partitions it has whenever that changes.
 */
import { systemClock } from '../../../src/clock.js';
import { createProducer } from '../../../src/kafka/producer.js';
import { createDeadLetterStore } from '../../../src/outbox/dead-letter-store.js';
import { createKafkaSink } from '../../../src/outbox/kafka-sink.js';
import { createOutboxStore } from '../../../src/outbox/outbox-store.js';
import { createPartitionStore } from '../../../src/outbox/partition-store.js';
import { Relay } from '../../../src/outbox/relay.js';
import { openDatabase } from '../../../src/store/database.js';
import { notices } from '../../outbox/relay-scene.js';

const [brokers = '', sessionTimeoutMs = '10000'] = process.argv.slice(2);
const database = openDatabase({
  url: process.env.DATABASE_URL ?? '',
  maxConnections: 4,
  onIdleError: () => {},
});
const sink = createKafkaSink(() => createProducer({ brokers }));
const relay = new Relay(
  {
    partitions: createPartitionStore(database, { sessionTimeoutMs: Number(sessionTimeoutMs) }),
    store: createOutboxStore(database),
    sink,
    deadLetters: createDeadLetterStore(database),
    notices,
    clock: systemClock,
    onFailure: (reason) => process.stderr.write(`${process.pid} ${reason}\n`),
  },
  { pollMs: 20, balanceMs: 200, retryMs: 100 },
);
relay.start();
let shown = -1;
const watching = setInterval(() => {
  if (relay.partitions !== shown) process.stdout.write(`partitions ${relay.partitions}\n`);
  shown = relay.partitions;
}, 20);
process.once('SIGTERM', async () => {
  clearInterval(watching);
  await relay.stop();
  await sink.close(1_000);
  await database.end();
});
