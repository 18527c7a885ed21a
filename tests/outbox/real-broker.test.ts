import assert from 'node:assert/strict';
import type { KafkaMessage } from '../../src/client/event-source.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { createProducer } from '../../src/kafka/producer.js';
import { ensureTopics } from '../../src/kafka/topics.js';
import { settleDeadLetter } from '../../src/operator/dead-letters.js';
import { deadLetterTopic } from '../../src/outbox/dead-letter-notice.js';
import { createKafkaSink } from '../../src/outbox/kafka-sink.js';
import type { OutgoingEvent } from '../../src/requests/request.js';
import { event } from '../results/step.js';
import { freshName, realBroker } from '../support/kafka/brokers-under-test.js';
import { checkOrder } from '../support/kafka/order-on-topics.js';
import { type OwnBroker, startOwnBroker } from '../support/kafka/own-broker.js';
import { waitFor } from '../support/wait-for.js';
import { openRelayScene, type RelayScene } from './relay-scene.js';

/** Runs where a real broker is wanted at all; it starts its own, because it has to end it. */
describe('the relay and a real broker', function () {
  this.timeout(180_000);
  let broker: OwnBroker | undefined;
  let scene: RelayScene;
  let sink: ReturnType<typeof createKafkaSink>;
  let source: ReturnType<typeof createEventSource> | undefined;
  const read: KafkaMessage[] = [];
  const topics: string[] = [];

  before(async function () {
    if (!realBroker) {
      process.stdout.write('    skipped: KAFKA_BROKERS is not set, so no real broker is asked for\n');
      return this.skip();
    }
    broker = await startOwnBroker();
  });
  beforeEach(async () => {
    scene = await openRelayScene();
    sink = createKafkaSink(() => createProducer({ brokers: brokers() }));
    topics.splice(0, topics.length, freshName('a'), freshName('b'), freshName('c'));
    read.length = 0;
  });
  afterEach(async () => {
    await sink?.close(1_000);
    await scene?.close();
    await source?.stop();
    source = undefined;
  });
  after(() => broker?.remove());

  const brokers = (): string => broker?.brokers ?? '';
  const make = (names: readonly string[], config: Record<string, string> = {}) =>
    ensureTopics({
      brokers: brokers(),
      topics: names.map((name) => ({ name, partitions: 3, replicationFactor: 1, config })),
    });
  const listen = (...more: string[]): void => {
    source = createEventSource({
      brokers: brokers(),
      groupId: freshName('group'),
      topics: [...topics, ...more],
      fromBeginning: true,
    });
    void source.run(async (message) => {
      read.push(message);
    });
  };
  const on = (topic: string | undefined, key: string, bytes = 20): OutgoingEvent => ({
    ...event(key),
    topic: topic ?? '',
    value: Buffer.alloc(bytes, 'x'),
  });
  const several = (count: number): OutgoingEvent[] =>
    Array.from({ length: count }, (_, n) => on(topics[n % 3], `case-${n % 40}`));
  const arrived = (written: readonly OutgoingEvent[]) =>
    waitFor(() => (checkOrder(written, read).missing.length === 0 ? true : undefined), 'all events', 60_000);

  it('loses no event and no order while it is away, and sends by itself what waited', async () => {
    await make(topics);
    const written = several(60);
    await scene.put(...written);
    scene.start({ sink }, { retryMs: 200 });
    await scene.emptied();
    await broker?.stop();
    const meanwhile = several(1_200);
    await scene.put(...meanwhile);
    written.push(...meanwhile);
    await waitFor(() => scene.failures[2], 'failures', 90_000);
    assert.equal(await scene.left(), meanwhile.length);
    await broker?.start();
    listen();
    await waitFor(async () => ((await scene.left()) === 0 ? true : undefined), 'an empty outbox', 60_000);
    await arrived(written);
    assert.deepEqual(checkOrder(written, read).reordered, []);
    assert.equal(await scene.deadLetters.count(), 0);
  });

  it('waits for a topic that does not exist, while others go on, until somebody makes it', async () => {
    const missing = topics[2] as string;
    await make(topics.slice(0, 2));
    const written = several(90);
    await scene.put(...written);
    scene.start({ sink }, { retryMs: 200 });
    await waitFor(async () => ((await scene.left()) === 30 ? true : undefined), 'the others', 30_000);
    await waitFor(
      async () => ((await scene.store.failingTopics()).includes(missing) ? true : undefined),
      'the note of it',
      90_000,
    );
    await make([missing]);
    listen();
    await arrived(written);
    await waitFor(
      async () => ((await scene.store.failingTopics()).length === 0 ? true : undefined),
      'the note to go',
    );
    assert.deepEqual(checkOrder(written, read).reordered, []);
  });

  it('refuses what is too large: that is given up and told, and its neighbours arrive', async () => {
    const topic = topics[0] as string;
    await make([topic], { 'max.message.bytes': '10000' });
    await make([...topics.slice(1), deadLetterTopic]);
    const tooLarge = { ...on(topic, 'case-1'), value: Buffer.from(randomText(50_000)) };
    const forNobody = { ...on(topics[1], 'case-1'), value: Buffer.from(randomText(1_200_000)) };
    const neighbours = Array.from({ length: 30 }, (_, n) => on(topics[n % 2], `case-${n % 5}`));
    await scene.put(...neighbours.slice(0, 10), tooLarge, forNobody, ...neighbours.slice(10));
    scene.start({ sink }, { retryMs: 200 });
    listen(deadLetterTopic);
    await arrived(neighbours);
    await scene.emptied();
    const told = await waitFor(() => {
      const ofTopic = read.filter((message) => message.topic === deadLetterTopic);
      return ofTopic.length === 2 ? ofTopic : undefined;
    }, 'two notices');
    assert.deepEqual(
      told.map(({ headers }) => headers.get('ce_subject')).toSorted(),
      [tooLarge.id, forNobody.id].toSorted(),
    );
    assert.deepEqual(checkOrder(neighbours, read).reordered, []);
    assert.equal(await scene.deadLetters.count(), 2);
    assert.equal((await scene.deadLetters.find(tooLarge.id))?.reason, 'msg-size-too-large');

    // Requeued without a change it comes back; no event is lost by trying.
    assert.ok(await settleDeadLetter(scene.deadLetters, tooLarge.id, 'requeue', async () => {}));
    await waitFor(() => scene.deadLetters.find(tooLarge.id), 'the letter to come back');
  });

  it('makes the topics that it may when it refuses one of them', async () => {
    const wanted = [topics[0] as string, 'not a name!', topics[1] as string];
    await assert.rejects(make(wanted), { code: 'topic-exception' });
    assert.deepEqual((await make(topics)).created, [topics[2]]);
  });
});

/** Does not shrink by compression. */
function randomText(length: number): string {
  return Array.from({ length: length / 10 }, () =>
    Math.random().toString(36).slice(2, 12).padEnd(10, '0'),
  ).join('');
}
