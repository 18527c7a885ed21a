import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/clock.js';
import { uuidV7 } from '../../src/ids.js';
import {
  type DeadLetterView,
  listDeadLetters,
  settleDeadLetter,
  showDeadLetter,
} from '../../src/operator/dead-letters.js';
import type { OutgoingEvent } from '../../src/requests/request.js';
import { openRelayScene, type RelayScene } from '../outbox/relay-scene.js';
import { event } from '../results/step.js';

describe('operators and events that were given up', () => {
  let scene: RelayScene;
  const eventIds = uuidV7(systemClock);
  const poison = (topic: string): OutgoingEvent => {
    const made = { ...event('DIV-1'), id: eventIds.next() };
    return {
      ...made,
      topic,
      headers: { ...made.headers, ce_type: 'ura.request.answered.v1', ce_subject: made.id },
    };
  };

  beforeEach(async () => {
    scene = await openRelayScene();
    scene.sink.verdict = ({ topic }) => topic.startsWith('ura.') || 'msg-size-too-large';
  });
  afterEach(() => scene.close());

  /** One after the other, so that their ids sort as they were made. */
  const giveUp = async (...topics: string[]): Promise<string[]> => {
    const events: OutgoingEvent[] = [];
    for (const topic of topics) {
      events.push(poison(topic));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await scene.put(...events);
    const relay = scene.start();
    await scene.emptied();
    await relay.stop();
    return events.map(({ id }) => id);
  };

  it('are listed page by page, by topic, in the order of their making', async () => {
    const given = await giveUp('oss.20.results.v1', 'oss.21.results.v1', 'oss.20.results.v1');
    const seen = ({ letters }: { letters: readonly DeadLetterView[] }) => letters.map(({ id }) => id);
    assert.deepEqual(seen(await listDeadLetters(scene.deadLetters)), given);
    const first = await listDeadLetters(scene.deadLetters, { limit: 2 });
    assert.deepEqual(seen(first), given.slice(0, 2));
    const rest = await listDeadLetters(scene.deadLetters, { limit: 2, after: first.next ?? assert.fail() });
    assert.deepEqual(seen(rest), given.slice(2));
    assert.equal(rest.next, undefined);
    assert.deepEqual(
      seen(await listDeadLetters(scene.deadLetters, { topic: 'oss.21.results.v1' })),
      given.slice(1, 2),
    );
    await assert.rejects(listDeadLetters(scene.deadLetters, { limit: 0 }), RangeError);
    await assert.rejects(listDeadLetters(scene.deadLetters, { after: "'" }), RangeError);
  });

  it('are shown without their value', async () => {
    const [id = ''] = await giveUp('oss.20.results.v1');
    const view = await showDeadLetter(scene.deadLetters, id);
    const { createdAt: _, givenUpAt: __, valueSha256, ...shown } = view ?? assert.fail();
    assert.deepEqual(shown, {
      id,
      type: 'ura.request.answered.v1',
      subject: id,
      topic: 'oss.20.results.v1',
      key: 'DIV-1',
      reason: { code: 'msg-size-too-large', detail: 'It is larger than the topic or the client takes.' },
      attempts: 3,
      valueBytes: 20,
    });
    assert.match(valueSha256, /^[0-9a-f]{64}$/);
    assert.ok(!JSON.stringify(view).includes('answered"}'));
    assert.equal(await showDeadLetter(scene.deadLetters, randomUUID()), undefined);
    assert.equal(await showDeadLetter(scene.deadLetters, 'nonsense'), undefined);
  });

  it('are requeued together with the record of it, or not at all', async () => {
    const [id = ''] = await giveUp('oss.20.results.v1');
    const failing = settleDeadLetter(scene.deadLetters, id, 'requeue', async () => {
      throw new Error('no record');
    });
    await assert.rejects(failing, /no record/);
    assert.equal(await scene.deadLetters.count(), 1);
    assert.equal(await scene.left(), 0);
    const records: string[] = [];
    const record = async (_: unknown, letter: DeadLetterView) => {
      records.push(letter.id);
    };
    // Two operators at once: one of them does it.
    const done = await Promise.all([
      settleDeadLetter(scene.deadLetters, id, 'requeue', record),
      settleDeadLetter(scene.deadLetters, id, 'requeue', record),
    ]);
    assert.equal(done.filter((view) => view?.id === id).length, 1);
    assert.deepEqual(records, [id]);
    assert.equal(await scene.left(), 1);
    assert.equal(await settleDeadLetter(scene.deadLetters, 'nonsense', 'requeue', record), undefined);
  });

  it('are discarded together with the record of it, and never delivered', async () => {
    const [id = '', kept] = await giveUp('oss.20.results.v1', 'oss.20.results.v1');
    const failing = settleDeadLetter(scene.deadLetters, id, 'discard', async () => {
      throw new Error('no record');
    });
    await assert.rejects(failing, /no record/);
    assert.equal(await scene.deadLetters.count(), 2);
    const gone = await settleDeadLetter(scene.deadLetters, id, 'discard', async () => {});
    assert.equal(gone?.id, id);
    assert.equal(await scene.left(), 0);
    const { letters } = await listDeadLetters(scene.deadLetters);
    assert.deepEqual(
      letters.map((letter) => letter.id),
      [kept],
    );
  });
});
