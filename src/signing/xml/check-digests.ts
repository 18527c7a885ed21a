import { verify as cryptoVerify, hash as oneShotHash, timingSafeEqual } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import type { HashName } from './algorithms.js';
import { canonicalBytes } from './c14n.js';
import { isAsciiText } from './decode-text.js';
import type { ReadSignature } from './read-signature.js';

/** The pinned key is of the right type and size already. @throws {SignatureRefused} `signature-value`. */
export function checkSignatureValue(signature: ReadSignature, key: TrustedKey): void {
  const signed = Buffer.from(canonicalBytes(signature.signedInfo, signature.prefixList), 'latin1');
  // IEEE P1363 has one length per curve, so a DER value never gets past this.
  const options = { key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  let holds = false;
  try {
    holds = cryptoVerify(signature.algorithm.hash, signed, options, signature.value);
  } catch {
    holds = false;
  }
  if (!holds) throw new SignatureRefused('signature-value');
}

/**
 * Compares each part with its digest.
 *
 * @returns the canonical form of the Body, as {@link canonicalBytes} gives it: from here on the only thing of it
 *   that may be read. Undefined when no Reference covers it.
 * @throws {SignatureRefused} `digest-value` with the name of the part.
 */
export function checkDigests(signature: ReadSignature): string | undefined {
  let body: string | undefined;
  for (const { part, element, prefixList, hash, digest } of signature.references) {
    const bytes = canonicalBytes(element, prefixList);
    const computed = digestOf(hash, bytes);
    if (computed.length !== digest.length || !timingSafeEqual(computed, digest)) {
      throw new SignatureRefused('digest-value', part);
    }
    if (part === 'body') body = bytes;
  }
  return body;
}

function digestOf(hash: HashName, bytes: string): Buffer {
  // Node hands a digest over as a string in half the time that it needs for a Buffer.
  return Buffer.from(oneShotHash(hash, isAsciiText(bytes) ? bytes : Buffer.from(bytes, 'latin1'), 'base64'), 'base64');
}
