import { verify as cryptoVerify, timingSafeEqual } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { canonicalPieces } from './c14n.js';
import { digestOf } from './digest.js';
import type { ReadSignature } from './read-signature.js';

/** The pinned key is of the right type and size already. @throws {SignatureRefused} `signature-value`. */
export function checkSignatureValue(signature: ReadSignature, key: TrustedKey): void {
  const pieces = canonicalPieces(signature.signedInfo, signature.prefixList);
  const signed = pieces[0] !== undefined && pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
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
 * @returns the canonical form of the Body, in pieces of UTF-8: from here on the only thing of it that may be read.
 *   Undefined when no Reference covers it.
 * @throws {SignatureRefused} `digest-value` with the name of the part.
 */
export function checkDigests(signature: ReadSignature): readonly Buffer[] | undefined {
  let body: readonly Buffer[] | undefined;
  for (const { part, element, prefixList, hash, digest } of signature.references) {
    const pieces = canonicalPieces(element, prefixList);
    const computed = Buffer.from(digestOf(hash, pieces), 'base64');
    if (computed.length !== digest.length || !timingSafeEqual(computed, digest)) {
      throw new SignatureRefused('digest-value', part);
    }
    if (part === 'body') body = pieces;
  }
  return body;
}
