import type { SignatureAlgorithm } from '../signer.js';

/** Hash names as node:crypto calls them. */
export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** How one SignatureMethod is computed. */
export interface XmlSignatureAlgorithm {
  readonly uri: string;
  readonly algorithm: SignatureAlgorithm;
  readonly hash: HashName;
}

const more = 'http://www.w3.org/2001/04/xmldsig-more#';

/** The whole allow-list (RFC 4051 §2.3): what is not in here is refused, whatever the key could do. */
const signatureAlgorithms: readonly XmlSignatureAlgorithm[] = [
  { uri: `${more}rsa-sha256`, algorithm: 'rsa-v1_5-sha256', hash: 'sha256' },
  { uri: `${more}ecdsa-sha256`, algorithm: 'ecdsa-p256-sha256', hash: 'sha256' },
  { uri: `${more}rsa-sha384`, algorithm: 'rsa-v1_5-sha384', hash: 'sha384' },
  { uri: `${more}rsa-sha512`, algorithm: 'rsa-v1_5-sha512', hash: 'sha512' },
  { uri: `${more}ecdsa-sha384`, algorithm: 'ecdsa-p384-sha384', hash: 'sha384' },
];

/** Only for `wss-legacy-sha1`, and only to verify: a collision costs less than a case is worth (RFC 6194). */
const legacyRsaSha1: XmlSignatureAlgorithm = {
  uri: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  algorithm: 'rsa-v1_5-sha256',
  hash: 'sha1',
};

/** @returns undefined when the algorithm is not allowed. */
export function signatureAlgorithmOfUri(uri: string, acceptSha1 = false): XmlSignatureAlgorithm | undefined {
  if (acceptSha1 && uri === legacyRsaSha1.uri) return legacyRsaSha1;
  return signatureAlgorithms.find((known) => known.uri === uri);
}

/** @returns undefined when XML Signature has no allowed identifier for it. */
export function signatureAlgorithmNamed(algorithm: SignatureAlgorithm): XmlSignatureAlgorithm | undefined {
  return signatureAlgorithms.find((known) => known.algorithm === algorithm);
}

/** Digest of the parts that we sign. */
export const sha256Uri = 'http://www.w3.org/2001/04/xmlenc#sha256';

/** @returns undefined when the digest algorithm is not allowed. */
export function digestOfUri(uri: string, acceptSha1 = false): HashName | undefined {
  switch (uri) {
    case 'http://www.w3.org/2000/09/xmldsig#sha1':
      return acceptSha1 ? 'sha1' : undefined;
    case sha256Uri:
      return 'sha256';
    case `${more}sha384`:
      return 'sha384';
    case 'http://www.w3.org/2001/04/xmlenc#sha512':
      return 'sha512';
    default:
      return undefined;
  }
}
