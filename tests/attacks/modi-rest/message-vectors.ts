import { createHash } from 'node:crypto';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import type { Vector } from './header-vectors.js';
import { type Change, digestOf, forged, honest, iat, now } from './world.js';

const claims = (change: Record<string, unknown>): Change => {
  return (message) => ({ claims: { ...message.claims, ...change } });
};
const claimsText = (change: (text: string) => string): Change => {
  return ({ claims: honestClaims }) => ({ claimsText: change(JSON.stringify(honestClaims)) });
};
const signedHeaders = (list: unknown): Change => claims({ signed_headers: list });
const type = { 'content-type': 'application/json' };
const digest = { digest: digestOf(honest) };
/** Signed and sent alike, so that nothing but the value itself is wrong. */
const digestValue =
  (value: string): Change =>
  (message) => ({
    claims: { ...message.claims, signed_headers: [{ digest: value }, type] },
    headers: ['Content-Type', 'application/json', 'Digest', value],
  });
const headers =
  (...list: string[]): Change =>
  () => ({ headers: list });
const token =
  (change: (token: string) => string): Change =>
  () => ({ token: change });
const sha512 = `SHA-512=${createHash('sha512').update(honest).digest('base64')}`;

function rows(row: string, list: readonly (readonly [string, RefusalCode, Change])[]): Vector[] {
  return list.map(([name, code, change]) => [row, name, code, change]);
}

