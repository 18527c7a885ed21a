import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { makeKey, type SigningKey, signWith } from '../../signing/http-sig/signing-keys.js';

/** Seconds since the epoch, for all vectors. */
export const createdAt = 1_795_000_000;
export const origin = 'https://ura.example';
export const honestBody = Buffer.from('{"service":"AL012031","amount":100}');
const forgedBody = Buffer.from('{"service":"AL012031","amount":666}');

/** The client whose key is pinned, a second client, and somebody with a key of his own. */
export const client = makeKey('ecdsa-p256-sha256', 'divjake', 'divjake-2026');
export const neighbour = makeKey('ecdsa-p256-sha256', 'shkoder', 'shkoder-2026');
export const stranger = makeKey('ecdsa-p256-sha256', 'stranger', 'stranger-2026');
export const legacy = makeKey('rsa-v1_5-sha384', 'old', 'old-2026');
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
const rsa = makeKey('rsa-v1_5-sha256', 'rsa', 'rsa-2026');

/** Everything that a vector may change before and after signing. */
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
  /** Signature bytes over the base; by default the key's own. */
  signValue: (base: Buffer) => Buffer;
}

/** The message as it reaches the verifier. */
export interface Sent {
  method: string;
  targetUri: string;
  headers: string[];
  body: Buffer;
  now: number;
  pinned: TrustedKey[];
}

export interface RequestVector {
  readonly name: string;
  readonly expected: RefusalCode;
  /** Changes what is signed. */
  readonly before?: (draft: Draft) => void;
  /** Changes what was signed. */
  readonly after?: (sent: Sent) => void;
}

export function digestOf(body: Buffer, name: 'sha-256' | 'sha-512' = 'sha-256'): string {
  return `${name}=:${createHash(name.replace('-', '')).update(body).digest('base64')}:`;
}

/** An honest request, changed by one vector. */
export function send(vector: Pick<RequestVector, 'before' | 'after'>): Sent {
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
    signValue: (base) => signWith(draft.key.signer.algorithm, draft.key.privateKey, base),
  };
  vector.before?.(draft);
  const values = new Map([
    ['"@method"', draft.method],
    ['"@target-uri"', draft.targetUri],
    ['"content-digest"', draft.digest ?? ''],
    ['"content-type"', draft.contentType ?? ''],
    ['"@authority"', 'ura.example'],
    ['"date"', 'Fri, 20 Nov 2026 09:00:00 GMT'],
  ]);
  const params = `(${draft.covered.join(' ')})${draft.parameters.join('')}`;
  const lines = draft.covered.map((name) => `${name}: ${values.get(name) ?? ''}\n`).join('');
  const value = draft.signValue(Buffer.from(`${lines}"@signature-params": ${params}`));
  const headers = ['Host', 'ura.example'];
  if (draft.contentType !== undefined) headers.push('Content-Type', draft.contentType);
  if (draft.digest !== undefined) headers.push('Content-Digest', draft.digest);
  headers.push('Signature-Input', `ura=${params}`, 'Signature', `ura=:${value.toString('base64')}:`);
  const { method, targetUri, body } = draft;
  const pinned = [client, neighbour, legacy, rsa].map(({ trusted }) => trusted);
  const sent = { method, targetUri, headers, body, now: createdAt * 1000 + 1_000, pinned };
  vector.after?.(sent);
  return sent;
}

function value(sent: Sent, name: string): string {
  return sent.headers[sent.headers.indexOf(name) + 1] as string;
}

function set(sent: Sent, name: string, changed: string): void {
  sent.headers[sent.headers.indexOf(name) + 1] = changed;
}

function drop(sent: Sent, name: string): void {
  sent.headers.splice(sent.headers.indexOf(name), 2);
}

function without(draft: Draft, component: string): void {
  draft.covered = draft.covered.filter((name) => name !== component);
}

function parameter(draft: Draft, name: string, written: string): void {
  draft.parameters = draft.parameters.map((one) => (one.startsWith(`;${name}=`) ? written : one));
}

function repin(sent: Sent, change: Partial<TrustedKey>): void {
  sent.pinned = sent.pinned.map((key) => (key.keyId === 'divjake-2026' ? { ...key, ...change } : key));
}

