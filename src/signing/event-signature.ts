import type { FindKey } from './http-sig/trust-signature.js';
import { signDetached, type VerifiedJws, verifyDetached } from './jws-detached.js';
import type { Signer } from './signer.js';

/** Explicit type of an event's signature (RFC 8725 §3.11). */
export const eventSignatureType = 'ura-event+jws';

/** CloudEvents attributes that the signature of an event binds to its value. */
export const boundEventHeaders = [
  'ce_id',
  'ce_source',
  'ce_type',
  'ce_subject',
  'ce_time',
  'ce_dataschema',
] as const;

/** The bound attributes, as the Kafka headers carry them. */
export type EventHeaders = Readonly<Record<(typeof boundEventHeaders)[number], string>>;

/**
 * Value of the header `ce_signature`: a detached JWS over the bytes of the value, with the attributes in
 * `boundEventHeaders` as parameters of its protected header, so that neither can be exchanged.
 *
 * @param now milliseconds since the epoch.
 */
export function signEvent(
  headers: EventHeaders,
  value: Uint8Array,
  signer: Signer,
  { now }: { readonly now: number },
): Promise<string> {
  return signDetached(value, signer, { typ: eventSignatureType, now, bound: boundOf(headers) });
}

/**
 * Verifies `ce_signature` against the value and the attributes that came with it.
 *
 * @throws {SignatureRefused} with the exact code.
 */
export function verifyEvent(
  headers: EventHeaders & { readonly ce_signature: string },
  value: Uint8Array,
  findKey: FindKey,
  { now }: { readonly now: number },
): Promise<VerifiedJws> {
  const bound = boundOf(headers);
  return verifyDetached(headers.ce_signature, value, findKey, { typ: eventSignatureType, now, bound });
}

function boundOf(headers: EventHeaders): Record<string, string> {
  return Object.fromEntries(boundEventHeaders.map((name) => [name, headers[name]]));
}
