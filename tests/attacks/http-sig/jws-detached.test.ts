import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { verifyDetached } from '../../../src/signing/jws-detached.js';
import { type RefusalCode, SignatureRefused } from '../../../src/signing/refusals.js';
import type { TrustedKey } from '../../../src/signing/signer.js';
import { makeKey, type SigningKey, signWith } from '../../signing/http-sig/signing-keys.js';

const now = 1_795_000_000_000;
const iat = now / 1000;
const honest = Buffer.from('{"amount":100}');
const forged = Buffer.from('{"amount":666}');
const bound = { ce_id: 'event-1', ce_type: 'al.ura.request.answered.v1', ce_subject: 'request-1' };
const gateway = makeKey('ecdsa-p256-sha256', 'gateway', 'gateway-2026');
const other = makeKey('ecdsa-p256-sha256', 'other', 'other-2026');

interface Signed {
  header: Record<string, unknown>;
  /** Text of the header, where JSON.stringify cannot write it. */
  headerText?: string;
  sign: (input: Buffer, key: SigningKey) => Buffer;
  signedBytes: Buffer;
}

interface Received {
  jws: string;
  bytes: Buffer;
  bound: Record<string, string>;
  typ: string;
  now: number;
  pinned: readonly TrustedKey[];
}

type Vector = readonly [
  name: string,
  expected: RefusalCode,
  change: {
    readonly signed?: (signed: Signed) => Partial<Signed>;
    readonly received?: (received: Received) => Partial<Received>;
  },
];

function header(change: Record<string, unknown>): Vector[2] {
  return { signed: (signed) => ({ header: { ...signed.header, ...change } }) };
}

function text(change: (text: string) => string): Vector[2] {
  return { signed: (signed) => ({ headerText: change(JSON.stringify(signed.header)) }) };
}

function jws(change: (jws: string) => string): Vector[2] {
  return { received: (received) => ({ jws: change(received.jws) }) };
}

function hmac(input: Buffer, { trusted }: SigningKey): Buffer {
  return createHmac('sha256', trusted.publicKey.export({ type: 'spki', format: 'pem' }))
    .update(input)
    .digest();
}

