import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** JWA names (RFC 7518 §4.1): the whole allow-list. Which one is used follows from the key, not from a message. */
export type EventEncryption = 'ECDH-ES+A256KW' | 'RSA-OAEP-256';

/** A municipality's public key for its events. */
export interface EventRecipient {
  /** Sent as `kid`. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** A municipality's private key for its events; several at once, so that it can change keys without a pause. */
export interface EventDecryptionKey {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** @throws {TypeError} for a key that no event is encrypted to: RSA under 2048 bits, other curves, other types. */
export function encryptionOf(key: KeyObject): EventEncryption {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'ec' && details?.namedCurve === 'prime256v1') return 'ECDH-ES+A256KW';
  if (key.asymmetricKeyType === 'rsa' && (details?.modulusLength ?? 0) >= 2048) return 'RSA-OAEP-256';
  throw new TypeError('Events are encrypted to keys on P-256 or to RSA keys of 2048 bits or more.');
}

/** A new key pair for events, as its two JWK files hold it. */
export function eventJwkPair(
  privateKey: KeyObject,
  keyId: string,
): { privateJwk: object; publicJwk: object } {
  const named = { kid: keyId, use: 'enc', alg: encryptionOf(privateKey) };
  return {
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...named },
    publicJwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), ...named },
  };
}

/**
 * Reads a municipality's private JWK: the other half of {@link readRecipientJwk}.
 *
 * @throws {TypeError} with a sentence that tells what is wrong; it never quotes the key.
 */
export function readDecryptionJwk(text: string): EventDecryptionKey {
  let jwk: JsonWebKey & { kid?: unknown; use?: unknown };
  let privateKey: KeyObject;
  try {
    jwk = JSON.parse(text);
    privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new TypeError('This is not a private JWK.');
  }
  if (jwk.use !== 'enc') throw new TypeError('The JWK is not for encryption: "use" has to be "enc".');
  if (typeof jwk.kid !== 'string' || jwk.kid === '') throw new TypeError('The JWK has no "kid".');
  encryptionOf(privateKey);
  return { keyId: jwk.kid, privateKey };
}

/**
 * Reads a municipality's public JWK (RFC 7517): `kid`, `use: "enc"`, and `alg` as {@link encryptionOf} says. A key
 * for signatures is refused: one key has one use (NIST SP 800-57 §5.2).
 *
 * @throws {TypeError} with a sentence that tells the operator what is wrong.
 */
export function readRecipientJwk(text: string): EventRecipient {
  let jwk: JsonWebKey & { kid?: unknown; use?: unknown; alg?: unknown };
  let publicKey: KeyObject;
  try {
    jwk = JSON.parse(text);
    publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    // The cause is left out on purpose: parsers quote what they read.
    throw new TypeError('This is not a JWK.');
  }
  if (jwk.d !== undefined) throw new TypeError('This JWK holds a secret key.');
  if (jwk.use !== 'enc') throw new TypeError('The JWK is not for encryption: "use" has to be "enc".');
  if (typeof jwk.kid !== 'string' || jwk.kid === '') throw new TypeError('The JWK has no "kid".');
  const algorithm = encryptionOf(publicKey);
  if (jwk.alg !== algorithm) throw new TypeError(`The "alg" of this JWK has to be ${algorithm}.`);
  return { keyId: jwk.kid, publicKey };
}
