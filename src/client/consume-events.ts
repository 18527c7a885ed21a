import { type Clock, systemClock } from '../clock.js';
import type { EventDecryptionKey } from '../signing/kafka-event/event-keys.js';
import { decryptEvent } from '../signing/profiles/kafka-event.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { TrustedKey } from '../signing/signer.js';
import type { EventSource, KafkaMessage } from './event-source.js';
import { EventRefused, type FindKey } from './read-event.js';
import type { SeenEvents } from './seen-events.js';

/** What every consumer of events needs. */
export interface EventsConsumerOptions {
  readonly source: EventSource;
  /** The gateway's pinned keys. Keep a retired key here until the topic holds nothing that it signed. */
  readonly gatewayKeys: readonly TrustedKey[];
  readonly seen: SeenEvents;
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
export interface EventsConsumer {
  /** Settles when the source has ended. */
  readonly finished: Promise<void>;
  /** Lets the handler finish, then leaves. */
  stop(): Promise<void>;
}

/** A verified event and what is done with it. */
export interface Handling {
  readonly id: string;
  readonly handle: () => Promise<void>;
}

/**
 * Takes events off a source, each effectively once: open, read, skip what was seen, handle, remember, commit.
 *
 * @param read verifies a message that is readable. @throws {EventRefused} out of it: the event is not handed over.
 * @throws {TypeError} when no gateway key is pinned.
 */
export function consumeEvents(
  options: EventsConsumerOptions,
  read: (message: KafkaMessage, findKey: FindKey, now: number) => Promise<Handling>,
): EventsConsumer {
  const { source, gatewayKeys, seen, onRefused, clock = systemClock } = options;
  if (gatewayKeys.length === 0) throw new TypeError('gatewayKeys is empty: no event could be verified');
  const keys = new Map(gatewayKeys.map((key) => [key.keyId, key]));
  const findKey = (keyId: string): TrustedKey | undefined => keys.get(keyId);
  const opened = (message: KafkaMessage): Promise<KafkaMessage> =>
    decryptEvent(message, options).catch((error: unknown) => {
      throw error instanceof SignatureRefused ? new EventRefused(error.code, error.where) : error;
    });
  const finished = source.run(async (message) => {
    let event: Handling;
    try {
      event = await read(await opened(message), findKey, clock.now());
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
