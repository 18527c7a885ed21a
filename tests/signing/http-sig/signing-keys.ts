import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { SignatureAlgorithm, Signer, TrustedKey } from '../../../src/signing/signer.js';

/** A partner with a fresh key pair: what signs on one side, and what is pinned on the other. */
export interface SigningKey {
  readonly signer: Signer;
  readonly trusted: TrustedKey;
  readonly privateKey: KeyObject;
}

/** Makes a key pair for one algorithm. */
export function makeKey(
  algorithm: SignatureAlgorithm,
  partner = 'divjake',
  keyId = `${partner}-${algorithm}`,
): SigningKey {
  const { privateKey, publicKey } = generate(algorithm);
  return {
    privateKey,
    signer: { keyId, algorithm, sign: async (data) => signWith(algorithm, privateKey, data) },
    trusted: { partner, keyId, algorithm, publicKey },
  };
}

/** Signs on the spot, by the book of RFC 9421 §3.3. */
export function signWith(algorithm: SignatureAlgorithm, key: KeyObject, data: Uint8Array): Buffer {
  switch (algorithm) {
    case 'ecdsa-p256-sha256':
      return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
    case 'ecdsa-p384-sha384':
      return sign('sha384', data, { key, dsaEncoding: 'ieee-p1363' });
    case 'ed25519':
      return sign(null, data, key);
    case 'rsa-pss-sha512':
      return sign('sha512', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 });
    case 'rsa-v1_5-sha256':
      return sign('sha256', data, key);
    case 'rsa-v1_5-sha384':
      return sign('sha384', data, key);
    case 'rsa-v1_5-sha512':
      return sign('sha512', data, key);
  }
}

/** Looks a key up among pinned ones. */
export function among(...keys: readonly SigningKey[]): (keyId: string) => TrustedKey | undefined {
  const byId = new Map(keys.map(({ trusted }) => [trusted.keyId, trusted]));
  return (keyId) => byId.get(keyId);
}

function generate(algorithm: SignatureAlgorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (algorithm) {
    case 'ecdsa-p256-sha256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ecdsa-p384-sha384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
    default:
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
  }
}
