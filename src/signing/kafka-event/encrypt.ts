import { CompactEncrypt } from 'jose';
import { type EventRecipient, encryptionOf } from './event-keys.js';

/** Explicit type of an encrypted event (RFC 8725 §3.11). */
export const encryptedEventType = 'ura-event+jwe';
/** What is inside: one line with a detached JWS, then the bytes that it signs. */
export const signedEventContent = 'ura-signed-event';
/** Content type of a Kafka record whose value is a compact JWE (RFC 7515 §9.2.1). */
export const encryptedMediaType = 'application/jose';

const lineFeed = 0x0a;

/**
 * Encrypts a signed event for one municipality (RFC 7516, A256GCM).
 *
 * @param signature detached JWS over `value`.
 * @returns the compact JWE, ASCII.
 */
export async function encryptSigned(
  signature: string,
  value: Uint8Array,
  { keyId, publicKey }: EventRecipient,
): Promise<Uint8Array> {
  const inside = Buffer.concat([Buffer.from(signature), Buffer.of(lineFeed), value]);
  const jwe = await new CompactEncrypt(inside)
    .setProtectedHeader({
      alg: encryptionOf(publicKey),
      enc: 'A256GCM',
      kid: keyId,
      typ: encryptedEventType,
      cty: signedEventContent,
    })
    .encrypt(publicKey);
  return Buffer.from(jwe);
}

/** Takes apart what {@link encryptSigned} put together. @returns undefined when there is no such line. */
export function splitSigned(
  inside: Uint8Array,
): { readonly signature: string; readonly value: Uint8Array } | undefined {
  const end = inside.indexOf(lineFeed);
  if (end <= 0) return undefined;
  const signature = Buffer.from(inside.subarray(0, end)).toString('latin1');
  if (!/^[A-Za-z0-9_-]+\.\.[A-Za-z0-9_-]+$/.test(signature)) return undefined;
  return { signature, value: inside.subarray(end + 1) };
}
