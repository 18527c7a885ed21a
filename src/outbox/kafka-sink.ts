import type { EventProducer } from '../kafka/producer.js';
import type { EventSink } from './relay.js';

/** Sends outbox rows with a producer, and replaces the producer after an error it cannot recover from. */
export function createKafkaSink(
  open: () => EventProducer,
): EventSink & { close(timeoutMs: number): Promise<void> } {
  let producer: EventProducer | undefined;
  return {
    async produce(events) {
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
      await producer?.close(timeoutMs);
    },
  };
}
