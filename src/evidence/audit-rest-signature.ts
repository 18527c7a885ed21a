import { createHash } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, flattenedVerify } from 'jose';
import { verifyValue } from '../signing/http-sig/verify-value.js';
import { jwaName } from '../signing/jws-detached.js';
import type { TrustedKey } from '../signing/signer.js';
import { must, parseEvidence } from './audit-check.js';
import type { AuditRow } from './audit-input.js';

/**
 * The auditor's own reading of a signed HTTP message of a REST registry, out of the bytes and what was kept beside
 * them. Of `src/signing/` it takes the arithmetic of a signature value and nothing of what decides about messages.
 */
export interface RestSignature {
  readonly profile: 'http-sig' | 'modi-rest' | 'jws-detached';
  readonly key: TrustedKey;
  /** Milliseconds since the epoch, as the signer said. */
  readonly signedAt: number;
}

/** @throws {Error} with a sentence that quotes nothing of the message. */
export async function verifyQuestion(row: AuditRow, keys: readonly TrustedKey[]): Promise<RestSignature> {
  must(row.meta.method === 'POST', 'it is recorded as something else than a POST');
  const profile = profileOf(row);
  switch (profile) {
    case 'http-sig': {
      const values = {
        '"@method"': 'POST',
        '"@target-uri"': textOf(row, 'targetUri'),
        '"content-digest"': textOf(row, 'contentDigest'),
        '"content-type"': textOf(row, 'contentType'),
      };
      return { profile, ...verifyFields(row, values, keys) };
    }
    case 'modi-rest': {
      const { key, claims } = await verifyToken(row, keys);
      must(claims.request_jti === undefined, 'it is an answer');
      return { profile, key, signedAt: timeOf(claims.iat) };
    }
    case 'jws-detached': {
      const { key, header } = await verifyJws(row, keys);
      must(header.request_jti === undefined, 'it is an answer');
      return { profile, key, signedAt: timeOf(header.iat) };
    }
  }
}

/**
 * @param question that the answer must be tied to, by its signature or by its name and digest.
 * @throws {Error} with a sentence that quotes nothing of the message.
 */
export async function verifyAnswer(
  row: AuditRow,
  question: AuditRow,
  keys: readonly TrustedKey[],
): Promise<RestSignature> {
  const profile = profileOf(row);
  must(profile === profileOf(question), 'question and answer are of different profiles');
  switch (profile) {
    case 'http-sig': {
      const asked = /^ura=(:[A-Za-z0-9+/=]+:)$/.exec(textOf(question, 'signature'))?.[1];
      must(asked !== undefined, 'the signature of the question cannot be read');
      const values = {
        '"@status"': String(row.meta.status),
        '"content-digest"': textOf(row, 'contentDigest'),
        '"signature";req;key="ura"': asked,
      };
      return { profile, ...verifyFields(row, values, keys) };
    }
    case 'modi-rest': {
      const { key, claims } = await verifyToken(row, keys);
      const asked = claimsOf(textOf(question, 'agidJwtSignature'));
      must(
        claims.request_jti !== undefined && claims.request_jti === asked.jti,
        'it answers another message',
      );
      must(claims.request_digest === digestOf(question.bytes), 'it answers another body');
      return { profile, key, signedAt: timeOf(claims.iat) };
    }
    case 'jws-detached': {
      const { key, header } = await verifyJws(row, keys);
      const asked = decodeProtectedHeader(detachedOf(question)) as Record<string, unknown>;
      must(
        header.request_jti !== undefined && header.request_jti === asked.jti,
        'it answers another message',
      );
      must(`SHA-256=${header.request_digest}` === digestOf(question.bytes), 'it answers another body');
      return { profile, key, signedAt: timeOf(header.iat) };
    }
  }
}

function profileOf({ meta }: AuditRow): RestSignature['profile'] {
  if (meta.signatureInput !== undefined) return 'http-sig';
  return meta.agidJwtSignature === undefined ? 'jws-detached' : 'modi-rest';
}

