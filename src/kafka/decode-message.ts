import type { KafkaMessage } from '../client/event-source.js';
import type { NativeMessage } from './rdkafka.js';

/** A message that is skipped, without anything of its content. */
export interface RefusedMessage {
  readonly refused: 'duplicate-header' | 'malformed-header' | 'malformed-key';
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Raised while decoding, caught in `decodeMessage`. */
class Refusal extends Error {
  constructor(readonly reason: RefusedMessage['refused']) {
    super(reason);
  }
}

/**
 * A record as the gateway reads it; one without a value (a tombstone) has an empty one. Refused, and then skipped with its offset moved on:
 * - a header name that stands twice (`duplicate-header`). Kafka allows it, CloudEvents does not; two readers of
 *   which one takes the first `ce_id` and the other the last would see two different events;
 * - a header or key that is not UTF-8, or a header without a readable name (`malformed-header`, `malformed-key`).
 * Waiting for such a record to get better would stop its partition for good, so the owner is told and goes on.
 */
export function decodeMessage(native: NativeMessage): KafkaMessage | RefusedMessage {
  const { topic, partition, offset } = native;
  try {
    return {
      topic,
      partition,
      offset,
      key: decodeKey(native.key),
      value: native.value ?? new Uint8Array(0),
      headers: decodeHeaders(native.headers ?? []),
    };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.reason, topic, partition, offset };
    throw error;
  }
}

function decodeKey(key: NativeMessage['key']): string | null {
  if (key === null || key === undefined) return null;
  return typeof key === 'string' ? key : decodeText(key, 'malformed-key');
}

function decodeHeaders(native: NonNullable<NativeMessage['headers']>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const header of native) {
    // The binding sets the name as a property: `__proto__` becomes none, and is refused here.
    const [entry, ...others] = Object.entries(header);
    if (!entry || others.length > 0) throw new Refusal('malformed-header');
    const [name, value] = entry;
    if (headers.has(name)) throw new Refusal('duplicate-header');
    headers.set(name, typeof value === 'string' ? value : decodeText(value, 'malformed-header'));
  }
  return headers;
}

function decodeText(bytes: Uint8Array, reason: RefusedMessage['refused']): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(reason);
  }
}
