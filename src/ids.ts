import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';

/** Gives identifiers that nobody can guess and that sort by the time they were made. */
export interface Ids {
  /** A UUID version 7 (RFC 9562 §5.7), lower case, 36 characters. */
  next(): string;
}

/** UUIDv7 from a clock and a source of random bytes (default: the platform's CSPRNG). */
export function uuidV7(clock: Clock, random: (size: number) => Uint8Array = randomBytes): Ids {
  return {
    next() {
      const bytes = Buffer.alloc(16);
      bytes.writeUIntBE(clock.now(), 0, 6);
      bytes.set(random(10), 6);
      bytes[6] = ((bytes[6] as number) & 0x0f) | 0x70;
      bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
      return inGroups(bytes);
    },
  };
}

/** A UUID version 8 (RFC 9562 §5.8) out of SHA-256 over a list of texts: the same for the same list, always. */
export function uuidOf(...texts: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(texts)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return inGroups(bytes);
}

function inGroups(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
