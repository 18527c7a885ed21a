import { compactVerify, errors } from 'jose';
import { onlyLine, type RawHeaders } from '../http-sig/field-lines.js';
import { requireUsableKey } from '../http-sig/verify-value.js';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { type ClaimRules, type Claims, readClaims } from './claims.js';
import { requireDigest } from './digest-field.js';
import { selectKey } from './select-key.js';
import { algorithmName } from './sign-token.js';

/** Field that carries the token, lower case. */
export const tokenField = 'agid-jwt-signature';

/** A certificate of 4096 bits with its chain, twice base64, fits; Node itself takes 16 KB of header. */
const longestTokenChars = 12_288;

/** What a token is checked by. */
export interface TokenRules extends ClaimRules {
  readonly pinned: readonly TrustedKey[];
  readonly isRevoked?: ((key: TrustedKey) => boolean) | undefined;
  /** Throws to turn the holder of the key away, before the signature is looked at. */
  readonly admit?: ((key: TrustedKey) => void) | undefined;
  /** The issuer that a holder of this key must name. */
  readonly issuerOf: (key: TrustedKey) => string;
}

export interface VerifiedToken extends Claims {
  readonly key: TrustedKey;
  /** SHA-256 of the body, base64. */
  readonly bodySha256: string;
}

/**
 * Verifies the token of a message: pinned key, signature, claims, each signed field against the one that came,
 * Digest against the body. Digest is always signed; Content-Type and Content-Encoding whenever they are there.
 *
 * @throws {SignatureRefused} with the exact code.
 */
export async function verifyToken(
  message: { readonly headers: RawHeaders; readonly body: Uint8Array },
  rules: TokenRules,
): Promise<VerifiedToken> {
  const token = onlyLine(message.headers, tokenField, longestTokenChars);
  if (token === undefined) throw new SignatureRefused('modi-token-missing');
  const digest = onlyLine(message.headers, 'digest');
  if (digest === undefined) throw new SignatureRefused('modi-digest-missing');
  const encoded = protectedOf(token);
  const key = selectKey(encoded, rules.pinned);
  rules.admit?.(key);
  requireUsableKey(key, rules.now);
  if (rules.isRevoked?.(key) === true) throw new SignatureRefused('key-revoked');
  const claims = readClaims(await verifiedPayload(token, key), rules);
  if (claims.issuer !== rules.issuerOf(key)) throw new SignatureRefused('modi-issuer');
  requireSignedHeaders(claims.signedHeaders, message.headers, message.body);
  return { ...claims, key, bodySha256: requireDigest(digest, message.body) };
}

/** @returns the protected header, base64url. */
function protectedOf(token: string): string {
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(token);
  if (match === null) throw new SignatureRefused('modi-token-malformed');
  const [, encoded, ...others] = match as unknown as [string, string, string, string];
  // One spelling only: trailing bits that nobody reads would make a second token out of the first.
  for (const part of others) {
    if (Buffer.from(part, 'base64url').toString('base64url') !== part) {
      throw new SignatureRefused('modi-token-malformed', 'base64url');
    }
  }
  return encoded;
}

async function verifiedPayload(token: string, key: TrustedKey): Promise<Uint8Array> {
  try {
    const options = { algorithms: [algorithmName(key.algorithm)] };
    return (await compactVerify(token, key.publicKey, options)).payload;
  } catch (cause) {
    if (cause instanceof errors.JWSSignatureVerificationFailed) {
      throw new SignatureRefused('signature-mismatch');
    }
    // jose found a fault of form that was overlooked above: refuse all the same.
    const where = cause instanceof errors.JOSEError ? cause.code : 'unexpected';
    throw new SignatureRefused('modi-token-malformed', where);
  }
}

function requireSignedHeaders(
  signed: ReadonlyMap<string, string>,
  headers: RawHeaders,
  body: Uint8Array,
): void {
  if (!signed.has('digest')) throw new SignatureRefused('modi-header-unsigned', 'digest');
  const mustBeSigned = ['content-type', 'content-encoding'].filter(
    (name) => onlyLine(headers, name) !== undefined,
  );
  // A body of no type at all would be read by guessing.
  if (body.length > 0 && !mustBeSigned.includes('content-type')) mustBeSigned.push('content-type');
  for (const name of mustBeSigned) {
    if (!signed.has(name)) throw new SignatureRefused('modi-header-unsigned', name);
  }
  for (const [name, value] of signed) {
    if (onlyLine(headers, name) !== value) throw new SignatureRefused('modi-header-differs');
  }
}
