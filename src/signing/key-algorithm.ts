import type { KeyObject } from 'node:crypto';
import { SignatureRefused } from './refusals.js';
import type { SignatureAlgorithm } from './signer.js';

const smallestRsaBits = 2048;

/**
 * The algorithm that a key is used with when nothing else is configured: `rsa-v1_5-sha256` for RSA,
 * `ecdsa-p256-sha256`, `ecdsa-p384-sha384` or `ed25519` by curve.
 *
 * @throws {SignatureRefused} `key-too-small` for RSA under 2048 bits and for every other type of key.
 */
export function algorithmOf(key: KeyObject): SignatureAlgorithm {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss':
      if ((details?.modulusLength ?? 0) < smallestRsaBits) break;
      return key.asymmetricKeyType === 'rsa' ? 'rsa-v1_5-sha256' : 'rsa-pss-sha512';
    case 'ec':
      if (details?.namedCurve === 'prime256v1') return 'ecdsa-p256-sha256';
      if (details?.namedCurve === 'secp384r1') return 'ecdsa-p384-sha384';
      break;
    case 'ed25519':
      return 'ed25519';
    default:
      break;
  }
  throw new SignatureRefused('key-too-small', key.asymmetricKeyType ?? key.type);
}

/**
 * Whether a key can carry an algorithm at all, so that a mistake in the configuration shows at start and not
 * at the first message.
 *
 * @throws {SignatureRefused} as {@link algorithmOf}.
 */
export function canUse(key: KeyObject, algorithm: SignatureAlgorithm): boolean {
  const usual = algorithmOf(key);
  if (key.asymmetricKeyType === 'rsa') return algorithm.startsWith('rsa-');
  return algorithm === usual;
}
