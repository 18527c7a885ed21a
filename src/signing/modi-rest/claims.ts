import { parseStrictJson } from '../../strict-json.js';
import { SignatureRefused } from '../refusals.js';
import { messageIdShape } from './sign-token.js';

/** Claims of a token whose signature verified; times in milliseconds since the epoch. */
export interface Claims {
  readonly issuer: string;
  readonly subject: string;
  readonly messageId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Lower-case name and value of each signed field. */
  readonly signedHeaders: ReadonlyMap<string, string>;
  readonly requestJti: string | undefined;
  readonly requestDigest: string | undefined;
}

export interface ClaimRules {
  /** What `aud` may be: the names under which the receiver is known. */
  readonly audiences: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly maxAgeSeconds: number;
  readonly futureToleranceMs: number;
}

const mostSignedHeaders = 16;

/**
 * Reads the claims and checks times and audience.
 *
 * @param bytes the payload, after its signature verified.
 * @throws {SignatureRefused} `modi-claims-malformed`, `modi-claim`, `modi-audience`, `modi-signed-headers`,
 * `created-in-future`, `message-expired`, `message-too-old`, `lifetime-invalid`.
 */
export function readClaims(bytes: Uint8Array, rules: ClaimRules): Claims {
  const claims = parse(bytes);
  const issuedAt = timeOf(claims, 'iat');
  const expiresAt = timeOf(claims, 'exp');
  const notBefore = claims.has('nbf') ? timeOf(claims, 'nbf') : issuedAt;
  requireAudience(claims.get('aud'), rules.audiences);
  requireFresh(issuedAt, notBefore, expiresAt, rules);
  const messageId = textOf(claims, 'jti');
  if (!messageIdShape.test(messageId)) throw new SignatureRefused('modi-claim', 'jti');
  return {
    issuer: textOf(claims, 'iss'),
    subject: textOf(claims, 'sub'),
    messageId,
    issuedAt,
    expiresAt,
    signedHeaders: readSignedHeaders(claims.get('signed_headers')),
    requestJti: claims.has('request_jti') ? textOf(claims, 'request_jti') : undefined,
    requestDigest: claims.has('request_digest') ? textOf(claims, 'request_digest') : undefined,
  };
}

function parse(bytes: Uint8Array): Map<string, unknown> {
  let value: unknown;
  try {
    value = parseStrictJson(bytes);
  } catch {
    throw new SignatureRefused('modi-claims-malformed');
  }
  if (!isObject(value)) throw new SignatureRefused('modi-claims-malformed', 'object');
  return new Map(Object.entries(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function timeOf(claims: ReadonlyMap<string, unknown>, name: string): number {
  const value = claims.get(name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value * 1000;
  throw new SignatureRefused('modi-claim', name);
}

function textOf(claims: ReadonlyMap<string, unknown>, name: string): string {
  const value = claims.get(name);
  if (typeof value === 'string' && value !== '' && value.length <= 512) return value;
  throw new SignatureRefused('modi-claim', name);
}

/** A token for two audiences could be taken by one of them to the other, so there is exactly one. */
function requireAudience(aud: unknown, audiences: readonly string[]): void {
  const only = Array.isArray(aud) && aud.length === 1 ? aud[0] : aud;
  if (typeof only !== 'string' || !audiences.includes(only)) throw new SignatureRefused('modi-audience');
}

function requireFresh(issuedAt: number, notBefore: number, expiresAt: number, rules: ClaimRules): void {
  const { now, maxAgeSeconds, futureToleranceMs } = rules;
  if (issuedAt > now + futureToleranceMs || notBefore > now + futureToleranceMs) {
    throw new SignatureRefused('created-in-future');
  }
  if (expiresAt <= issuedAt || expiresAt - issuedAt > maxAgeSeconds * 1000) {
    throw new SignatureRefused('lifetime-invalid');
  }
  // Nothing is older than its lifetime, so this bounds the age as well.
  if (now >= expiresAt) throw new SignatureRefused('message-expired');
}

/** `[{"digest":"…"},{"content-type":"…"}]`: single names, so that order and repetition could be told. */
function readSignedHeaders(list: unknown): Map<string, string> {
  const headers = new Map<string, string>();
  if (!Array.isArray(list) || list.length === 0 || list.length > mostSignedHeaders) {
    throw new SignatureRefused('modi-signed-headers');
  }
  for (const entry of list) {
    const [member, ...more] = isObject(entry) ? Object.entries(entry) : [];
    if (member === undefined || more.length > 0) throw new SignatureRefused('modi-signed-headers', 'entry');
    const name = member[0].toLowerCase();
    const value = member[1];
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(name) || typeof value !== 'string' || headers.has(name)) {
      throw new SignatureRefused('modi-signed-headers', 'member');
    }
    headers.set(name, value);
  }
  return headers;
}