/** RFC 9421 with exactly these components; RFC 9530 for the body. */
function verifyFields(
  row: AuditRow,
  values: Readonly<Record<string, string>>,
  keys: readonly TrustedKey[],
): { key: TrustedKey; signedAt: number } {
  const input = textOf(row, 'signatureInput');
  const [, parameters, list, rest] = /^ura=(\(([^()]*)\)((?:;[a-z]+=(?:\d+|"[^"\\]*"))+))$/.exec(input) ?? [];
  must(
    parameters !== undefined && list !== undefined && rest !== undefined,
    'Signature-Input cannot be read',
  );
  const covered = list.split(' ');
  const isWhole =
    covered.length === Object.keys(values).length &&
    Object.keys(values).every((name) => covered.includes(name));
  must(isWhole, 'the signature does not cover what it has to');
  must(/;tag="ura"/.test(rest), 'the signature is for another purpose');
  const digest = createHash('sha256').update(row.bytes).digest('base64');
  must(values['"content-digest"'] === `sha-256=:${digest}:`, 'the digest is not that of the bytes');
  const key = keyNamed(keys, /;keyid="([^"]+)"/.exec(rest)?.[1]);
  const base = [
    ...covered.map((name) => `${name}: ${values[name]}`),
    `"@signature-params": ${parameters}`,
  ].join('\n');
  const text = /^ura=:([A-Za-z0-9+/]+={0,2}):$/.exec(textOf(row, 'signature'))?.[1] ?? '';
  const value = Buffer.from(text, 'base64');
  // One spelling only: a character that nobody reads could be changed unseen.
  must(value.toString('base64') === text, 'the signature is not canonical base64');
  const holds = verifyValue(key.algorithm, key.publicKey, Buffer.from(base), value);
  must(holds, 'the signature does not hold');
  return { key, signedAt: timeOf(Number(/;created=(\d+)/.exec(rest)?.[1])) };
}

/** A JWT over the digest and the type of the body. */
async function verifyToken(row: AuditRow, keys: readonly TrustedKey[]) {
  const token = textOf(row, 'agidJwtSignature');
  requireCanonical(token);
  const { kid, ...header } = decodeProtectedHeader(token) as Record<string, unknown>;
  const thumbprint = header['x5t#S256'];
  const key =
    kid === undefined
      ? keys.find(({ certificate }) => certificate !== undefined && sha256Url(certificate.raw) === thumbprint)
      : keyNamed(keys, kid);
  must(key !== undefined, 'the key is not among the pinned ones');
  await holds(compactVerify(token, key.publicKey, { algorithms: [jwaName[key.algorithm]] }));
  const claims = claimsOf(token);
  const signed = new Map(
    (Array.isArray(claims.signed_headers) ? claims.signed_headers : []).flatMap((each) =>
      Object.entries(each as object),
    ),
  );
  must(signed.get('digest') === digestOf(row.bytes), 'the signed digest is not that of the bytes');
  must(signed.get('digest') === row.meta.digest, 'the digest is not the one that was signed');
  must(signed.get('content-type') === row.meta.contentType, 'the type is not the one that was signed');
  return { key, claims };
}

/** A detached JWS over the body. */
async function verifyJws(row: AuditRow, keys: readonly TrustedKey[]) {
  requireCanonical(detachedOf(row));
  const [encoded = '', , signature = ''] = detachedOf(row).split('.');
  const header = decodeProtectedHeader(`${encoded}..`) as Record<string, unknown>;
  const key = keyNamed(keys, header.kid);
  await holds(
    flattenedVerify({ protected: encoded, payload: row.bytes, signature }, key.publicKey, {
      algorithms: [jwaName[key.algorithm]],
      crit: { b64: true },
    }),
  );
  must(header.b64 === false, 'the signature is over another form of the body');
  return { key, header };
}

function detachedOf({ meta }: AuditRow): string {
  const [jws, ...others] = Object.values(meta).filter(
    (value): value is string => typeof value === 'string' && /^[\w-]+\.\.[\w-]+$/.test(value),
  );
  must(jws !== undefined && others.length === 0, 'what signs the message is not recorded');
  return jws;
}

function requireCanonical(jws: string): void {
  const isCanonical = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part;
  must(jws.split('.').every(isCanonical), 'the signature is not canonical base64url');
}

function keyNamed(keys: readonly TrustedKey[], keyId: unknown): TrustedKey {
  const key = keys.find((each) => each.keyId === keyId);
  must(key !== undefined, 'the key is not among the pinned ones');
  return key;
}

/** Turns whatever jose says into a sentence that quotes nothing. */
async function holds(verified: Promise<unknown>): Promise<void> {
  must(
    await verified.then(
      () => true,
      () => false,
    ),
    'jose does not accept the signature',
  );
}

function claimsOf(token: string): Record<string, unknown> {
  return parseEvidence(Buffer.from(token.split('.')[1] ?? '', 'base64url'));
}

function digestOf(bytes: Uint8Array): string {
  return `SHA-256=${createHash('sha256').update(bytes).digest('base64')}`;
}

function sha256Url(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

function timeOf(seconds: unknown): number {
  must(typeof seconds === 'number' && Number.isSafeInteger(seconds), 'it does not say when it was signed');
  return seconds * 1000;
}

function textOf({ meta }: AuditRow, name: string): string {
  const value = meta[name];
  must(typeof value === 'string', `what the signature covers is not recorded: ${name}`);
  return value;
}
