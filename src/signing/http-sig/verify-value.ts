import { constants, type KeyObject, verify } from 'node:crypto';
import { SignatureRefused } from '../refusals.js';
import type { SignatureAlgorithm, TrustedKey } from '../signer.js';

/**
 * Verifies one signature value over bytes, on the calling thread. ECDSA values are IEEE P1363 `r‖s` of the exact
 * length (RFC 9421 §3.3.4); a DER value does not verify. RSASSA-PSS uses MGF1 with SHA-512 and a salt of 64
 * bytes (§3.3.1).
 */
export function verifyValue(
  algorithm: SignatureAlgorithm,
  publicKey: KeyObject,
  data: Uint8Array,
  value: Uint8Array,
): boolean {
  switch (algorithm) {
    case 'ecdsa-p256-sha256':
      return (
        value.length === 64 && verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, value)
      );
    case 'ecdsa-p384-sha384':
      return (
        value.length === 96 && verify('sha384', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, value)
      );
    case 'ed25519':
      return value.length === 64 && verify(null, data, publicKey, value);
    case 'rsa-v1_5-sha256':
      return verify('sha256', data, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, value);
    case 'rsa-v1_5-sha384':
      return verify('sha384', data, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, value);
    case 'rsa-v1_5-sha512':
      return verify('sha512', data, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, value);
    case 'rsa-pss-sha512':
      return verify(
        'sha512',
        data,
        { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 },
        value,
      );
  }
}

/**
 * Refuses a pinned key that may not be used: of the wrong type for its algorithm, an RSA key under 2048 bits, or
 * outside its own validity dates or those of its certificate.
 *
 * @param now milliseconds since the epoch.
 * @throws {SignatureRefused} `key-unfit` or `key-not-valid-now`.
 */
export function requireUsableKey(key: TrustedKey, now: number): void {
  if (!keyFits(key.algorithm, key.publicKey)) throw new SignatureRefused('key-unfit');
  if (key.notBefore !== undefined && now < key.notBefore) throw new SignatureRefused('key-not-valid-now');
  if (key.notAfter !== undefined && now > key.notAfter) throw new SignatureRefused('key-not-valid-now');
  const { certificate } = key;
  if (certificate === undefined) return;
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  // Written so that an unreadable date (NaN) refuses too.
  if (!(from <= now && now <= to)) throw new SignatureRefused('key-not-valid-now', 'certificate');
}

function keyFits(algorithm: SignatureAlgorithm, publicKey: KeyObject): boolean {
  if (publicKey.type !== 'public') return false;
  const details = publicKey.asymmetricKeyDetails;
  switch (algorithm) {
    case 'ecdsa-p256-sha256':
      return publicKey.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1';
    case 'ecdsa-p384-sha384':
      return publicKey.asymmetricKeyType === 'ec' && details?.namedCurve === 'secp384r1';
    case 'ed25519':
      return publicKey.asymmetricKeyType === 'ed25519';
    case 'rsa-v1_5-sha256':
    case 'rsa-v1_5-sha384':
    case 'rsa-v1_5-sha512':
      return publicKey.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= 2048;
    case 'rsa-pss-sha512':
      return (
        (publicKey.asymmetricKeyType === 'rsa' || publicKey.asymmetricKeyType === 'rsa-pss') &&
        (details?.modulusLength ?? 0) >= 2048
      );
  }
}