const vectors: readonly Vector[] = [
  ['bytes changed', 'signature-mismatch', { received: () => ({ bytes: forged }) }],
  ['bytes appended', 'signature-mismatch', { received: () => ({ bytes: Buffer.concat([honest, honest]) }) }],
  ['bytes empty', 'signature-mismatch', { received: () => ({ bytes: Buffer.alloc(0) }) }],
  [
    'payload encoded although b64 is false',
    'signature-mismatch',
    { signed: () => ({ signedBytes: Buffer.from(honest.toString('base64url')) }) },
  ],
  [
    'alg none without a value',
    'jws-malformed',
    { ...header({ alg: 'none' }), ...jws((one) => one.replace(/[^.]+$/, '')) },
  ],
  ['alg none with a value', 'algorithm-mismatch', header({ alg: 'none' })],
  [
    'HS256 with the public key as secret',
    'algorithm-mismatch',
    { signed: (signed) => ({ header: { ...signed.header, alg: 'HS256' }, sign: hmac }) },
  ],
  ['an HMAC under alg ES256', 'signature-mismatch', { signed: () => ({ sign: hmac }) }],
  ['alg of another key type', 'algorithm-mismatch', header({ alg: 'RS256' })],
  ['alg absent', 'algorithm-mismatch', header({ alg: undefined })],
  ['alg in lower case', 'algorithm-mismatch', header({ alg: 'es256' })],
  ['kid absent', 'jws-kid-missing', header({ kid: undefined })],
  ['kid empty', 'jws-kid-missing', header({ kid: '' })],
  ['kid unknown', 'keyid-unknown', header({ kid: 'nobody' })],
  ['kid constructor', 'keyid-unknown', header({ kid: 'constructor' })],
  ['kid of another partner', 'signature-mismatch', header({ kid: 'other-2026' })],
  ['jwk embedded', 'jws-malformed', header({ jwk: other.trusted.publicKey.export({ format: 'jwk' }) })],
  ['jwk as text', 'jws-key-in-header', header({ jwk: JSON.stringify({ kty: 'EC' }) })],
  ['jku', 'jws-key-in-header', header({ jku: 'https://evil.example/jwks' })],
  ['x5u', 'jws-key-in-header', header({ x5u: 'https://evil.example/x' })],
  ['foreign x5c', 'jws-key-in-header', header({ x5c: ['MIIB'] })],
  ['b64:false without crit', 'jws-crit', header({ crit: undefined })],
  ['crit empty', 'jws-crit', header({ crit: [] })],
  ['crit unknown', 'jws-crit', header({ crit: ['b64', 'exp'], exp: iat })],
  ['crit twice b64', 'jws-crit', header({ crit: ['b64', 'b64'] })],
  ['crit as text', 'jws-crit', header({ crit: 'b64' })],
  ['b64 true', 'jws-crit', header({ b64: true })],
  ['b64 absent', 'jws-crit', header({ b64: undefined })],
  ['b64 as text', 'jws-crit', header({ b64: 'false' })],
  ['a header name twice', 'jws-header-repeated', text((one) => one.replace('{', '{"alg":"none",'))],
  [
    'a header name twice, escaped',
    'jws-header-repeated',
    text((one) => one.replace('{', '{"\\u0061lg":"none",')),
  ],
  [
    'a header name twice, spaced',
    'jws-header-repeated',
    text((one) => one.replace('{', '{ "kid" : "other-2026" , ')),
  ],
  ['an unknown header', 'jws-header-not-allowed', header({ zip: 'DEF' })],
  [
    'a header named __proto__',
    'jws-header-not-allowed',
    text((one) => one.replace('{', '{"__proto__":"x",')),
  ],
  ['a nested header value', 'jws-malformed', header({ ce_id: { a: 1 } })],
  ['header that is a list', 'jws-malformed', text(() => '[]')],
  ['header that is no JSON', 'jws-malformed', text(() => '{alg:ES256}')],
  ['header with trailing text', 'jws-malformed', text((one) => `${one} {}`)],
  ['header of 9 KB', 'jws-malformed', header({ ce_id: 'x'.repeat(9_000) })],
  ['header with a BOM', 'jws-malformed', text((one) => `\ufeff${one}`)],
  ['payload attached', 'jws-malformed', jws((one) => one.replace('..', `.${honest.toString('base64url')}.`))],
  ['JSON serialisation', 'jws-malformed', jws((one) => JSON.stringify({ signature: one }))],
  ['a third dot', 'jws-malformed', jws((one) => `${one}.`)],
  ['white space', 'jws-malformed', jws((one) => ` ${one}`)],
  ['empty', 'jws-malformed', jws(() => '')],
  ['padding in the signature', 'jws-malformed', jws((one) => `${one}==`)],
  [
    'spare bits in the signature',
    'jws-malformed',
    // 64 bytes leave four bits of the last letter unused; a lenient decoder would not look at them.
    jws((one) => one.replace(/.$/, (last) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[last] ?? '!')),
  ],
  ['junk in the signature', 'jws-malformed', jws((one) => `${one}!`)],
  ['signature cut off', 'signature-mismatch', jws((one) => one.slice(0, -2))],
  ['typ absent', 'jws-typ', header({ typ: undefined })],
  ['typ of another use', 'jws-typ', header({ typ: 'ura-receipt+jws' })],
  ['iat absent', 'jws-iat', header({ iat: undefined })],
  ['iat as text', 'jws-iat', header({ iat: String(iat) })],
  ['iat 61 s in the future', 'jws-iat', header({ iat: iat + 61 })],
  [
    'a bound value exchanged',
    'jws-binding',
    { received: () => ({ bound: { ...bound, ce_subject: 'request-2' } }) },
  ],
  ['a bound value absent from the header', 'jws-binding', header({ ce_id: undefined })],
  [
    'a bound value absent beside the bytes',
    'jws-header-not-allowed',
    { received: () => ({ bound: { ce_id: 'event-1' } }) },
  ],
  [
    'another partner signs',
    'signature-mismatch',
    { signed: () => ({ sign: (input) => signWith('ecdsa-p256-sha256', other.privateKey, input) }) },
  ],
  [
    'key no longer valid',
    'key-not-valid-now',
    { received: ({ pinned }) => ({ pinned: pinned.map((key) => ({ ...key, notAfter: now - 1 })) }) },
  ],
  [
    'signed before the key was valid',
    'key-not-valid-now',
    {
      signed: (signed) => ({ header: { ...signed.header, iat: iat - 10 } }),
      received: ({ pinned }) => ({ pinned: pinned.map((key) => ({ ...key, notBefore: now - 5_000 })) }),
    },
  ],
  [
    'an EC key pinned under an RSA algorithm',
    'algorithm-mismatch',
    {
      received: ({ pinned }) => ({ pinned: pinned.map((key) => ({ ...key, algorithm: 'rsa-v1_5-sha256' })) }),
    },
  ],
];

async function verify({ signed: before, received: after }: Vector[2]) {
  const signed: Signed = {
    header: {
      alg: 'ES256',
      kid: 'gateway-2026',
      typ: 'ura-event+jws',
      b64: false,
      crit: ['b64'],
      iat,
      ...bound,
    },
    sign: (input, key) => signWith('ecdsa-p256-sha256', key.privateKey, input),
    signedBytes: honest,
  };
  Object.assign(signed, before?.(signed));
  const encoded = Buffer.from(signed.headerText ?? JSON.stringify(signed.header)).toString('base64url');
  const value = signed.sign(Buffer.concat([Buffer.from(`${encoded}.`), signed.signedBytes]), gateway);
  const received: Received = {
    jws: `${encoded}..${value.toString('base64url')}`,
    bytes: honest,
    bound,
    typ: 'ura-event+jws',
    now,
    pinned: [gateway.trusted, other.trusted],
  };
  Object.assign(received, after?.(received));
  const byId = new Map(received.pinned.map((key) => [key.keyId, key]));
  return verifyDetached(received.jws, received.bytes, (kid) => byId.get(kid), received);
}

describe('attacks on a detached JWS', () => {
  let refused = 0;

  it('starts from a signature that is accepted', async () => {
    assert.equal((await verify({})).partner, 'gateway');
  });

  for (const [name, expected, change] of vectors) {
    it(`${name}: ${expected}`, async () => {
      await assert.rejects(verify(change), (error) => {
        assert.ok(error instanceof SignatureRefused, String(error));
        assert.equal(error.code, expected);
        return true;
      });
      refused += 1;
    });
  }

  after(() => {
    process.stdout.write(`attack vectors: ${vectors.length} refused: ${refused}\n`);
  });
});
