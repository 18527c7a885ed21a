import { hash as oneShotHash } from 'node:crypto';
import type { HashName } from './algorithms.js';

/** Base64 of the digest: Node hands it over as a string in half the time that it needs for a Buffer. */
export function digestOf(hash: HashName, bytes: Uint8Array): string {
  return oneShotHash(hash, bytes, 'base64');
}
