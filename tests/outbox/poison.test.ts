import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { deadLetterTopic } from '../../src/outbox/dead-letter-notice.js';
import { findPackageRoot } from '../../src/package-root.js';
import type { OutgoingEvent } from '../../src/requests/request.js';
import { event } from '../results/step.js';
import { waitFor } from '../support/wait-for.js';
import { ids, openRelayScene, type RelayScene, ScriptedSink } from './relay-scene.js';

const HOUR_MS = 3_600_000;
const onTopic = (topic: string, key?: string): OutgoingEvent => ({ ...event(key), topic });

describe('an event that the broker will never take', () => {
  let scene: RelayScene;
  beforeEach(async () => {
    scene = await openRelayScene();
  });
  afterEach(() => scene.close());

  const toTopic = (topic: string) => scene.sink.delivered.filter((row) => row.topic === topic);
  const told = () => toTopic(deadLetterTopic);
  const age = (hours: number) =>
    scene.database.query(`update outbox set created_at = now() - $1 * interval '1 hour'`, [hours]);

  it('goes to the dead letters whole after three refusals, and those behind it go on', async () => {
    const [first, poison, third, other] = [event('a'), event('a'), event('a'), event('b')];
    await scene.put(first, poison, third, other);
    scene.sink.verdict = (row) => row.id !== poison.id || 'msg-size-too-large';
    const dead: unknown[] = [];
    scene.start({ onDeadLetter: (letter) => dead.push(letter) });
    await scene.emptied();
    assert.deepEqual(ids(toTopic(poison.topic)), [first.id, other.id, third.id]);
    assert.equal(scene.sink.seen.filter(({ id }) => id === poison.id).length, 3);
    assert.deepEqual(dead, [{ id: poison.id, topic: poison.topic, reason: 'msg-size-too-large' }]);
    const letter = await scene.deadLetters.find(poison.id);
    const { createdAt, deadAt, valueBytes: _, valueSha256: __, ...kept } = letter ?? assert.fail('no letter');
    assert.deepEqual(kept, { ...poison, reason: 'msg-size-too-large', attempts: 3 });
    assert.ok(createdAt <= deadAt);
  });

  it('goes alone once it was refused, so that its neighbours are cleared', async () => {
    const poison = event('poison');
    const neighbours = [event('a'), event('b'), event('c')];
    await scene.put(neighbours[0] as OutgoingEvent, poison, ...neighbours.slice(1));
    // As a broker does: the whole batch is refused.
    scene.sink.verdict = (_, call) =>
      !call.some(({ id }) => id === poison.id) || call[0]?.topic !== poison.topic || 'msg-size-too-large';
    scene.start();
    await scene.emptied();
    assert.deepEqual(ids(toTopic(poison.topic)), ids(neighbours));
    assert.deepEqual(ids(await scene.deadLetters.list({ limit: 10 })), [poison.id]);
    assert.deepEqual(
      scene.sink.calls.filter((call) => call.includes(poison.id)).map(({ length }) => length),
      [4, 1, 1],
    );
  });

  it('is told of on a topic of its own, by its contract and without its value', async () => {
    const poison = { ...event('DIV-7'), value: Buffer.from('{"givenName":"Arben"}') };
    const headers = { ...poison.headers, ce_type: 'ura.request.answered.v1', ce_subject: poison.id };
    await scene.put({ ...poison, headers });
    scene.sink.verdict = (row) => row.id !== poison.id || 'invalid-record';
    scene.start();
    await scene.emptied();
    const [notice] = told();
    assert.equal(notice?.key, 'DIV-7');
    assert.equal(notice.headers.ce_id, notice.id);
    assert.equal(notice.headers.ce_type, 'ura.event.dead-lettered.v1');
    assert.equal(notice.headers.ce_subject, poison.id);
    assert.match(notice.headers.ce_signature ?? '', /^[\w-]+\.\.[\w-]+$/);
    const value = JSON.parse(Buffer.from(notice.value).toString()) as Record<string, unknown>;
    const { createdAt: _, givenUpAt: __, ...said } = value;
    assert.deepEqual(said, {
      eventId: poison.id,
      eventType: 'ura.request.answered.v1',
      subject: poison.id,
      topic: poison.topic,
      key: 'DIV-7',
      reason: { code: 'invalid-record', detail: 'A rule of the topic refuses it.' },
      attempts: 3,
      valueBytes: 21,
      valueSha256: createHash('sha256').update(poison.value).digest('hex'),
    });
    assert.ok(!JSON.stringify([notice.headers, value]).includes('Arben'));
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    const schema = join(findPackageRoot(), 'contracts/events/dead-letter.v1.schema.json');
    assert.ok(ajv.validate(JSON.parse(readFileSync(schema, 'utf8')), value), ajv.errorsText());
  });

  it('stays in the table when nobody can be told', async () => {
    const poison = event();
    await scene.put(poison);
    scene.sink.verdict = (row) => (row.topic === deadLetterTopic ? 'unknown-topic' : 'msg-size-too-large');
    scene.start();
    await waitFor(() => scene.deadLetters.find(poison.id), 'the letter');
    const later = event();
    scene.sink.verdict = (row) => row.topic !== deadLetterTopic || 'unknown-topic';
    await scene.put(later);
    await waitFor(() => toTopic(later.topic)[0], 'the next event');
    assert.equal(await scene.left(), 1, 'the notice waits');
    // After its time the notice is dropped, not told of in turn.
    await scene.database.query(`update failing_topics set since = now() - interval '25 hours'`);
    await age(25);
    await scene.emptied();
    assert.equal(await scene.deadLetters.count(), 1);
  });

  it('is never one that met trouble of another kind, or of no known kind', async () => {
    const events = [event('a'), onTopic('oss.21.results.v1')];
    await scene.put(...events);
    await age(1000);
    scene.sink.verdict = (row) => (row.topic === 'oss.21.results.v1' ? 'some-new-code' : 'all-brokers-down');
    scene.start();
    await waitFor(() => (scene.failures.length > 20 ? true : undefined), 'many failures');
    assert.equal(await scene.deadLetters.count(), 0);
    assert.equal(await scene.left(), 2);
  });

  it('is each of a topic that cannot be written for a day, once it has waited a day itself', async () => {
    const [old, older] = [event('a'), event('b')];
    const [fresh, elsewhere] = [event('a'), onTopic('oss.21.results.v1')];
    await scene.put(old, older, elsewhere);
    await age(25);
    await scene.put(fresh);
    scene.sink.verdict = ({ topic }) => topic !== old.topic || 'topic-authorization-failed';
    scene.start();
    // Old events alone are no reason: the topic fails only since now.
    await waitFor(() => (scene.failures.length > 3 ? true : undefined), 'failures');
    assert.equal(await scene.deadLetters.count(), 0);
    await scene.database.query(`update failing_topics set since = now() - interval '24 hours'`);
    await waitFor(async () => ((await scene.deadLetters.count()) === 2 ? true : undefined), 'two letters');
    const letters = await scene.deadLetters.list({ limit: 10 });
    assert.deepEqual(ids(letters).toSorted(), [old.id, older.id].toSorted());
    assert.ok(letters.every(({ reason }) => reason === 'topic-authorization-failed'));
    await waitFor(() => told()[1], 'two notices');
    await waitFor(async () => ((await scene.left()) === 1 ? true : undefined), 'the fresh one alone to wait');
  });

  it('is counted over nodes and restarts: the time of a topic goes on', async () => {
    const { topic } = event();
    assert.ok((await scene.store.topicFails(topic, 'unknown-topic')) < 10_000);
    await scene.database.query(`update failing_topics set since = since - interval '3 hours'`);
    assert.ok((await scene.store.topicFails(topic, 'topic-authorization-failed')) >= 3 * HOUR_MS);
    // Another node, which never saw it fail, succeeds.
    await scene.put(event());
    scene.start();
    await scene.emptied();
    await waitFor(
      async () => ((await scene.store.failingTopics()).length === 0 ? true : undefined),
      'the note to go',
    );
  });

  it('moves to the dead letters at once with its notice, and not when another node was faster', async () => {
    const poison = event();
    await scene.put(poison);
    const session = await scene.partitions.join();
    const all = Array.from({ length: 32 }, (_, each) => each);
    const [row] = await session.next(all, [], { events: 1, eventsPerTopic: 1, bytesPerTopic: 1 });
    await session.leave();
    assert.ok(row);
    const burial = { row, reason: 'invalid-record', attempts: 3, at: Date.now() };
    await scene.database.query('alter table dead_letters rename to away');
    await assert.rejects(scene.deadLetters.bury({ ...burial, notice: onTopic(deadLetterTopic) }));
    await scene.database.query('alter table away rename to dead_letters');
    assert.equal(await scene.left(), 1);
    assert.equal(await scene.deadLetters.bury({ ...burial, notice: onTopic(deadLetterTopic) }), true);
    assert.equal(await scene.left(), 1, 'the notice');
    assert.equal(await scene.deadLetters.bury({ ...burial, notice: onTopic(deadLetterTopic) }), false);
    assert.equal(await scene.left(), 1, 'no second notice');
  });

  it('can be requeued: the same event, under the same id, behind those that wait', async () => {
    const poison = event('a');
    await scene.put(poison);
    scene.sink.verdict = (row) => row.id !== poison.id || 'msg-size-too-large';
    const relay = scene.start();
    await scene.emptied();
    await relay.stop();
    const later = event('a');
    await scene.put(later);
    assert.equal((await scene.deadLetters.requeue(poison.id))?.id, poison.id);
    assert.equal(await scene.deadLetters.requeue(poison.id), undefined);
    assert.equal(await scene.deadLetters.count(), 0);
    const sink = new ScriptedSink();
    scene.start({ sink });
    await scene.emptied();
    assert.deepEqual(ids(sink.delivered), [later.id, poison.id]);
    const { seq: _, partition: __, attempts, createdAt: ___, ...sent } = sink.delivered[1] ?? assert.fail();
    assert.deepEqual(sent, poison);
    assert.equal(attempts, 0);
  });
});
