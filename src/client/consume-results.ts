import { consumeEvents, type EventsConsumer, type EventsConsumerOptions } from './consume-events.js';
import {
  type CaseEvent,
  isAboutCase,
  isAboutSubmission,
  type ResultEvent,
  readCaseEvent,
  readEvent,
  readSubmissionRefused,
  type SubmissionRefusedEvent,
} from './read-event.js';

/** What a consumer of results needs. */
export interface ResultsConsumerOptions extends EventsConsumerOptions {
  /** Does the municipality's work. When it rejects, the event comes again. */
  readonly handler: (event: ResultEvent) => Promise<void>;
  /** The same for the end of a case. Default: such events are verified and passed by. */
  readonly onCase?: (event: CaseEvent) => Promise<void>;
  /**
   * The same for a submission over Kafka that was not taken. Default: verified and passed by, which is right for
   * whoever submits over HTTP alone.
   */
  readonly onSubmissionRefused?: (event: SubmissionRefusedEvent) => Promise<void>;
}

/** A consumer of results at work. */
export type ResultsConsumer = EventsConsumer;

/**
 * Hands each result over effectively once: verify, skip what was seen, handle, remember, commit.
 *
 * ```ts
 * const consumer = consumeResults({
 *   source,
 *   gatewayKeys,
 *   seen: await seenInFile('/var/lib/oss/seen-events'),
 *   handler: async ({ value }) => cases.advance(value.caseId, value.state),
 *   onRefused: ({ code }, { topic, offset }) => alarm(code, topic, offset),
 * });
 * process.once('SIGTERM', () => consumer.stop());
 * await consumer.finished;
 * ```
 *
 * @throws {TypeError} when no gateway key is pinned.
 */
export function consumeResults(options: ResultsConsumerOptions): ResultsConsumer {
  return consumeEvents(options, async (message, findKey, now) => {
    if (isAboutCase(message)) {
      const event = await readCaseEvent(message, findKey, now);
      return { id: event.id, handle: async () => options.onCase?.(event) };
    }
    if (isAboutSubmission(message)) {
      const event = await readSubmissionRefused(message, findKey, now);
      return { id: event.id, handle: async () => options.onSubmissionRefused?.(event) };
    }
    const event = await readEvent(message, findKey, now);
    return { id: event.id, handle: () => options.handler(event) };
  });
}
