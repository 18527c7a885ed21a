import { errors, flattenedVerify } from 'jose';
import type { FindKey } from './http-sig/trust-signature.js';
import { requireUsableKey } from './http-sig/verify-value.js';
import { readJoseHeader } from './jose-header.js';
import { SignatureRefused } from './refusals.js';
import type { SignatureAlgorithm, Signer, TrustedKey } from './signer.js';

/**
 * Profile `jws-detached`: a compact JWS without its payload (RFC 7515 Appendix F) over the bytes as they are (RFC
 * 7797, `b64:false`). The protected header is `alg`, `kid`, `typ`, `b64`, `crit:["b64"]`, `iat`, and the values
 * that are *bound*: strings that travel beside the bytes and could otherwise be exchanged, such as the CloudEvents
 * headers of a Kafka message. Bound values are ordinary header parameters and not listed in `crit`, so that a
 * general JOSE library can verify the signature; whoever has the values must pass them here, and a difference in
 * any of them, or one missing or too many, refuses the message.
 */

/** Names and values that the signature binds to the bytes; names of RFC 7515 are not allowed. */
export type BoundValues = Readonly<Record<string, string>>;

/** JWA names (RFC 7518 §3.1, RFC 8037 §3.1). */
export const jwaName = {
  'rsa-v1_5-sha256': 'RS256',
  'rsa-v1_5-sha384': 'RS384',
  'rsa-v1_5-sha512': 'RS512',
  'rsa-pss-sha512': 'PS512',
  'ecdsa-p256-sha256': 'ES256',
  'ecdsa-p384-sha384': 'ES384',
  ed25519: 'EdDSA',
} as const satisfies Record<SignatureAlgorithm, string>;

const ownNames = new Set(['alg', 'kid', 'typ', 'b64', 'crit', 'iat']);
const keyNames = ['jku', 'jwk', 'x5u', 'x5c'];

/**
 * How far the signer's clock may be ahead, milliseconds. Wider than for requests: a consumer whose clock is late
 * would otherwise pass good events by, and there is no answer that would tell it so.
 */
const futureToleranceMs = 60_000;

/** Signs bytes and bound values. */
export interface JwsSigning {
  /** Explicit type (RFC 8725 §3.11), for example `ura-event+jws`. */
  readonly typ: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly bound?: BoundValues;
}

/**
 * @returns the detached compact form, `<header>..<signature>`.
 *
 * ```ts
 * const jws = await signDetached(bytes, signer, { typ: 'ura-event+jws', now, bound: { ce_id: id } });
 * ```
 */
export async function signDetached(
  bytes: Uint8Array,
  signer: Signer,
  { typ, now, bound = {} }: JwsSigning,
): Promise<string> {
  for (const name of Object.keys(bound)) {
    if (ownNames.has(name) || keyNames.includes(name)) throw new RangeError(`${name} cannot be bound`);
  }
  const header = {
    alg: jwaName[signer.algorithm],
    kid: signer.keyId,
    typ,
    b64: false,
    crit: ['b64'],
    iat: Math.floor(now / 1000),
    ...bound,
  };
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
  const value = await signer.sign(Buffer.concat([Buffer.from(`${encoded}.`), bytes]));
  return `${encoded}..${Buffer.from(value).toString('base64url')}`;
}

/** What the verifier insists on. */
export interface JwsExpectation {
  readonly typ: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The values as they came with the bytes. Default: none may be bound. */
  readonly bound?: BoundValues;
  /** How far ahead of `now` it may be signed, milliseconds. Default 60 000. */
  readonly futureMs?: number;
}

/** Who signed the bytes, and when. */
export interface VerifiedJws {
  readonly keyId: string;
  readonly partner: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
}

/**
 * Verifies bytes against a detached JWS. `kid` only selects among pinned keys; keys in or behind the header are
 * refused. The key must be valid now and at `iat`: to read events older than a key's end, keep that key pinned
 * with a later `notAfter`. There is no maximum age, because an event may wait in its topic for days.
 *
 * @throws {SignatureRefused} with the exact code.
 */
export async function verifyDetached(
  jws: string,
  bytes: Uint8Array,
  findKey: FindKey,
  { typ, now, bound = {}, futureMs = futureToleranceMs }: JwsExpectation,
): Promise<VerifiedJws> {
  const [encoded, signature] = split(jws);
  const header = readJoseHeader(encoded);
  for (const name of keyNames) if (header.has(name)) throw new SignatureRefused('jws-key-in-header', name);
  const crit = header.get('crit');
  if (!Array.isArray(crit) || crit.length !== 1 || crit[0] !== 'b64' || header.get('b64') !== false) {
    throw new SignatureRefused('jws-crit');
  }
  for (const name of header.keys()) {
    if (!ownNames.has(name) && !Object.hasOwn(bound, name))
      throw new SignatureRefused('jws-header-not-allowed');
  }
  const kid = header.get('kid');
  if (typeof kid !== 'string' || kid === '') throw new SignatureRefused('jws-kid-missing');
  if (header.get('typ') !== typ) throw new SignatureRefused('jws-typ');
  const signedAt = readTime(header.get('iat'), now + futureMs);
  const key = findKey(kid);
  if (key === undefined || key.keyId !== kid) throw new SignatureRefused('keyid-unknown');
  const algorithm = jwaName[key.algorithm];
  if (header.get('alg') !== algorithm) throw new SignatureRefused('algorithm-mismatch');
  requireUsableKey(key, now);
  requireUsableKey(key, signedAt);
  await verifyValue(encoded, signature, bytes, key, algorithm);
  for (const [name, value] of Object.entries(bound)) {
    if (header.get(name) !== value) throw new SignatureRefused('jws-binding', name);
  }
  return { keyId: key.keyId, partner: key.partner, signedAt };
}

function split(jws: string): [encoded: string, signature: string] {
  const match = /^([A-Za-z0-9_-]+)\.\.([A-Za-z0-9_-]{1,1024})$/.exec(jws);
  if (match === null) throw new SignatureRefused('jws-malformed');
  const [, encoded, signature] = match as unknown as [string, string, string];
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) {
    throw new SignatureRefused('jws-malformed', 'signature encoding');
  }
  return [encoded, signature];
}

function readTime(iat: unknown, latest: number): number {
  if (typeof iat !== 'number' || !Number.isSafeInteger(iat) || iat <= 0)
    throw new SignatureRefused('jws-iat');
  if (iat * 1000 > latest) throw new SignatureRefused('jws-iat', 'future');
  return iat * 1000;
}

async function verifyValue(
  encoded: string,
  signature: string,
  bytes: Uint8Array,
  key: TrustedKey,
  algorithm: string,
): Promise<void> {
  try {
    await flattenedVerify({ protected: encoded, payload: bytes, signature }, key.publicKey, {
      algorithms: [algorithm],
    });
  } catch (cause) {
    if (cause instanceof errors.JWSSignatureVerificationFailed)
      throw new SignatureRefused('signature-mismatch');
    // jose found a fault of form that was overlooked above: refuse all the same.
    throw new SignatureRefused(
      'jws-malformed',
      cause instanceof errors.JOSEError ? cause.code : 'unexpected',
    );
  }
}
