import type { KafkaMessage } from '../../../src/client/event-source.js';
import type { EventSourceOptions } from '../../../src/kafka/consumer.js';
import { createEventSource } from '../../../src/kafka/consumer.js';

/**
 * Reads until `enough` says so, then stops the source: everything handled by then is committed.
 * @param handle what the handler does with a message before it counts as handled; may throw
 */
export async function collect(
  options: EventSourceOptions,
  enough: (handled: readonly KafkaMessage[]) => boolean,
  handle: (message: KafkaMessage) => Promise<void> = async () => {},
): Promise<readonly KafkaMessage[]> {
  const source = createEventSource(options);
  const handled: KafkaMessage[] = [];
  let stopped: Promise<void> | undefined;
  await source.run(async (message) => {
    await handle(message);
    handled.push(message);
    // Not awaited: stopping waits for this very handler.
    if (enough(handled)) stopped ??= source.stop();
  });
  await stopped;
  return handled;
}
