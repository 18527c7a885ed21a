import { consumeEvents, type EventsConsumer, type EventsConsumerOptions } from './consume-events.js';
import {
  type ApplicationEvent,
  type ApplicationStateEvent,
  isAboutState,
  readApplicationEvent,
  readApplicationStateEvent,
} from './read-event.js';

/** What a consumer of applications needs: a municipality handles new ones, an institution with counters states. */
export interface ApplicationsConsumerOptions extends EventsConsumerOptions {
  /** A counter took an application in. When it rejects, the event comes again. Default: passed by once verified. */
  readonly onSubmitted?: (event: ApplicationEvent) => Promise<void>;
  /** The municipality said where one stands. The same holds. */
  readonly onState?: (event: ApplicationStateEvent) => Promise<void>;
}

/** A consumer of applications at work. */
export type ApplicationsConsumer = EventsConsumer;

/**
 * Hands the events of `oss.<party>.applications.v1` over effectively once, as {@link consumeResults} does results.
 * An event stands on the topic of whom it tells: the municipality of a new application, the counter's institution
 * of a state. One that was moved to another party's topic is refused.
 *
 * ```ts
 * const consumer = consumeApplications({
 *   source,
 *   gatewayKeys,
 *   seen: await seenInFile('/var/lib/oss/seen-applications'),
 *   onSubmitted: async ({ value }) => desk.take(value.applicationId, value.service, value.form),
 *   onRefused: ({ code }, { topic, offset }) => alarm(code, topic, offset),
 * });
 * ```
 *
 * @throws {TypeError} when no gateway key is pinned, or there is no handler at all.
 */
export function consumeApplications(options: ApplicationsConsumerOptions): ApplicationsConsumer {
  const { onSubmitted, onState } = options;
  if (!onSubmitted && !onState)
    throw new TypeError('neither onSubmitted nor onState is there: nobody listens');
  return consumeEvents(options, async (message, findKey, now) => {
    if (isAboutState(message)) {
      const event = await readApplicationStateEvent(message, findKey, now);
      return { id: event.id, handle: async () => onState?.(event) };
    }
    const event = await readApplicationEvent(message, findKey, now);
    return { id: event.id, handle: async () => onSubmitted?.(event) };
  });
}
