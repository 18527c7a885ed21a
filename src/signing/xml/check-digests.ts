import { verify as cryptoVerify, hash as oneShotHash, timingSafeEqual } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { canonicalize } from './c14n.js';
import type { PartName } from './locate-parts.js';
import type { ReadSignature } from './read-signature.js';

/** The pinned key is of the right type and size already. @throws {SignatureRefused} `signature-value`. */
export function checkSignatureValue(signature: ReadSignature, key: TrustedKey): void {
  const signed = Buffer.from(canonicalize(signature.signedInfo, signature.prefixList));
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
 * @returns the canonical form of every part: from here on the only thing that may be read.
 * @throws {SignatureRefused} `digest-value` with the name of the part.
 */
export function checkDigests(signature: ReadSignature): ReadonlyMap<PartName, string> {
  const canonical = new Map<PartName, string>();
  for (const { part, element, prefixList, hash, digest } of signature.references) {
    const bytes = canonicalize(element, prefixList);
    const computed = oneShotHash(hash, bytes, 'buffer');
    if (computed.length !== digest.length || !timingSafeEqual(computed, digest)) {
      throw new SignatureRefused('digest-value', part);
    }
    canonical.set(part, bytes);
  }
  return canonical;
}
