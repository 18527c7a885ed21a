import assert from 'node:assert/strict';
import type { EventProducer } from '../../src/kafka/producer.js';
import { createKafkaSink } from '../../src/outbox/kafka-sink.js';
import type { OutboxRow } from '../../src/outbox/outbox-store.js';
import { event } from '../results/step.js';

const row = (seq: string, outgoing = event()): OutboxRow => ({
  ...outgoing,
  seq,
  partition: 0,
  attempts: 0,
  createdAt: 0,
});

describe('the sink of the relay', () => {
  const opened: { fatal: boolean; closed: boolean; records: unknown[] }[] = [];
  const open = (): EventProducer => {
    const state = { fatal: false, closed: false, records: [] as unknown[] };
    opened.push(state);
    return {
      get fatal() {
        return state.fatal;
      },
      produce: async (records: readonly unknown[]) => {
        state.records.push(...records);
        return records.map(() => ({ delivered: true }));
      },
      close: async () => {
        state.closed = true;
      },
    } as unknown as EventProducer;
  };
  beforeEach(() => opened.splice(0));

  it('opens a producer at the first event, and uses it again', async () => {
    const sink = createKafkaSink(open);
    assert.equal(opened.length, 0);
    const outgoing = event('DIV-1');
    await sink.produce([row('1', outgoing)]);
    await sink.produce([row('2', outgoing)]);
    assert.equal(opened.length, 1);
    assert.deepEqual(opened[0]?.records[0], {
      topic: outgoing.topic,
      key: outgoing.key,
      value: outgoing.value,
      headers: [['ce_id', outgoing.id]],
    });
  });

  it('opens nothing any more once it is closed', async () => {
    const sink = createKafkaSink(open);
    await sink.close(1_000);
    assert.deepEqual(await sink.produce([row('1')]), [{ delivered: false, code: 'producer-closed' }]);
    assert.equal(opened.length, 0);
  });

  it('replaces a producer that met an error it cannot recover from', async () => {
    const sink = createKafkaSink(open);
    await sink.produce([row('1')]);
    (opened[0] as { fatal: boolean }).fatal = true;
    await sink.produce([row('1')]);
    assert.deepEqual(
      opened.map(({ closed, records }) => [closed, records.length]),
      [
        [true, 1],
        [false, 1],
      ],
    );
    await sink.close(1_000);
    assert.equal(opened[1]?.closed, true);
  });
});
