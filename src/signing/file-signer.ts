import {
  constants,
  createPrivateKey,
  sign as cryptoSign,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { algorithmOf, canUse } from './key-algorithm.js';
import type { SignatureAlgorithm, Signer } from './signer.js';

export { algorithmOf } from './key-algorithm.js';

/** A private key that this process may read. */
export interface FileKey {
  /** Names the key to the receiver (`keyid`, `kid`). */
  readonly keyId: string;
  /** PEM (PKCS#8, PKCS#1 or SEC 1, without password) or a key that is already loaded. */
  readonly privateKey: string | KeyObject;
  /** PEM or loaded; where the profile sends a certificate. */
  readonly certificate?: string | X509Certificate;
  /** Default by type of key, see {@link algorithmOf}. */
  readonly algorithm?: SignatureAlgorithm;
}

/**
 * Signs with a key in this process. The private-key operation runs on the thread pool, so it never holds up
 * the event loop.
 *
 * @throws {SignatureRefused} `key-too-small` for RSA under 2048 bits and for types of key that no profile uses.
 * @throws {TypeError} when the algorithm or the certificate does not belong to the key.
 */
export function fileSigner(file: FileKey): Signer {
  const key = typeof file.privateKey === 'string' ? createPrivateKey(file.privateKey) : file.privateKey;
  const algorithm = file.algorithm ?? algorithmOf(key);
  if (!canUse(key, algorithm)) {
    throw new TypeError(
      `Key ${file.keyId} is of type ${key.asymmetricKeyType}: it cannot sign ${algorithm}.`,
    );
  }
  const certificate =
    typeof file.certificate === 'string' ? new X509Certificate(file.certificate) : file.certificate;
  if (certificate !== undefined && !certificate.checkPrivateKey(key)) {
    throw new TypeError(`The certificate of key ${file.keyId} belongs to another private key.`);
  }
  const { hash, options } = operationOf(algorithm);
  return {
    keyId: file.keyId,
    algorithm,
    ...(certificate === undefined ? {} : { certificate }),
    sign(data) {
      return new Promise((resolve, reject) => {
        cryptoSign(hash, data, { key, ...options }, (error, signature) => {
          if (error === null) resolve(signature);
          else reject(error);
        });
      });
    },
  };
}

interface Operation {
  /** Undefined where the algorithm has its own hash. */
  readonly hash: string | undefined;
  readonly options: { padding?: number; saltLength?: number; dsaEncoding?: 'ieee-p1363' };
}

/** RFC 9421 §3.3 and RFC 6931 say the same about each of these. */
function operationOf(algorithm: SignatureAlgorithm): Operation {
  switch (algorithm) {
    case 'rsa-v1_5-sha256':
      return { hash: 'sha256', options: {} };
    case 'rsa-v1_5-sha384':
      return { hash: 'sha384', options: {} };
    case 'rsa-v1_5-sha512':
      return { hash: 'sha512', options: {} };
    case 'rsa-pss-sha512':
      return { hash: 'sha512', options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 } };
    case 'ecdsa-p256-sha256':
      return { hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } };
    case 'ecdsa-p384-sha384':
      return { hash: 'sha384', options: { dsaEncoding: 'ieee-p1363' } };
    case 'ed25519':
      return { hash: undefined, options: {} };
  }
}
