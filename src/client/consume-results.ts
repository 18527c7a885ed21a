import { type Clock, systemClock } from '../clock.js';
import type { EventDecryptionKey } from '../signing/kafka-event/event-keys.js';
import { decryptEvent } from '../signing/profiles/kafka-event.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { TrustedKey } from '../signing/signer.js';
import type { EventSource, KafkaMessage } from './event-source.js';
import {
  type CaseEvent,
  EventRefused,
  isAboutCase,
  type ResultEvent,
  readCaseEvent,
  readEvent,
} from './read-event.js';
import type { SeenEvents } from './seen-events.js';

/** What a consumer of results needs. */
export interface ResultsConsumerOptions {
  readonly source: EventSource;
  /** The gateway's pinned keys. Keep a retired key here until the topic holds nothing that it signed. */
  readonly gatewayKeys: readonly TrustedKey[];
  readonly seen: SeenEvents;
  /** Does the municipality's work. When it rejects, the event comes again. */
  readonly handler: (event: ResultEvent) => Promise<void>;
  /** The same for the end of a case. Default: such events are verified and passed by. */
  readonly onCase?: (event: CaseEvent) => Promise<void>;
  /**
   * An event that was not handed over. When this resolves, the event is passed by, so keep it; when it rejects,
   * the event comes again and its partition waits, which is right while a key is only missing here.
   */
  readonly onRefused: (refusal: EventRefused, message: KafkaMessage) => Promise<void> | void;
  readonly clock?: Clock;
  /** The municipality's own keys, where it lets its events be encrypted; several at once for a change of keys. */
  readonly decryptionKeys?: readonly EventDecryptionKey[];
  /** Refuses events that are not encrypted. Default false: older events of the topic may be readable. */
  readonly requiresEncryption?: boolean;
}

/** A consumer at work. */
export interface ResultsConsumer {
  /** Settles when the source has ended. */
  readonly finished: Promise<void>;
  /** Lets the handler finish, then leaves. */
  stop(): Promise<void>;
}

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
  const { source, gatewayKeys, seen, handler, onRefused, clock = systemClock } = options;
  if (gatewayKeys.length === 0) throw new TypeError('gatewayKeys is empty: no event could be verified');
  const keys = new Map(gatewayKeys.map((key) => [key.keyId, key]));
  const opened = (message: KafkaMessage): Promise<KafkaMessage> =>
    decryptEvent(message, options).catch((error: unknown) => {
      throw error instanceof SignatureRefused ? new EventRefused(error.code, error.where) : error;
    });
  const finished = source.run(async (message) => {
    const findKey = (keyId: string): TrustedKey | undefined => keys.get(keyId);
    let event: { id: string; handle: () => Promise<void> };
    try {
      const readable = await opened(message);
      if (isAboutCase(readable)) {
        const read = await readCaseEvent(readable, findKey, clock.now());
        event = { id: read.id, handle: async () => options.onCase?.(read) };
      } else {
        const read = await readEvent(readable, findKey, clock.now());
        event = { id: read.id, handle: () => handler(read) };
      }
    } catch (error) {
      if (!(error instanceof EventRefused)) throw error;
      await onRefused(error, message);
      return;
    }
    if (await seen.has(event.id)) return;
    await event.handle();
    await seen.add(event.id);
  });
  return { finished, stop: () => source.stop() };
}
