import assert from 'node:assert/strict';
import type { EventProducer } from '../../src/kafka/producer.js';
import { createKafkaSink } from '../../src/outbox/kafka-sink.js';
import { event } from '../results/step.js';

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
    await sink.produce([{ ...outgoing, seq: '1' }]);
    await sink.produce([{ ...outgoing, seq: '2' }]);
    assert.equal(opened.length, 1);
    assert.deepEqual(opened[0]?.records[0], {
      topic: outgoing.topic,
      key: outgoing.key,
      value: outgoing.value,
      headers: [['ce_id', outgoing.id]],
    });
  });

  it('replaces a producer that met an error it cannot recover from', async () => {
    const sink = createKafkaSink(open);
    await sink.produce([{ ...event(), seq: '1' }]);
    (opened[0] as { fatal: boolean }).fatal = true;
    await sink.produce([{ ...event(), seq: '1' }]);
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