/** Each row changes one honest request in one way. */
export const requestVectors: readonly RequestVector[] = [
  // Coverage
  ...['"@method"', '"@target-uri"', '"content-digest"', '"content-type"'].map(
    (component): RequestVector => ({
      name: `${component} dropped from the covered list`,
      expected: 'component-missing',
      before: (draft) => without(draft, component),
    }),
  ),
  {
    name: 'nothing covered',
    expected: 'component-missing',
    before: (draft) => {
      draft.covered = [];
    },
  },
  {
    name: '@authority covered in place of @target-uri',
    expected: 'component-not-allowed',
    before: (draft) => {
      without(draft, '"@target-uri"');
      draft.covered.push('"@authority"');
    },
  },
  {
    name: 'a foreign component covered besides',
    expected: 'component-not-allowed',
    before: (draft) => {
      draft.covered.push('"date"');
    },
  },
  {
    name: 'a component covered twice',
    expected: 'component-repeated',
    before: (draft) => {
      draft.covered.push('"@method"');
    },
  },
  {
    name: 'a component with ;bs',
    expected: 'component-not-allowed',
    before: (draft) => {
      draft.covered[3] = '"content-type";bs';
    },
  },
  {
    name: 'a component with ;tr',
    expected: 'component-not-allowed',
    before: (draft) => {
      draft.covered[2] = '"content-digest";tr';
    },
  },
  {
    name: 'a component with ;req in a request',
    expected: 'component-not-allowed',
    before: (draft) => {
      draft.covered[0] = '"@method";req';
    },
  },
  {
    name: 'a component in upper case',
    expected: 'component-not-allowed',
    before: (draft) => {
      draft.covered[3] = '"Content-Type"';
    },
  },
  {
    name: 'a component named __proto__',
    expected: 'component-not-allowed',
    before: (draft) => {
      draft.covered.push('"__proto__"');
    },
  },
  {
    name: 'digest and type covered, body cut off',
    expected: 'component-not-allowed',
    after: (sent) => {
      sent.body = Buffer.alloc(0);
    },
  },
  {
    name: 'body added to a request signed without one',
    expected: 'digest-missing',
    before: (draft) => {
      draft.covered.length = 2;
      draft.digest = undefined;
      draft.contentType = undefined;
    },
  },
  {
    name: 'body, digest and type added to a request signed without',
    expected: 'component-missing',
    before: (draft) => {
      draft.covered.length = 2;
    },
  },
  // What was signed, changed on the way
  {
    name: 'method changed',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.method = 'PUT';
    },
  },
  {
    name: 'method in lower case',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.method = 'post';
    },
  },
  {
    name: 'path changed',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.targetUri = `${origin}/v1/requests/1/cancel?trace=1`;
    },
  },
  {
    name: 'query changed',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.targetUri = `${origin}/v1/requests?trace=2`;
    },
  },
  {
    name: 'host changed',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.targetUri = 'https://evil.example/v1/requests?trace=1';
    },
  },
  {
    name: 'scheme changed',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.targetUri = sent.targetUri.replace('https', 'http');
    },
  },
  {
    name: 'path percent-encoded anew',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.targetUri = sent.targetUri.replace('requests', '%72equests');
    },
  },
  {
    name: 'media type changed',
    expected: 'signature-mismatch',
    after: (sent) => set(sent, 'Content-Type', 'text/plain'),
  },
  {
    name: 'media type parameter added',
    expected: 'signature-mismatch',
    after: (sent) => set(sent, 'Content-Type', 'application/json;charset=utf-7'),
  },
  {
    name: 'media type line smuggling a component',
    expected: 'field-malformed',
    after: (sent) => set(sent, 'Content-Type', 'application/json\n"@method": GET'),
  },
  {
    name: 'media type with a non-ASCII letter',
    expected: 'field-malformed',
    after: (sent) => set(sent, 'Content-Type', 'application/json\u00a0'),
  },
  { name: 'media type removed', expected: 'component-missing', after: (sent) => drop(sent, 'Content-Type') },
  // Digest
  {
    name: 'forged body under the honest digest',
    expected: 'digest-mismatch',
    after: (sent) => {
      sent.body = forgedBody;
    },
  },
  {
    name: 'forged body and its digest',
    expected: 'signature-mismatch',
    after: (sent) => {
      sent.body = forgedBody;
      set(sent, 'Content-Digest', digestOf(forgedBody));
    },
  },
  {
    name: 'one byte appended to the body',
    expected: 'digest-mismatch',
    after: (sent) => {
      sent.body = Buffer.concat([honestBody, Buffer.from(' ')]);
    },
  },
  { name: 'digest removed', expected: 'digest-missing', after: (sent) => drop(sent, 'Content-Digest') },
  {
    name: 'two digests that differ, in two lines',
    expected: 'field-repeated',
    after: (sent) => {
      sent.headers.push('Content-Digest', digestOf(forgedBody));
    },
  },
  {
    name: 'two sha-256 digests in one line',
    expected: 'digest-malformed',
    before: (draft) => {
      draft.digest = `${digestOf(forgedBody)}, ${digestOf(honestBody)}`;
    },
  },
  {
    name: 'right sha-256 beside a wrong sha-512',
    expected: 'digest-mismatch',
    before: (draft) => {
      draft.digest = `${digestOf(honestBody)}, ${digestOf(forgedBody, 'sha-512')}`;
    },
  },
  {
    name: 'wrong sha-256 beside a right sha-512',
    expected: 'digest-mismatch',
    before: (draft) => {
      draft.digest = `${digestOf(forgedBody)}, ${digestOf(honestBody, 'sha-512')}`;
    },
  },
  {
    name: 'sha-512 only',
    expected: 'digest-malformed',
    before: (draft) => {
      draft.digest = digestOf(honestBody, 'sha-512');
    },
  },
  {
    name: 'md5 beside sha-256',
    expected: 'digest-malformed',
    before: (draft) => {
      draft.digest = `${digestOf(honestBody)}, md5=:AAAA:`;
    },
  },
  {
    name: 'sha-256 cut to 16 bytes',
    expected: 'digest-mismatch',
    before: (draft) => {
      draft.digest = `sha-256=:${createHash('sha256').update(honestBody).digest().subarray(0, 16).toString('base64')}:`;
    },
  },
  {
    name: 'digest as a string',
    expected: 'digest-malformed',
    before: (draft) => {
      draft.digest = 'sha-256="x"';
    },
  },
  {
    name: 'empty digest value',
    expected: 'digest-malformed',
    before: (draft) => {
      draft.digest = ' ';
    },
  },
  {
    name: 'digest named __proto__',
    expected: 'digest-malformed',
    before: (draft) => {
      draft.digest = '*__proto__=:AAAA:';
    },
  },
  // Time
  {
    name: 'created missing',
    expected: 'parameter-missing',
    before: (draft) => parameter(draft, 'created', ''),
  },
  {
    name: 'created ten minutes ago',
    expected: 'message-expired',
    after: (sent) => {
      sent.now += 600_000;
    },
  },
  {
    name: 'created 6 s in the future',
    expected: 'created-in-future',
    after: (sent) => {
      sent.now = createdAt * 1000 - 6_000;
    },
  },
  {
    name: 'created as text',
    expected: 'parameter-malformed',
    before: (draft) => parameter(draft, 'created', `;created="${createdAt}"`),
  },
  {
    name: 'created with a fraction',
    expected: 'parameter-malformed',
    before: (draft) => parameter(draft, 'created', `;created=${createdAt}.5`),
  },
  {
    name: 'created negative',
    expected: 'parameter-malformed',
    before: (draft) => parameter(draft, 'created', `;created=-${createdAt}`),
  },
  {
    name: 'expires passed',
    expected: 'message-expired',
    after: (sent) => {
      sent.now = (createdAt + 120) * 1000;
    },
  },
  {
    name: 'expires missing',
    expected: 'parameter-missing',
    before: (draft) => parameter(draft, 'expires', ''),
  },
  {
    name: 'expires before created',
    expected: 'lifetime-invalid',
    before: (draft) => parameter(draft, 'expires', `;expires=${createdAt - 1}`),
  },
  {
    name: 'lifetime of a year',
    expected: 'lifetime-invalid',
    before: (draft) => parameter(draft, 'expires', `;expires=${createdAt + 31_536_000}`),
  },
  {
    name: 'lifetime of 301 s',
    expected: 'lifetime-invalid',
    before: (draft) => parameter(draft, 'expires', `;expires=${createdAt + 301}`),
  },
  {
    name: 'expires prolonged after signing',
    expected: 'signature-mismatch',
    after: (sent) =>
      set(
        sent,
        'Signature-Input',
        value(sent, 'Signature-Input').replace(`expires=${createdAt + 120}`, `expires=${createdAt + 240}`),
      ),
  },
  // Nonce, tag, label, parameters
  { name: 'nonce missing', expected: 'parameter-missing', before: (draft) => parameter(draft, 'nonce', '') },
  {
    name: 'nonce empty',
    expected: 'parameter-malformed',
    before: (draft) => parameter(draft, 'nonce', ';nonce=""'),
  },
  {
    name: 'nonce of 129 characters',
    expected: 'parameter-malformed',
    before: (draft) => parameter(draft, 'nonce', `;nonce="${'n'.repeat(129)}"`),
  },
  {
    name: 'nonce changed after signing',
    expected: 'signature-mismatch',
    after: (sent) =>
      set(sent, 'Signature-Input', value(sent, 'Signature-Input').replace('000000000001', '000000000002')),
  },
  {
    name: 'tag of another application',
    expected: 'tag-wrong',
    before: (draft) => parameter(draft, 'tag', ';tag="web-bot-auth"'),
  },
  { name: 'tag missing', expected: 'parameter-missing', before: (draft) => parameter(draft, 'tag', '') },
  {
    name: 'unknown parameter',
    expected: 'parameter-not-allowed',
    before: (draft) => {
      draft.parameters.push(';context="x"');
    },
  },
  {
    name: 'parameter given twice',
    expected: 'signature-malformed',
    before: (draft) => {
      draft.parameters.unshift(';nonce="0193a1b2-0000-7000-8000-000000000009"');
    },
  },
  {
    name: 'another label',
    expected: 'signature-label',
    after: (sent) => {
      for (const name of ['Signature', 'Signature-Input'])
        set(sent, name, value(sent, name).replace('ura=', 'sig1='));
    },
  },
  // Shape of the two fields
  {
    name: 'no signature at all',
    expected: 'signature-missing',
    after: (sent) => {
      drop(sent, 'Signature');
      drop(sent, 'Signature-Input');
    },
  },
  {
    name: 'Signature without Signature-Input',
    expected: 'signature-missing',
    after: (sent) => drop(sent, 'Signature-Input'),
  },
  {
    name: 'two signatures, one bad',
    expected: 'signature-several',
    after: (sent) => {
      set(sent, 'Signature-Input', `${value(sent, 'Signature-Input')}, evil=();created=1`);
      set(sent, 'Signature', `${value(sent, 'Signature')}, evil=:AAAA:`);
    },
  },
  {
    name: 'a second value without its input',
    expected: 'signature-several',
    after: (sent) => set(sent, 'Signature', `evil=:AAAA:, ${value(sent, 'Signature')}`),
  },
  {
    name: 'the same label twice',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature-Input', `ura=();created=1, ${value(sent, 'Signature-Input')}`),
  },
  {
    name: 'the same label twice in Signature',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature', `ura=:AAAA:, ${value(sent, 'Signature')}`),
  },
  {
    name: 'Signature sent in two lines',
    expected: 'field-repeated',
    after: (sent) => {
      sent.headers.push('signature', 'ura=:AAAA:');
    },
  },
  {
    name: 'Signature-Input sent in two lines',
    expected: 'field-repeated',
    after: (sent) => {
      sent.headers.push('SIGNATURE-INPUT', value(sent, 'Signature-Input'));
    },
  },
  {
    name: 'Content-Type sent in two lines',
    expected: 'field-repeated',
    after: (sent) => {
      sent.headers.push('content-type', 'text/plain');
    },
  },
  {
    name: 'Signature-Input as an item',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature-Input', 'ura=1'),
  },
  {
    name: 'Signature-Input cut in the middle',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature-Input', value(sent, 'Signature-Input').slice(0, 40)),
  },
  {
    name: 'Signature-Input of 5 KB',
    expected: 'field-malformed',
    after: (sent) => set(sent, 'Signature-Input', `ura=(${'"a" '.repeat(1250)})`),
  },
  {
    name: 'white space smuggled into the covered list',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature-Input', value(sent, 'Signature-Input').replace(' ', '  ')),
  },
  {
    name: 'junk in the base64',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature', value(sent, 'Signature').replace(':', ':!')),
  },
  {
    name: 'base64 with other unused bits',
    expected: 'signature-malformed',
    after: (sent) =>
      set(
        sent,
        'Signature',
        value(sent, 'Signature').replace(
          /.==:$/,
          (end) => `${end.startsWith('A') || end.startsWith('Q') ? 'h' : 'B'}==:`,
        ),
      ),
  },
  {
    name: 'base64 without its padding',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature', value(sent, 'Signature').replace('==:', ':')),
  },
  {
    name: 'an empty value',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature', 'ura=::'),
  },
  {
    name: 'value as a string',
    expected: 'signature-malformed',
    after: (sent) => set(sent, 'Signature', 'ura="abc"'),
  },
  // Keys and algorithms
  { name: 'keyid missing', expected: 'parameter-missing', before: (draft) => parameter(draft, 'keyid', '') },
  {
    name: 'keyid unknown',
    expected: 'key-unknown',
    before: (draft) => {
      draft.key = stranger;
      parameter(draft, 'keyid', ';keyid="stranger-2026"');
    },
  },
  {
    name: 'keyid __proto__',
    expected: 'key-unknown',
    before: (draft) => parameter(draft, 'keyid', ';keyid="__proto__"'),
  },
  {
    name: 'keyid of another client',
    expected: 'signature-mismatch',
    before: (draft) => parameter(draft, 'keyid', ';keyid="shkoder-2026"'),
  },
  {
    name: 'a stranger signs under the keyid of a client',
    expected: 'signature-mismatch',
    before: (draft) => {
      draft.key = stranger;
    },
  },
  {
    name: 'alg of another key type',
    expected: 'algorithm-mismatch',
    before: (draft) => {
      draft.parameters.push(';alg="ed25519"');
    },
  },
  {
    name: 'alg hmac-sha256 with the public key as secret',
    expected: 'algorithm-not-allowed',
    before: (draft) => {
      draft.parameters.push(';alg="hmac-sha256"');
      draft.signValue = (base) =>
        createHmac('sha256', draft.key.trusted.publicKey.export({ type: 'spki', format: 'pem' }))
          .update(base)
          .digest();
    },
  },
  {
    name: 'an HMAC under an EC key, alg left out',
    expected: 'signature-mismatch',
    before: (draft) => {
      draft.signValue = (base) =>
        createHmac('sha256', draft.key.trusted.publicKey.export({ type: 'spki', format: 'der' }))
          .update(base)
          .digest();
    },
  },
  {
    name: 'alg none',
    expected: 'algorithm-not-allowed',
    before: (draft) => {
      draft.parameters.push(';alg="none"');
    },
  },
  {
    name: 'alg constructor',
    expected: 'algorithm-not-allowed',
    before: (draft) => {
      draft.parameters.push(';alg="constructor"');
    },
  },
  {
    name: 'alg as a token',
    expected: 'algorithm-not-allowed',
    before: (draft) => {
      draft.parameters.push(';alg=ecdsa-p256-sha256');
    },
  },
  {
    name: 'a pinned key of an algorithm outside the profile',
    expected: 'algorithm-not-allowed',
    before: (draft) => {
      draft.key = legacy;
      parameter(draft, 'keyid', ';keyid="old-2026"');
    },
  },
  {
    name: 'ECDSA value in DER',
    expected: 'signature-mismatch',
    before: (draft) => {
      draft.signValue = (base) => sign('sha256', base, draft.key.privateKey);
    },
  },
  {
    name: 'ECDSA value of zeros',
    expected: 'signature-mismatch',
    before: (draft) => {
      draft.signValue = () => Buffer.alloc(64);
    },
  },
  {
    name: 'ECDSA value with a byte appended',
    expected: 'signature-mismatch',
    before: (draft) => {
      const { privateKey } = draft.key;
      draft.signValue = (base) =>
        Buffer.concat([signWith('ecdsa-p256-sha256', privateKey, base), Buffer.alloc(1)]);
    },
  },
  {
    name: 'PSS value under a key pinned for PKCS #1 v1.5',
    expected: 'signature-mismatch',
    before: (draft) => {
      draft.key = rsa;
      parameter(draft, 'keyid', ';keyid="rsa-2026"');
      draft.signValue = (base) => signWith('rsa-pss-sha512', rsa.privateKey, base);
    },
  },
  {
    name: 'RSA with SHA-1',
    expected: 'signature-mismatch',
    before: (draft) => {
      draft.key = rsa;
      parameter(draft, 'keyid', ';keyid="rsa-2026"');
      draft.signValue = (base) => sign('sha1', base, rsa.privateKey);
    },
  },
  {
    name: 'an EC key pinned under an RSA algorithm',
    expected: 'key-unfit',
    after: (sent) => repin(sent, { algorithm: 'rsa-v1_5-sha256' }),
  },
  {
    name: 'an RSA key of 1024 bits',
    expected: 'key-unfit',
    after: (sent) => repin(sent, { algorithm: 'rsa-v1_5-sha256', publicKey: small.publicKey }),
  },
  {
    name: 'key not yet valid',
    expected: 'key-not-valid-now',
    after: (sent) => repin(sent, { notBefore: sent.now + 1 }),
  },
  {
    name: 'key no longer valid',
    expected: 'key-not-valid-now',
    after: (sent) => repin(sent, { notAfter: sent.now - 1 }),
  },
];
