import { verify as cryptoVerify, hash as oneShotHash, timingSafeEqual } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { canonicalBytes } from './c14n.js';
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
 * @throws {SignatureRefused} `digest-value` with the name of the part; `coverage-body` when there is no Body.
 */
export function checkDigests(signature: ReadSignature): Buffer {
  let body: Buffer | undefined;
  for (const { part, element, prefixList, hash, digest } of signature.references) {
    const bytes = Buffer.from(canonicalBytes(element, prefixList), 'latin1');
    // Node makes a string of a digest in half the time that it needs for a Buffer.
    const computed = Buffer.from(oneShotHash(hash, bytes, 'base64'), 'base64');
    if (computed.length !== digest.length || !timingSafeEqual(computed, digest)) {
      throw new SignatureRefused('digest-value', part);
    }
    if (part === 'body') body = bytes;
  }
  if (body === undefined) throw new SignatureRefused('coverage-body');
  return body;
}
