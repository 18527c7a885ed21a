import { randomUUID } from 'node:crypto';
import { openOwnClient } from '../../src/cli/own-client.js';
import { type CaseEvent, consumeResults, type ResultEvent, seenInMemory } from '../../src/client/index.js';
import { createEventSource } from '../../src/kafka/consumer.js';
import { waitFor } from './wait-for.js';

/** Events of one municipality about cases and requests, in the order in which they stand in Kafka. */
export interface CollectedCases {
  readonly all: readonly (CaseEvent | ResultEvent)[];
  /** Ends of a case so far. */
  of(id: string): readonly CaseEvent[];
  /** The end of a case that has so many by then. */
  next(id: string, count?: number): Promise<CaseEvent>;
  stop(): Promise<void>;
}

export async function collectCases(variables: Readonly<Record<string, string>>): Promise<CollectedCases> {
  const { gatewayKeys } = await openOwnClient(variables, { municipality: '20' });
  const all: (CaseEvent | ResultEvent)[] = [];
  const cases: CaseEvent[] = [];
  const consumer = consumeResults({
    source: createEventSource({
      brokers: variables.KAFKA_BROKERS as string,
      groupId: `test-${randomUUID()}`,
      topics: ['oss.20.results.v1'],
      fromBeginning: true,
    }),
    gatewayKeys,
    seen: seenInMemory(),
    handler: async (event) => {
      all.push(event);
    },
    onCase: async (event) => {
      all.push(event);
      cases.push(event);
    },
    // Other tests of this run use other keys on the same broker.
    onRefused: () => {},
  });
  const of = (id: string): CaseEvent[] => cases.filter(({ subject }) => subject === id);
  return {
    all,
    of,
    next: (id, count = 1) => waitFor(() => of(id)[count - 1], `event ${count} of case ${id}`, 30_000),
    stop: () => consumer.stop(),
  };
}
