import { setTimeout as sleep } from 'node:timers/promises';
import { applicationsTopic } from '../applications/application-event.js';
import type { Config } from '../config/config.js';
import type { KafkaConnection } from '../kafka/rdkafka.js';
import { ensureTopics } from '../kafka/topics.js';
import { deadLetterTopic } from '../outbox/dead-letter-notice.js';
import { resultsTopic } from '../results/result-event.js';
import { intakeTopics } from './intake.js';

const RETRY_MS = 5_000;

export interface Topics {
  /** Makes what this configuration needs and nobody made before; resolves when it is there, or on `stop`. */
  plan(config: Config): Promise<void>;
  stop(): void;
}

/**
 * Sees to it that Kafka has the topics that the gateway writes and reads. In the background: a broker that is down must
 * not keep the gateway from accepting requests.
 *
 * @param onFailure told of each attempt that failed; it is repeated.
 */
export function composeTopics(
  kafka: KafkaConnection,
  settings: { readonly partitions: number; readonly replicationFactor: number },
  onFailure: (error: Error) => void,
): Topics {
  const stopped = new AbortController();
  const planned = new Set<string>();
  return {
    async plan(config) {
      const fresh = topicsOf(config).filter((name) => !planned.has(name));
      if (fresh.length === 0) return;
      for (const name of fresh) planned.add(name);
      const topics = fresh.map((name) => ({ name, ...settings }));
      while (!stopped.signal.aborted) {
        try {
          await ensureTopics({ ...kafka, topics });
          return;
        } catch (error) {
          onFailure(error as Error);
          await sleep(RETRY_MS, undefined, { signal: stopped.signal }).catch(() => {});
        }
      }
    },
    stop: () => stopped.abort(),
  };
}

function topicsOf(config: Config): string[] {
  const ofClients = config.clients.flatMap(({ municipality }) => [
    resultsTopic(municipality),
    applicationsTopic(municipality),
  ]);
  return [...new Set([deadLetterTopic, ...ofClients, ...intakeTopics(config)])];
}
