import { hash } from 'node:crypto';
import {
  authenticateRequest,
  type FindKey,
  requestSignatureOf,
  signRequest,
  signResponse,
  verifyResponse,
} from '../http-sig/index.js';
import { SignatureRefused } from '../refusals.js';
import { type Admit, type HeaderFields, type ProfileParts, pinnedKeys, type RestProfile } from './profile.js';

/**
 * RFC 9421 with RFC 9530, the default for REST; see `src/signing/http-sig/`. The message id travels as nonce.
 * An answer signs the signature of its request along, and with it the digest of the request's body.
 */
export function httpSig(parts: ProfileParts): RestProfile {
  const { signer, clock, replaySet } = parts;
  const findKey = findPinnedKey(parts);
  return {
    async signRequest({ messageId, ...request }) {
      const fields = await signRequest(request, signer, { now: clock.now(), nonce: messageId });
      return {
        messageId,
        fields: { ...fields },
        // Computed when it is asked for: the signature covers a digest of its own, so it hardly ever is.
        get bodySha256() {
          return hash('sha256', request.body ?? new Uint8Array(0), 'base64');
        },
      };
    },
    async verifyAnswer(answer, { fields }) {
      const { signature } = fields;
      if (signature === undefined) throw new TypeError('The request was not signed by http-sig.');
      return verifyResponse(answer, requestSignatureOf({ signature }), findKey, { now: clock.now() });
    },
    async verifyRequest(request, admit) {
      const find = admit === undefined ? findKey : admitting(findKey, admit);
      const verified = await authenticateRequest(request, { findKey: find, replaySet, clock });
      const { partner, keyId, nonce, createdAt, expiresAt, signature } = verified;
      return {
        partner,
        keyId,
        messageId: nonce,
        createdAt,
        expiresAt,
        signature,
        get bodySha256() {
          return hash('sha256', request.body, 'base64');
        },
      };
    },
    async signAnswer({ status, body }, { signature }): Promise<HeaderFields> {
      if (signature === undefined) throw new TypeError('The request was not verified by http-sig.');
      const answer = { status, ...(body === undefined ? {} : { body }) };
      return { ...(await signResponse(answer, signature, signer, { now: clock.now() })) };
    },
  };
}

/**
 * Selects among the keys that are pinned at the moment of the call.
 *
 * @throws {SignatureRefused} `key-revoked`, out of the function that is returned.
 */
export function findPinnedKey(parts: Pick<ProfileParts, 'trusted' | 'findKey' | 'isRevoked'>): FindKey {
  const find = parts.findKey ?? ((keyId) => pinnedKeys(parts).find((one) => one.keyId === keyId));
  return (keyId) => {
    const key = find(keyId);
    if (key !== undefined && parts.isRevoked?.(key) === true) throw new SignatureRefused('key-revoked');
    return key;
  };
}

/** The same selection, with a say for whoever knows more than the message: see {@link Admit}. */
export function admitting(find: FindKey, admit: Admit): FindKey {
  return (keyId) => {
    const key = find(keyId);
    if (key !== undefined) admit(key);
    return key;
  };
}
