import { hash, timingSafeEqual } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';

/** Value of the field Digest (RFC 3230 §4.3.2, RFC 5843 §2.2) for a body, also for an empty one. */
export function digestField(body: Uint8Array): string {
  return `SHA-256=${hash('sha256', body, 'base64')}`;
}

/**
 * Compares a Digest field with the body. One value, SHA-256 (RFC 3230: its name in any case), canonical base64;
 * a list of several digests is refused, because two readers could go by different ones.
 *
 * @returns SHA-256 of the body, base64.
 * @throws {SignatureRefused} `modi-digest-malformed` or `modi-digest-mismatch`.
 */
export function requireDigest(value: string, body: Uint8Array): string {
  const base64 = /^sha-256=([A-Za-z0-9+/]{43}=)$/i.exec(value)?.[1];
  const claimed = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
  if (claimed === undefined || claimed.toString('base64') !== base64) {
    throw new SignatureRefused('modi-digest-malformed');
  }
  if (!timingSafeEqual(claimed, hash('sha256', body, 'buffer'))) {
    throw new SignatureRefused('modi-digest-mismatch');
  }
  return claimed.toString('base64');
}
