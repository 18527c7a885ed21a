import { jwaName } from '../jws-detached.js';
import type { SignatureAlgorithm, Signer } from '../signer.js';
import { digestField } from './digest-field.js';

/** How a token names the key that signed it. The receiver has the key already; this only selects it. */
export type KeySelector = 'x5c' | 'x5t#S256' | 'kid';

/** The claims of one message; times in milliseconds since the epoch. */
export interface TokenToSign {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** jti. */
  readonly messageId: string;
  readonly now: number;
  readonly lifetimeSeconds: number;
  readonly selector: KeySelector;
  readonly contentType?: string;
  readonly body: Uint8Array;
  /** In an answer: what it answers. */
  readonly answers?: { readonly messageId: string; readonly bodySha256: string };
}

/** The two fields of the profile, lower-case names. */
export interface TokenFields {
  readonly digest: string;
  readonly 'agid-jwt-signature': string;
}

/**
 * Signs Digest and Content-Type of a message.
 *
 * @throws {TypeError} when the key cannot be named by the selector.
 * @throws {RangeError} when a body has no contentType, or a value cannot be a field value.
 */
export async function signToken(token: TokenToSign, signer: Signer): Promise<TokenFields> {
  const { body, contentType, answers } = token;
  if (body.length > 0 && contentType === undefined) throw new RangeError('a body needs a contentType');
  if (contentType !== undefined && !/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(contentType)) {
    throw new RangeError('contentType is not trimmed printable ASCII');
  }
  if (!messageIdShape.test(token.messageId))
    throw new RangeError('messageId has no 16 to 128 URL characters');
  const digest = digestField(body);
  const issuedAt = Math.floor(token.now / 1000);
  const header = { alg: algorithmName(signer.algorithm), typ: 'JWT', ...selectorOf(signer, token.selector) };
  const claims = {
    iss: token.issuer,
    sub: token.subject,
    aud: token.audience,
    jti: token.messageId,
    iat: issuedAt,
    exp: issuedAt + token.lifetimeSeconds,
    signed_headers: [{ digest }, ...(contentType === undefined ? [] : [{ 'content-type': contentType }])],
    ...(answers === undefined
      ? {}
      : { request_jti: answers.messageId, request_digest: `SHA-256=${answers.bodySha256}` }),
  };
  const input = `${encode(header)}.${encode(claims)}`;
  const value = Buffer.from(await signer.sign(Buffer.from(input)));
  return { digest, 'agid-jwt-signature': `${input}.${value.toString('base64url')}` };
}

/** What a jti of ours looks like, and what one of others must: long enough not to meet by chance. */
export const messageIdShape = /^[A-Za-z0-9._~:+/=-]{16,128}$/;

/** Default lifetime of a token, seconds. */
export const defaultLifetimeSeconds = 120;

/** JWA name; every algorithm that a key can be pinned for is one that the profile knows. */
export function algorithmName(algorithm: SignatureAlgorithm): string {
  return jwaName[algorithm];
}

function selectorOf(signer: Signer, selector: KeySelector): Record<string, string | string[]> {
  if (selector === 'kid') return { kid: signer.keyId };
  const { certificate } = signer;
  if (certificate === undefined) {
    throw new TypeError(`Key ${signer.keyId} has no certificate to be named by ${selector}.`);
  }
  // RFC 7515 §4.1.6 says base64 here and base64url everywhere else.
  if (selector === 'x5c') return { x5c: [certificate.raw.toString('base64')] };
  return {
    'x5t#S256': Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
  };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
