import { createHash } from 'node:crypto';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { makeKey, type SigningKey, signWith } from '../../signing/http-sig/signing-keys.js';

/** Seconds since the epoch, for all vectors. */
export const createdAt = 1_795_000_000;
export const origin = 'https://ura.example';
export const honestBody = Buffer.from('{"service":"AL012031","amount":100}');
export const forgedBody = Buffer.from('{"service":"AL012031","amount":666}');

/** The client whose key is pinned, others that are pinned too, and somebody with a key of his own. */
export const client = makeKey('ecdsa-p256-sha256', 'divjake', 'divjake-2026');
export const neighbour = makeKey('ecdsa-p256-sha256', 'shkoder', 'shkoder-2026');
export const legacy = makeKey('rsa-v1_5-sha384', 'old', 'old-2026');
export const rsa = makeKey('rsa-v1_5-sha256', 'rsa', 'rsa-2026');
export const stranger = makeKey('ecdsa-p256-sha256', 'stranger', 'stranger-2026');

/** What is about to be signed. */
export interface Draft {
  method: string;
  targetUri: string;
  body: Buffer;
  digest: string | undefined;
  contentType: string | undefined;
  covered: string[];
  /** Written as they stand, with their semicolons. */
  parameters: string[];
  key: SigningKey;
  signValue: (base: Buffer, key: SigningKey) => Buffer;
}

/** What reaches the verifier. */
export interface Sent {
  method: string;
  targetUri: string;
  headers: string[];
  body: Buffer;
  /** Milliseconds since the epoch at the verifier. */
  now: number;
  pinned: TrustedKey[];
}

/** One change to an honest request, before or after it is signed. */
export interface Change {
  readonly draft?: (draft: Draft) => Partial<Draft>;
  readonly sent?: (sent: Sent) => Partial<Sent>;
}

/** One row of the table: what is changed, the code it must be refused with, the change. */
export type Vector = readonly [name: string, expected: RefusalCode, change: Change];

export function digestOf(body: Buffer, name: 'sha-256' | 'sha-512' = 'sha-256'): string {
  return `${name}=:${createHash(name.replace('-', '')).update(body).digest('base64')}:`;
}

/** Signs the honest request, changed as told. */
export function send(change: Change): Sent {
  const draft: Draft = {
    method: 'POST',
    targetUri: `${origin}/v1/requests?trace=1`,
    body: honestBody,
    digest: digestOf(honestBody),
    contentType: 'application/json',
    covered: ['"@method"', '"@target-uri"', '"content-digest"', '"content-type"'],
    parameters: [
      `;created=${createdAt}`,
      `;expires=${createdAt + 120}`,
      ';keyid="divjake-2026"',
      ';nonce="0193a1b2-0000-7000-8000-000000000001"',
      ';tag="ura"',
    ],
    key: client,
    signValue: (base, key) => signWith(key.signer.algorithm, key.privateKey, base),
  };
  Object.assign(draft, change.draft?.(draft));
  const values = new Map([
    ['"@method"', draft.method],
    ['"@target-uri"', draft.targetUri],
    ['"content-digest"', draft.digest],
    ['"content-type"', draft.contentType],
    ['"@authority"', 'ura.example'],
  ]);
  const parameters = `(${draft.covered.join(' ')})${draft.parameters.join('')}`;
  const lines = draft.covered.map((name) => `${name}: ${values.get(name) ?? ''}\n`).join('');
  const value = draft.signValue(Buffer.from(`${lines}"@signature-params": ${parameters}`), draft.key);
  const headers = ['Host', 'ura.example'];
  if (draft.contentType !== undefined) headers.push('Content-Type', draft.contentType);
  if (draft.digest !== undefined) headers.push('Content-Digest', draft.digest);
  headers.push('Signature-Input', `ura=${parameters}`, 'Signature', `ura=:${value.toString('base64')}:`);
  const { method, targetUri, body } = draft;
  const pinned = [client, neighbour, legacy, rsa].map(({ trusted }) => trusted);
  const sent: Sent = { method, targetUri, headers, body, now: createdAt * 1000 + 1_000, pinned };
  return Object.assign(sent, change.sent?.(sent));
}

/** Covers another list. */
export function cover(change: (covered: string[]) => string[]): Change {
  return { draft: ({ covered }) => ({ covered: change(covered) }) };
}

/** Writes one signature parameter otherwise; `''` leaves it out. */
export function parameter(name: string, written: string): Change {
  const swap = (one: string) => (one.startsWith(`;${name}=`) ? written : one);
  return { draft: ({ parameters }) => ({ parameters: parameters.map(swap) }) };
}

/** Writes one signature parameter more. */
export function extraParameter(written: string): Change {
  return { draft: ({ parameters }) => ({ parameters: [...parameters, written] }) };
}

/** Signs over another Content-Digest. */
export function digest(written: string | undefined): Change {
  return { draft: () => ({ digest: written }) };
}

/** Signs with another key, under another keyid. */
export function signedBy(key: SigningKey, keyId: string, signValue?: Draft['signValue']): Change {
  const renamed = parameter('keyid', `;keyid="${keyId}"`);
  return {
    draft: (draft) => ({ ...renamed.draft?.(draft), key, ...(signValue && { signValue }) }),
  };
}

/** Changes one field after signing. */
export function field(name: string, change: (value: string) => string): Change {
  return {
    sent: ({ headers }) => ({
      headers: headers.map((one, index) => (headers[index - 1] === name ? change(one) : one)),
    }),
  };
}

/** Removes fields after signing. */
export function removed(...names: readonly string[]): Change {
  return {
    sent: ({ headers }) => ({
      headers: headers.filter((one, index) => !names.includes(headers[index - (index % 2)] ?? one)),
    }),
  };
}

/** Adds a field line after signing. */
export function added(name: string, value: string): Change {
  return { sent: ({ headers }) => ({ headers: [...headers, name, value] }) };
}

/** Moves the verifier's clock, milliseconds. */
export function later(byMs: number): Change {
  return { sent: ({ now }) => ({ now: now + byMs }) };
}

/** Pins the client's key otherwise. */
export function pinned(change: (now: number) => Partial<TrustedKey>): Change {
  return {
    sent: ({ pinned: keys, now }) => ({
      pinned: keys.map((key) => (key.keyId === 'divjake-2026' ? { ...key, ...change(now) } : key)),
    }),
  };
}
