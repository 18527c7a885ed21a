import type { Signer } from '../signing/signer.js';

/**
 * A signer that is whatever `current` says at the moment, so that a key can be exchanged while the process runs. A
 * profile that reads `keyId` and `certificate` and calls `sign` in one go, without waiting in between, writes one
 * and the same key everywhere; an operation that has begun to sign keeps its key to the end.
 */
export function currentSigner(current: () => Signer): Signer {
  return {
    get keyId() {
      return current().keyId;
    },
    get algorithm() {
      return current().algorithm;
    },
    // A key without certificate reads as undefined, which every profile treats like an absent one.
    get certificate() {
      return current().certificate as NonNullable<Signer['certificate']>;
    },
    sign: (data) => current().sign(data),
  };
}
