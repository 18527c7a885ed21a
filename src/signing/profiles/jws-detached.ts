import { hash } from 'node:crypto';
import { onlyLine, type RawHeaders } from '../http-sig/field-lines.js';
import { futureToleranceMs, maxAgeSeconds } from '../http-sig/trust-signature.js';
import { readJoseHeader } from '../jose-header.js';
import { type BoundValues, signDetached, type VerifiedJws, verifyDetached } from '../jws-detached.js';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { admitting, findPinnedKey } from './http-sig.js';
import type { Admit, OutgoingHttpAnswer, OutgoingHttpRequest, ProfileParts, RestProfile } from './profile.js';

export const profileName = 'jws-detached';

/** Field that carries the JWS where the settings name no other. */
export const defaultField = 'x-jws-signature';

export interface JwsDetachedSettings {
  /** Field that carries the JWS, lower case. Default `x-jws-signature`. */
  readonly field?: string;
  /** `typ` of the protected header. Default `ura-http+jws`. */
  readonly typ?: string;
  /**
   * What ties an answer to its question. `request` (default): the header parameter `request_jti`, and
   * `request_digest` with the digest of its body. `connection`: nothing but TLS.
   */
  readonly answerBinding?: 'request' | 'connection';
}

const messageIdShape = /^[A-Za-z0-9._~+/=-]{16,128}$/;

/**
 * The body alone is signed, by a detached JWS (RFC 7515 Appendix F, RFC 7797) with ES256: the weakest profile,
 * for registries that offer nothing else. Neither method, target nor status is signed, so one service a key.
 * `jti` makes each request one that is accepted once; `iat` bounds its age, there is no longer life to ask for.
 *
 * @throws {TypeError} when the signer's key is none for ES256.
 */
export function jwsDetached(parts: ProfileParts, settings: JwsDetachedSettings = {}): RestProfile {
  const { signer, clock, replaySet } = parts;
  const { field = defaultField, typ = 'ura-http+jws', answerBinding = 'request' } = settings;
  if (signer.algorithm !== 'ecdsa-p256-sha256') {
    throw new TypeError(`${profileName} signs with ES256; key ${signer.keyId} is for ${signer.algorithm}.`);
  }

  const findKey = findKeyForEs256(parts);

  const sign = async (message: OutgoingHttpRequest | OutgoingHttpAnswer, bound: BoundValues) => {
    if (!messageIdShape.test(message.messageId)) {
      throw new RangeError('messageId has no 16 to 128 URL characters');
    }
    const body = message.body ?? new Uint8Array(0);
    const values = { jti: message.messageId, ...bound };
    return { [field]: await signDetached(body, signer, { typ, now: clock.now(), bound: values }) };
  };

  const verify = async (message: Message, bound: BoundValues, admit?: Admit): Promise<Verified> => {
    const jws = onlyLine(message.headers, field);
    if (jws === undefined) throw new SignatureRefused('signature-missing');
    const jti = readJoseHeader(jws.slice(0, Math.max(jws.indexOf('.'), 0))).get('jti');
    if (typeof jti !== 'string' || !messageIdShape.test(jti))
      throw new SignatureRefused('parameter-missing', 'jti');
    const now = clock.now();
    const find = admit === undefined ? findKey : admitting(findKey, admit);
    const verified = await verifyDetached(jws, message.body, find, {
      typ,
      now,
      bound: { jti, ...bound },
    });
    if (verified.signedAt > now + futureToleranceMs) throw new SignatureRefused('created-in-future');
    if (now > verified.signedAt + maxAgeSeconds * 1000) throw new SignatureRefused('message-too-old');
    return { ...verified, messageId: jti };
  };

  /** Last of all checks: strangers must neither fill the set nor burn somebody else's message ids. */
  const remember = async ({ partner, messageId, signedAt }: Verified) => {
    const expiresAt = signedAt + maxAgeSeconds * 1000 + futureToleranceMs;
    const isNew = await replaySet.remember({ profile: profileName, signer: partner, messageId, expiresAt });
    if (isNew !== true) throw new SignatureRefused('message-replayed');
  };

  return {
    async signRequest(request) {
      const fields = await sign(request, {});
      return { messageId: request.messageId, fields, bodySha256: sha256(request.body ?? new Uint8Array(0)) };
    },
    async verifyAnswer(answer, sent) {
      const bound =
        answerBinding === 'connection'
          ? {}
          : { request_jti: sent.messageId, request_digest: sent.bodySha256 };
      const verified = await verify(answer, bound);
      await remember(verified);
      return whoOf(verified);
    },
    async verifyRequest(request, admit) {
      const verified = await verify(request, {}, admit);
      await remember(verified);
      const expiresAt = verified.signedAt + maxAgeSeconds * 1000;
      const { messageId } = verified;
      return { ...whoOf(verified), messageId, expiresAt, bodySha256: sha256(request.body) };
    },
    signAnswer: (answer, request) =>
      sign(
        answer,
        answerBinding === 'connection'
          ? {}
          : { request_jti: request.messageId, request_digest: request.bodySha256 },
      ),
  };
}

interface Message {
  readonly headers: RawHeaders;
  readonly body: Uint8Array;
}

type Verified = VerifiedJws & { readonly messageId: string };

function whoOf({ partner, keyId, signedAt }: Verified) {
  return { partner, keyId, createdAt: signedAt };
}

function sha256(body: Uint8Array): string {
  return hash('sha256', body, 'base64');
}

function findKeyForEs256(parts: ProfileParts): (keyId: string) => TrustedKey | undefined {
  const find = findPinnedKey(parts);
  return (keyId) => {
    const key = find(keyId);
    if (key !== undefined && key.algorithm !== 'ecdsa-p256-sha256') {
      throw new SignatureRefused('algorithm-not-allowed');
    }
    return key;
  };
}
