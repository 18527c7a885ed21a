import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KafkaMessage } from '../../src/client/event-source.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { ensureTopics } from '../../src/kafka/topics.js';
import { openRelayScene, type RelayScene } from '../outbox/relay-scene.js';
import { event } from '../results/step.js';
import { freshName } from '../support/kafka/brokers-under-test.js';
import { checkOrder } from '../support/kafka/order-on-topics.js';
import { waitFor } from '../support/wait-for.js';

const relayProcess = fileURLToPath(new URL('../support/kafka/relay-process.js', import.meta.url));
const SESSION_TIMEOUT_MS = 1_500;

interface Node {
  readonly process: ChildProcess;
  partitions: number;
}

describe('processes that relay and are killed or stopped under load', function () {
  this.timeout(180_000);
  let scene: RelayScene;
  let brokers: string;
  const nodes: Node[] = [];
  const read: KafkaMessage[] = [];
  const topics = [freshName('nodes'), freshName('nodes'), freshName('nodes')];
  let source: ReturnType<typeof createEventSource>;
  let reading: Promise<void>;

  before(async () => {
    brokers = process.env.KAFKA_BROKERS ?? '';
    scene = await openRelayScene();
    await ensureTopics({
      brokers,
      topics: topics.map((name) => ({ name, partitions: 4, replicationFactor: 1 })),
    });
    source = createEventSource({ brokers, groupId: freshName('group'), topics, fromBeginning: true });
    reading = source.run(async (message) => {
      read.push(message);
    });
  });
  after(async () => {
    for (const node of nodes) node.process.kill('SIGKILL');
    await source.stop();
    await reading;
    await scene.close();
  });

  const start = (): Node => {
    const child = spawn(process.execPath, [relayProcess, brokers, String(SESSION_TIMEOUT_MS)], {
      env: { ...process.env, DATABASE_URL: url() },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const node = { process: child, partitions: 0 };
    child.stdout.on('data', (chunk: Buffer) => {
      node.partitions = Number(/partitions (\d+)\n$/.exec(chunk.toString())?.[1] ?? node.partitions);
    });
    nodes.push(node);
    return node;
  };
  const url = (): string => {
    const { connectionString = '' } = scene.database.options;
    return connectionString;
  };
  const relays = (node: Node) => waitFor(() => (node.partitions > 0 ? true : undefined), 'a share', 30_000);
  const end = async (node: Node): Promise<void> => {
    const ended = once(node.process, 'exit');
    node.process.kill('SIGKILL');
    await ended;
  };

  it('lose no event, and reorder none of a case', async () => {
    const written: { id: string; topic: string; key: string }[] = [];
    let writing = true;
    const writer = (async () => {
      for (let n = 0; writing; n += 1) {
        const events = Array.from({ length: 5 }, (_, i) => ({
          ...event(`case-${(n * 5 + i) % 11}`),
          topic: topics[(n + i) % 3] as string,
        }));
        await scene.put(...events);
        written.push(...events);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();

    let [first, second] = [start(), start()];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([relays(first), relays(second)]);
      // Stopped for longer than its connection lives: the other takes over, and then it wakes.
      first.process.kill('SIGSTOP');
      await waitFor(() => (second.partitions === 32 ? true : undefined), 'the other to take over', 30_000);
      first.process.kill('SIGCONT');
      await waitFor(() => (second.partitions < 32 ? true : undefined), 'the woken one to join', 30_000);
      await end(second);
      second = start();
      [first, second] = [second, first];
    }
    writing = false;
    await writer;
    await scene.emptied();
    await waitFor(
      () => (checkOrder(written, read).missing.length === 0 ? true : undefined),
      'all events',
      30_000,
    );
    const { reordered, repeated } = checkOrder(written, read);
    process.stdout.write(`      ${written.length} events, ${repeated} repeated\n`);
    assert.deepEqual(reordered, []);
    assert.equal(await scene.deadLetters.count(), 0);
  });

  it('would be found out by the checker', () => {
    const written = ['1', '2', '3'].map((id) => ({ id, topic: 't', key: 'k' }));
    const message = (id: string): KafkaMessage => ({
      topic: 't',
      partition: 0,
      offset: 0,
      key: 'k',
      value: Buffer.alloc(0),
      headers: new Map([['ce_id', id]]),
    });
    const check = (...appear: string[]) => checkOrder(written, appear.map(message));
    assert.deepEqual(check('1', '2', '1', '3', '2'), { missing: [], reordered: [], repeated: 2 });
    assert.deepEqual(check('2', '1', '3'), { missing: [], reordered: ['2'], repeated: 0 });
    assert.deepEqual(check('1', '3'), { missing: ['2'], reordered: [], repeated: 0 });
  });
});
