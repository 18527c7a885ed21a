import { randomUUID } from 'node:crypto';
import { openOwnClient } from '../../src/cli/own-client.js';
import { type ResultEvent, readEvent } from '../../src/client/read-event.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { waitFor } from './wait-for.js';

/** Every verified result event of one municipality as it stands in Kafka, repetitions included. */
export interface CollectedResults {
  /** All deliveries about one request. */
  of(requestId: string): readonly ResultEvent[];
  /** The first delivery about a request, once it is there. */
  next(requestId: string, timeoutMs?: number): Promise<ResultEvent>;
  stop(): Promise<void>;
}

/** Listens from the beginning of the topic; events signed by other keys belong to other runs and are left out. */
export async function collectResults(
  variables: Readonly<Record<string, string>>,
  municipality: '20' | '21' = '20',
): Promise<CollectedResults> {
  const { gatewayKeys } = await openOwnClient(variables, { municipality });
  const keys = new Map(gatewayKeys.map((key) => [key.keyId, key]));
  const events: ResultEvent[] = [];
  const source = createEventSource({
    brokers: variables.KAFKA_BROKERS as string,
    groupId: `test-${randomUUID()}`,
    topics: [`oss.${municipality}.results.v1`],
    fromBeginning: true,
  });
  const finished = source.run(async (message) => {
    const event = await readEvent(message, (keyId) => keys.get(keyId), Date.now()).catch(() => undefined);
    if (event) events.push(event);
  });
  const of = (requestId: string): ResultEvent[] => events.filter(({ subject }) => subject === requestId);
  return {
    of,
    next: (requestId, timeoutMs = 30_000) =>
      waitFor(() => of(requestId)[0], `an event about ${requestId}`, timeoutMs),
    async stop() {
      await source.stop();
      await finished;
    },
  };
}