export const messageVectors: readonly Vector[] = [
  ...rows('Claims', [
    ['exp missing', 'modi-claim', claims({ exp: undefined })],
    ['exp as text', 'modi-claim', claims({ exp: String(iat + 120) })],
    ['exp passed', 'message-expired', claims({ iat: iat - 100, exp: iat })],
    ['exp at the moment of iat', 'lifetime-invalid', claims({ exp: iat })],
    ['exp this very moment', 'message-expired', () => ({ nowMs: (iat + 120) * 1000 })],
    ['exp before iat', 'lifetime-invalid', claims({ exp: iat - 1 })],
    ['lifetime of a year', 'lifetime-invalid', claims({ exp: iat + 365 * 86_400 })],
    ['lifetime of 301 s', 'lifetime-invalid', claims({ exp: iat + 301 })],
    [
      'exp that no double holds',
      'modi-claims-malformed',
      claimsText((one) => one.replace(/"exp":\d+/, '"exp":1e999')),
    ],
    ['iat missing', 'modi-claim', claims({ iat: undefined })],
    ['iat at zero', 'modi-claim', claims({ iat: 0 })],
    ['iat before 1970', 'modi-claim', claims({ iat: -1 })],
    ['iat in the future behind an honest nbf', 'created-in-future', claims({ iat: iat + 6, nbf: iat })],
    ['iat with a fraction', 'modi-claim', claims({ iat: iat + 0.5 })],
    ['iat 6 s in the future', 'created-in-future', () => ({ nowMs: iat * 1000 - 6_000 })],
    ['iat 301 s ago', 'message-expired', () => ({ nowMs: now + 301_000 })],
    ['nbf in the future', 'created-in-future', claims({ nbf: iat + 60 })],
    ['aud missing', 'modi-audience', claims({ aud: undefined })],
    ['aud of another registry', 'modi-audience', claims({ aud: 'https://business.example/v1' })],
    [
      'aud that only begins with ours',
      'modi-audience',
      claims({ aud: 'https://tax.example/v1/clearances/' }),
    ],
    ['aud of us and another', 'modi-audience', claims({ aud: ['https://tax.example/v1/clearances', 'x'] })],
    ['aud of a number', 'modi-audience', claims({ aud: [1] })],
    ['aud as an object', 'modi-audience', claims({ aud: { 0: 'https://tax.example/v1/clearances' } })],
    ['target URI of another service', 'modi-audience', () => ({ targetUri: 'https://tax.example/v1/debts' })],
    [
      'query added to the target',
      'modi-audience',
      () => ({ targetUri: 'https://tax.example/v1/clearances?all=1' }),
    ],
    ['iss missing', 'modi-claim', claims({ iss: undefined })],
    ['iss of another partner', 'modi-issuer', claims({ iss: 'oss' })],
    ['sub missing', 'modi-claim', claims({ sub: undefined })],
    ['sub empty', 'modi-claim', claims({ sub: '' })],
    ['sub of 513 letters', 'modi-claim', claims({ sub: 's'.repeat(513) })],
    ['sub as a number', 'modi-claim', claims({ sub: 1 })],
    ['jti missing', 'modi-claim', claims({ jti: undefined })],
    ['jti empty', 'modi-claim', claims({ jti: '' })],
    ['jti of three letters', 'modi-claim', claims({ jti: 'abc' })],
    ['jti of 200 letters', 'modi-claim', claims({ jti: 'a'.repeat(200) })],
    ['jti replayed', 'message-replayed', () => ({ times: 2 })],
    ['an answer sent as a request', 'modi-claim', claims({ request_jti: 'x'.repeat(36) })],
    ['a claim twice', 'modi-claims-malformed', claimsText((one) => one.replace('{', '{"aud":"x",'))],
    [
      'a claim twice, escaped',
      'modi-claims-malformed',
      claimsText((one) => one.replace('{', '{"\\u0061ud":"x",')),
    ],
    [
      'a claim named __proto__',
      'modi-claims-malformed',
      claimsText((one) => one.replace('{', '{"__proto__":{},')),
    ],
    ['claims that are null', 'modi-claims-malformed', claimsText(() => 'null')],
    ['claims that are text', 'modi-claims-malformed', claimsText(() => '"a"')],
    ['claims that are a number', 'modi-claims-malformed', claimsText(() => '1')],
    ['claims that are a list', 'modi-claims-malformed', claimsText(() => '[]')],
    ['claims that are no JSON', 'modi-claims-malformed', claimsText(() => 'amount=100')],
    ['claims with a BOM', 'modi-claims-malformed', claimsText((one) => `\ufeff${one}`)],
    [
      'claims nested 40 deep',
      'modi-claims-malformed',
      claimsText((one) => one.replace('{', `{"x":${'['.repeat(40)}${']'.repeat(40)},`)),
    ],
  ]),
  ...rows('Signed fields', [
    ['signed_headers missing', 'modi-signed-headers', signedHeaders(undefined)],
    ['signed_headers empty', 'modi-signed-headers', signedHeaders([])],
    ['signed_headers as an object', 'modi-signed-headers', signedHeaders({ ...digest, ...type })],
    ['two names in one entry', 'modi-signed-headers', signedHeaders([{ ...digest, ...type }])],
    ['an empty entry', 'modi-signed-headers', signedHeaders([digest, type, {}])],
    ['an entry that is null', 'modi-signed-headers', signedHeaders([digest, type, null])],
    ['an entry that is a letter', 'modi-signed-headers', signedHeaders([digest, type, 'x'])],
    [
      'an entry that is a list',
      'modi-signed-headers',
      signedHeaders([digest, ['content-type', 'application/json']]),
    ],
    [
      'a value that is no text',
      'modi-signed-headers',
      signedHeaders([digest, { 'content-type': ['application/json'] }]),
    ],
    ['a name twice', 'modi-signed-headers', signedHeaders([digest, type, digest])],
    [
      'a name twice in another case',
      'modi-signed-headers',
      signedHeaders([digest, type, { Digest: digestOf(forged) }]),
    ],
    ['a name with a line feed', 'modi-signed-headers', signedHeaders([digest, type, { 'x\ny': '1' }])],
    [
      '17 entries',
      'modi-signed-headers',
      signedHeaders(Array.from({ length: 17 }, (_, n) => ({ [`x-${n}`]: '1' }))),
    ],
    ['digest not signed', 'modi-header-unsigned', signedHeaders([type])],
    ['content-type not signed', 'modi-header-unsigned', signedHeaders([digest])],
    [
      'content-type not signed, and no body',
      'modi-header-unsigned',
      (message) => ({
        claims: { ...message.claims, signed_headers: [{ digest: digestOf(Buffer.alloc(0)) }] },
        headers: ['Content-Type', 'application/json', 'Digest', digestOf(Buffer.alloc(0))],
        body: Buffer.alloc(0),
      }),
    ],
    ['content-type dropped on the way', 'modi-header-differs', headers('Digest', digestOf(honest))],
    [
      'content-type dropped and not signed',
      'modi-header-unsigned',
      (message) => ({
        claims: { ...message.claims, signed_headers: [digest] },
        headers: ['Digest', digestOf(honest)],
      }),
    ],
    [
      'content-type changed',
      'modi-header-differs',
      headers('Content-Type', 'text/xml', 'Digest', digestOf(honest)),
    ],
    [
      'charset added to content-type',
      'modi-header-differs',
      headers('Content-Type', 'application/json;charset=utf-7', 'Digest', digestOf(honest)),
    ],
    [
      'content-type twice',
      'field-repeated',
      headers('Content-Type', 'application/json', 'content-type', 'text/xml', 'Digest', digestOf(honest)),
    ],
    [
      'content-encoding added',
      'modi-header-unsigned',
      headers('Content-Type', 'application/json', 'Digest', digestOf(honest), 'Content-Encoding', 'gzip'),
    ],
    [
      'a signed field that did not come',
      'modi-header-differs',
      signedHeaders([digest, type, { 'x-purpose': 'tax' }]),
    ],
  ]),
  ...rows('Digest', [
    ['body changed', 'modi-digest-mismatch', () => ({ body: forged })],
    ['body dropped', 'modi-digest-mismatch', () => ({ body: Buffer.alloc(0) })],
    ['body appended', 'modi-digest-mismatch', () => ({ body: Buffer.concat([honest, honest]) })],
    [
      'body and Digest changed',
      'modi-header-differs',
      () => ({
        body: forged,
        headers: ['Content-Type', 'application/json', 'Digest', digestOf(forged)],
      }),
    ],
    ['Digest missing', 'modi-digest-missing', headers('Content-Type', 'application/json')],
    [
      'Digest twice',
      'field-repeated',
      headers('Content-Type', 'application/json', 'Digest', digestOf(honest), 'Digest', digestOf(forged)),
    ],
    [
      'two digests that differ in one field',
      'modi-digest-malformed',
      digestValue(`${digestOf(honest)},${digestOf(forged)}`),
    ],
    ['SHA-512 only', 'modi-digest-malformed', digestValue(sha512)],
    [
      'SHA-1',
      'modi-digest-malformed',
      digestValue(`SHA=${createHash('sha1').update(honest).digest('base64')}`),
    ],
    ['MD5', 'modi-digest-malformed', digestValue(`MD5=${createHash('md5').update(honest).digest('base64')}`)],
    [
      'SHA-256 in hex',
      'modi-digest-malformed',
      digestValue(`SHA-256=${createHash('sha256').update(honest).digest('hex')}`),
    ],
    ['SHA-256 cut off', 'modi-digest-malformed', digestValue(digestOf(honest).slice(0, -5))],
    [
      'base64 with spare bits',
      'modi-digest-malformed',
      digestValue(digestOf(honest).replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`)),
    ],
    [
      'Content-Digest in place of Digest',
      'modi-digest-missing',
      headers('Content-Type', 'application/json', 'Content-Digest', digestOf(honest)),
    ],
  ]),
  ...rows('Token', [
    ['no token', 'modi-token-missing', () => ({ tokenField: 'Authorization' })],
    [
      'token twice',
      'field-repeated',
      ({ headers: list }) => ({ headers: [...list, 'agid-jwt-signature', 'x'] }),
    ],
    ['token empty', 'modi-token-malformed', token(() => '')],
    ['Bearer before the token', 'modi-token-malformed', token((one) => `Bearer ${one}`)],
    ['payload detached', 'modi-token-malformed', token((one) => one.replace(/\..*\./, '..'))],
    ['five parts', 'modi-token-malformed', token((one) => `${one}.e30.e30`)],
    ['JSON serialisation', 'modi-token-malformed', token((one) => JSON.stringify({ signature: one }))],
    ['padding in the value', 'modi-token-malformed', token((one) => `${one}==`)],
    [
      'spare bits in the value',
      'modi-token-malformed',
      token((one) => `${one.slice(0, -1)}${one.endsWith('A') ? 'B' : spare(one)}`),
    ],
    ['value cut off', 'signature-mismatch', token((one) => one.slice(0, -2))],
    [
      'claims exchanged',
      'signature-mismatch',
      token((one) => one.replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`)),
    ],
    ['token of 13,000 characters', 'field-malformed', token((one) => one + 'A'.repeat(13_000))],
  ]),
];

/** The next character after the last one: the same bytes in a lenient decoder. */
function spare(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet[alphabet.indexOf(text.at(-1) ?? 'A') + 1] ?? 'B';
}
