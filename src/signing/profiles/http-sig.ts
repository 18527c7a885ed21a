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
import { type HeaderFields, type ProfileParts, pinnedKeys, type RestProfile } from './profile.js';

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
      const bodySha256 = hash('sha256', request.body ?? new Uint8Array(0), 'base64');
      return { messageId, fields: { ...fields }, bodySha256 };
    },
    async verifyAnswer(answer, { fields }) {
      const { signature } = fields;
      if (signature === undefined) throw new TypeError('The request was not signed by http-sig.');
      return verifyResponse(answer, requestSignatureOf({ signature }), findKey, { now: clock.now() });
    },
    async verifyRequest(request) {
      const { nonce, ...verified } = await authenticateRequest(request, { findKey, replaySet, clock });
      return { ...verified, messageId: nonce, bodySha256: hash('sha256', request.body, 'base64') };
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
export function findPinnedKey(parts: Pick<ProfileParts, 'trusted' | 'isRevoked'>): FindKey {
  return (keyId) => {
    const key = pinnedKeys(parts).find((one) => one.keyId === keyId);
    if (key !== undefined && parts.isRevoked?.(key) === true) throw new SignatureRefused('key-revoked');
    return key;
  };
}
