/*
 * A process of its own for tests: node one-shot-client.js <brokers> <topic>
 * Uses each kind of client once, also against a broker that is not there, and has to end by itself.
 */
import { createProducer } from '../../../src/kafka/producer.js';
import { isReachable } from '../../../src/kafka/reachable.js';
import { ensureTopics } from '../../../src/kafka/topics.js';
import { collect } from './collect.js';

const [brokers = '', topic = ''] = process.argv.slice(2);
const nowhere = '127.0.0.1:1';

const away = createProducer({ brokers: nowhere, connectTimeoutMs: 100 });
const [lost] = await away.produce([{ topic, key: 'k', value: Buffer.from('v'), headers: [] }]);
await away.close();

await ensureTopics({ brokers, topics: [{ name: topic, partitions: 4, replicationFactor: 1 }] });
const producer = createProducer({ brokers });
const [sent] = await producer.produce([
  { topic, key: 'k', value: Buffer.from('from the child'), headers: [] },
]);
await producer.close();
const [read] = await collect(
  { brokers, groupId: `${topic}.child`, topics: [topic], fromBeginning: true },
  (handled) => handled.length === 1,
);
process.stdout.write(
  JSON.stringify({
    lost,
    sent: sent?.delivered,
    read: new TextDecoder().decode(read?.value),
    reachable: [await isReachable({ brokers: nowhere }, 100), await isReachable({ brokers }, 5_000)],
  }),
);
