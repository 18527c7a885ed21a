import type { EventProducer } from '../kafka/producer.js';
import type { EventSink } from './send-in-order.js';

/** Sends outbox rows with a producer, and replaces the producer after an error it cannot recover from. */
export function createKafkaSink(
  open: () => EventProducer,
): EventSink & { close(timeoutMs: number): Promise<void> } {
  let producer: EventProducer | undefined;
  let closed = false;
  return {
    async produce(events) {
      // What comes late must not open a connection that nobody closes.
      if (closed) return events.map(() => ({ delivered: false, code: 'producer-closed' }));
      if (producer?.fatal) {
        const broken = producer;
        producer = undefined;
        await broken.close();
      }
      producer ??= open();
      return producer.produce(
        events.map(({ topic, key, value, headers }) => ({
          topic,
          key,
          value,
          headers: Object.entries(headers),
        })),
      );
    },
    /** Gives up what is not confirmed within the bound: it stays in the outbox and is sent again. */
    async close(timeoutMs) {
      closed = true;
      await producer?.close(timeoutMs);
    },
  };
}
