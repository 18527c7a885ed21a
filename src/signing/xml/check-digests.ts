import { verify as cryptoVerify, timingSafeEqual } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { canonicalBytes } from './c14n.js';
import { digestOf } from './digest.js';
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
 * @returns the canonical form of the Body in UTF-8: from here on the only thing of it that may be read.
 *   Undefined when no Reference covers it.
 * @throws {SignatureRefused} `digest-value` with the name of the part.
 */
export function checkDigests(signature: ReadSignature): Buffer | undefined {
  let body: Buffer | undefined;
  for (const { part, element, prefixList, hash, digest } of signature.references) {
    const bytes = Buffer.from(canonicalBytes(element, prefixList), 'latin1');
    const computed = Buffer.from(digestOf(hash, bytes), 'base64');
    if (computed.length !== digest.length || !timingSafeEqual(computed, digest)) {
      throw new SignatureRefused('digest-value', part);
    }
    if (part === 'body') body = bytes;
  }
  return body;
}
