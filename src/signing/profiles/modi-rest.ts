import type { RawHeaders } from '../http-sig/field-lines.js';
import { futureToleranceMs, maxAgeSeconds } from '../http-sig/trust-signature.js';
import { defaultLifetimeSeconds, type KeySelector, signToken } from '../modi-rest/sign-token.js';
import { type VerifiedToken, verifyToken } from '../modi-rest/verify-token.js';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import {
  type Admit,
  type OutgoingHttpAnswer,
  type OutgoingHttpRequest,
  type ProfileParts,
  pinnedKeys,
  type RestProfile,
} from './profile.js';

export const profileName = 'modi-rest';

/** Who is who in the claims. */
export interface ModiSettings {
  /** `iss` of what we sign. */
  readonly issuer: string;
  /** `sub` of what we sign. Default: the issuer. */
  readonly subject?: string;
  /** `aud` of the requests that we sign: the service, as its owner published it. Default: the target URI. */
  readonly audience?: string;
  /** What `aud` of messages to us must be. Default: for answers our issuer, for requests the target URI. */
  readonly ownAudiences?: readonly string[];
  /** `iss` that the partner must use. Default: the partner's name in the configuration. */
  readonly partnerIssuer?: string;
  /** The same where partners differ. */
  readonly issuerOf?: (key: TrustedKey) => string;
  /** How the header names our key. Default `x5t#S256` with a certificate, else `kid`. */
  readonly selector?: KeySelector;
  /**
   * What ties an answer to its question. `request` (default): the claims `request_jti` and `request_digest`.
   * `connection`: nothing but TLS, for services that offer only what the pattern prescribes.
   */
  readonly answerBinding?: 'request' | 'connection';
  /** Default 120. */
  readonly lifetimeSeconds?: number;
}

/**
 * INTEGRITY_REST_01 with ID_AUTH_REST_02 of the Italian interoperability model: a JWT in `Agid-JWT-Signature`
 * signs Digest and Content-Type, and its jti is accepted once. The pattern signs neither method nor target, nor
 * the status of an answer; where the audience is the target URI (the default) the target is signed by that.
 *
 * @throws {TypeError} without an issuer, or with a lifetime that no receiver accepts.
 * @see https://www.agid.gov.it (Linee guida interoperabilità tecnica, Pattern di sicurezza)
 */
export function modiRest(parts: ProfileParts, settings: ModiSettings): RestProfile {
  const { signer, clock, replaySet } = parts;
  const { issuer, subject = issuer, audience, ownAudiences, answerBinding = 'request' } = settings;
  const selector = settings.selector ?? (signer.certificate === undefined ? 'kid' : 'x5t#S256');
  const lifetimeSeconds = settings.lifetimeSeconds ?? defaultLifetimeSeconds;
  if (typeof issuer !== 'string' || issuer === '') throw new TypeError(`${profileName} needs an issuer.`);
  if (!(lifetimeSeconds > 0 && lifetimeSeconds <= maxAgeSeconds)) {
    throw new TypeError(`${profileName}: lifetimeSeconds is not in 1..${maxAgeSeconds}.`);
  }
  const issuerOf = settings.issuerOf ?? (({ partner }) => settings.partnerIssuer ?? partner);

  const sign = (message: OutgoingHttpRequest | OutgoingHttpAnswer, to: string, answers?: Answered) =>
    signToken(
      {
        issuer,
        subject,
        audience: to,
        messageId: message.messageId,
        now: clock.now(),
        lifetimeSeconds,
        selector,
        body: message.body ?? new Uint8Array(0),
        ...(message.contentType === undefined ? {} : { contentType: message.contentType }),
        ...(answers === undefined ? {} : { answers }),
      },
      signer,
    );

  const verify = async (
    message: { readonly headers: RawHeaders; readonly body: Uint8Array },
    audiences: readonly string[],
    admit?: Admit,
  ): Promise<VerifiedToken> =>
    verifyToken(message, {
      admit,
      audiences,
      now: clock.now(),
      maxAgeSeconds,
      futureToleranceMs,
      pinned: pinnedKeys(parts),
      isRevoked: parts.isRevoked,
      issuerOf,
    });

  /** Last of all checks: strangers must neither fill the set nor burn somebody else's message ids. */
  const remember = async ({ key, messageId, expiresAt }: VerifiedToken) => {
    const message = { profile: profileName, signer: key.partner, messageId };
    const isNew = await replaySet.remember({ ...message, expiresAt: expiresAt + futureToleranceMs });
    if (isNew !== true) throw new SignatureRefused('message-replayed');
  };

  return {
    async signRequest(request) {
      const fields = await sign(request, audience ?? request.targetUri);
      const bodySha256 = fields.digest.slice(fields.digest.indexOf('=') + 1);
      return { messageId: request.messageId, fields: { ...fields }, bodySha256 };
    },
    async verifyAnswer(answer, sent) {
      const verified = await verify(answer, ownAudiences ?? [issuer]);
      const { requestJti, requestDigest } = verified;
      const saysNothing = requestJti === undefined && requestDigest === undefined;
      const isBound = requestJti === sent.messageId && requestDigest === `SHA-256=${sent.bodySha256}`;
      if (!isBound && !(saysNothing && answerBinding === 'connection')) {
        throw new SignatureRefused('answer-not-bound');
      }
      await remember(verified);
      return whoOf(verified);
    },
    async verifyRequest(request, admit) {
      const verified = await verify(request, ownAudiences ?? [request.targetUri], admit);
      // An answer is no request, even if somebody could make it reach us as one.
      if (verified.requestJti !== undefined) throw new SignatureRefused('modi-claim', 'request_jti');
      await remember(verified);
      const { messageId, expiresAt, bodySha256, issuer: from } = verified;
      const signedFields = [...verified.signedHeaders.keys()];
      return { ...whoOf(verified), messageId, expiresAt, bodySha256, issuer: from, signedFields };
    },
    async signAnswer(answer, request) {
      const { messageId, bodySha256, issuer: to = request.partner } = request;
      return { ...(await sign(answer, to, { messageId, bodySha256 })) };
    },
  };
}

type Answered = { readonly messageId: string; readonly bodySha256: string };

function whoOf({ key, issuedAt }: VerifiedToken) {
  return { partner: key.partner, keyId: key.keyId, createdAt: issuedAt };
}
