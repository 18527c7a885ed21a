import type { KeyObject, X509Certificate } from 'node:crypto';

/** Names of RFC 9421 §6.2.2; every profile maps its own identifiers onto these. */
export type SignatureAlgorithm =
  | 'rsa-v1_5-sha256'
  | 'rsa-v1_5-sha384'
  | 'rsa-v1_5-sha512'
  | 'rsa-pss-sha512'
  | 'ecdsa-p256-sha256'
  | 'ecdsa-p384-sha384'
  | 'ed25519';

/**
 * Uses a private key without showing it. A file key today; a PKCS#11, HSM or KMS signer implements the same
 * two lines, so nothing above this interface may assume that signing is local, fast or synchronous.
 */
export interface Signer {
  /** Names the key to the receiver (`keyid`, `kid`). */
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  /** Present where the profile sends a certificate (WS-Security, `x5c`). */
  readonly certificate?: X509Certificate;
  /** Signs the bytes off the main thread. ECDSA values are IEEE P1363 `r‖s`, never DER. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** A partner's pinned public key. What a message says about its key only selects among these. */
export interface TrustedKey {
  /** The partner that holds the private key: a client id or a registry name. */
  readonly partner: string;
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  readonly publicKey: KeyObject;
  /** Present for keys pinned as certificates; its validity dates are checked at every use. */
  readonly certificate?: X509Certificate;
  /** Milliseconds since the epoch; a key is used only inside this window. */
  readonly notBefore?: number;
  readonly notAfter?: number;
}
