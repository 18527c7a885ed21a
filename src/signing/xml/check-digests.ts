import { verify as cryptoVerify } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { canonicalPieces } from './c14n.js';
import { digestOf } from './digest.js';
import { type Piece, passingBytes } from './pieces.js';
import type { ReadSignature } from './read-signature.js';

/** The pinned key is of the right type and size already. @throws {SignatureRefused} `signature-value`. */
export function checkSignatureValue(signature: ReadSignature, key: TrustedKey): void {
  const signed = passingBytes(canonicalPieces(signature.signedInfo, signature.prefixList));
  const { publicKey } = key;
  // IEEE P1363 has one length per curve, so a DER value never gets past this.
  const options =
    publicKey.asymmetricKeyType === 'rsa'
      ? publicKey
      : ({ key: publicKey, dsaEncoding: 'ieee-p1363' } as const);
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
 * @returns the canonical form of the Body, in pieces: from here on the only thing of it that may be read.
 *   Undefined when no Reference covers it.
 * @throws {SignatureRefused} `digest-value` with the name of the part.
 */
export function checkDigests(signature: ReadSignature): readonly Piece[] | undefined {
  let body: readonly Piece[] | undefined;
  for (const { part, element, prefixList, hash, digest } of signature.references) {
    const pieces = canonicalPieces(element, prefixList);
    if (!sameText(digestOf(hash, pieces), digest)) throw new SignatureRefused('digest-value', part);
    if (part === 'body') body = pieces;
  }
  return body;
}

/** In a time that depends on the lengths alone. Both are canonical base64, so equal texts are equal bytes. */
function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let differences = 0;
  for (let i = 0; i < a.length; i++) differences |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return differences === 0;
}
