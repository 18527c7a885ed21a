import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { type SigningKey, signWith } from '../../signing/http-sig/signing-keys.js';
import {
  added,
  type Change,
  client,
  cover,
  type Draft,
  extraParameter,
  field,
  legacy,
  parameter,
  pinned,
  removed,
  rsa,
  signedBy,
  stranger,
  type Vector,
} from './honest-request.js';

const small = generateKeyPairSync('rsa', { modulusLength: 1024 });

function signedValue(signValue: Draft['signValue']): Change {
  return { draft: () => ({ signValue }) };
}

function hmacWithPublicKey(base: Buffer, { trusted }: SigningKey): Buffer {
  return createHmac('sha256', trusted.publicKey.export({ type: 'spki', format: 'pem' }))
    .update(base)
    .digest();
}

function both(first: Change, second: Change): Change {
  return {
    draft: (draft) => {
      const changed = { ...draft, ...first.draft?.(draft) };
      return { ...changed, ...second.draft?.(changed) };
    },
    sent: (sent) => {
      const changed = { ...sent, ...first.sent?.(sent) };
      return { ...changed, ...second.sent?.(changed) };
    },
  };
}

/** Shape of Signature and Signature-Input. */
export const fieldVectors: readonly Vector[] = [
  ['no signature at all', 'signature-missing', removed('Signature', 'Signature-Input')],
  ['Signature without Signature-Input', 'signature-missing', removed('Signature-Input')],
  ['Signature-Input without Signature', 'signature-missing', removed('Signature')],
  [
    'another label',
    'signature-label',
    both(
      field('Signature', (value) => value.replace('ura=', 'sig1=')),
      field('Signature-Input', (value) => value.replace('ura=', 'sig1=')),
    ),
  ],
  [
    'another label on the value alone',
    'signature-label',
    field('Signature', (value) => value.replace('ura=', 'sig1=')),
  ],
  [
    'two signatures, one bad',
    'signature-several',
    both(
      field('Signature', (value) => `${value}, evil=:AAAA:`),
      field('Signature-Input', (value) => `${value}, evil=();created=1`),
    ),
  ],
  [
    'a second member of Signature-Input alone',
    'signature-several',
    field('Signature-Input', (value) => `${value}, evil=()`),
  ],
  ['Signature empty', 'signature-malformed', field('Signature', () => '')],
  ['a second value alone', 'signature-several', field('Signature', (value) => `evil=:AAAA:, ${value}`)],
  [
    'the same label twice',
    'signature-malformed',
    field('Signature-Input', (value) => `ura=();created=1, ${value}`),
  ],
  ['two values, one label', 'signature-malformed', field('Signature', (value) => `ura=:AAAA:, ${value}`)],
  ['Signature in two lines', 'field-repeated', added('signature', 'ura=:AAAA:')],
  ['Signature-Input in two lines', 'field-repeated', added('SIGNATURE-INPUT', 'ura=();created=1')],
  ['Content-Type in two lines', 'field-repeated', added('content-type', 'text/plain')],
  ['Signature-Input as an item', 'signature-malformed', field('Signature-Input', () => 'ura=1')],
  ['Signature-Input empty', 'signature-label', field('Signature-Input', () => '')],
  ['Signature-Input cut off', 'signature-malformed', field('Signature-Input', (value) => value.slice(0, 40))],
  [
    'Signature-Input of 5 KB',
    'field-malformed',
    field('Signature-Input', () => `ura=(${'"a" '.repeat(1250)})`),
  ],
  ['500 components', 'component-repeated', cover((covered) => [...covered, ...Array(500).fill('"a"')])],
  [
    'white space doubled',
    'signature-malformed',
    field('Signature-Input', (value) => value.replace(' ', '  ')),
  ],
  ['junk in the base64', 'signature-malformed', field('Signature', (value) => value.replace(':', ':!'))],
  [
    'base64 without its padding',
    'signature-malformed',
    field('Signature', (value) => value.replace('==:', ':')),
  ],
  [
    'base64 with other unused bits',
    'signature-malformed',
    // The last letter before `==` carries two bits; A, Q, g and w are its canonical forms.
    field('Signature', (value) =>
      value.replace(/(.)==:$/, (_, letter: string) => `${String.fromCharCode(letter.charCodeAt(0) + 1)}==:`),
    ),
  ],
  ['an empty value', 'signature-malformed', field('Signature', () => 'ura=::')],
  ['value as a string', 'signature-malformed', field('Signature', () => 'ura="abc"')],
];

/** Which key, and how it signed. */
export const keyVectors: readonly Vector[] = [
  ['keyid missing', 'parameter-missing', parameter('keyid', '')],
  ['keyid empty', 'parameter-malformed', parameter('keyid', ';keyid=""')],
  ['keyid unknown', 'keyid-unknown', signedBy(stranger, 'stranger-2026')],
  ['keyid __proto__', 'keyid-unknown', parameter('keyid', ';keyid="__proto__"')],
  ['keyid of another client', 'signature-mismatch', parameter('keyid', ';keyid="shkoder-2026"')],
  ['a stranger under the keyid of a client', 'signature-mismatch', signedBy(stranger, 'divjake-2026')],
  ['alg of another key type', 'algorithm-mismatch', extraParameter(';alg="ed25519"')],
  [
    'alg hmac-sha256, keyed with the public key',
    'algorithm-not-allowed',
    both(extraParameter(';alg="hmac-sha256"'), signedValue(hmacWithPublicKey)),
  ],
  ['an HMAC under an EC key, alg left out', 'signature-mismatch', signedValue(hmacWithPublicKey)],
  ['alg none', 'algorithm-not-allowed', extraParameter(';alg="none"')],
  ['alg constructor', 'algorithm-not-allowed', extraParameter(';alg="constructor"')],
  ['alg as a token', 'algorithm-not-allowed', extraParameter(';alg=ecdsa-p256-sha256')],
  [
    'a key pinned for an algorithm outside the profile',
    'algorithm-not-allowed',
    signedBy(legacy, 'old-2026'),
  ],
  [
    'ECDSA value in DER',
    'signature-mismatch',
    signedValue((base, key) => sign('sha256', base, key.privateKey)),
  ],
  ['ECDSA value of zeros', 'signature-mismatch', signedValue(() => Buffer.alloc(64))],
  [
    'ECDSA value with a byte appended',
    'signature-mismatch',
    signedValue((base) =>
      Buffer.concat([signWith('ecdsa-p256-sha256', client.privateKey, base), Buffer.alloc(1)]),
    ),
  ],
  [
    'ECDSA value of another base',
    'signature-mismatch',
    signedValue((base, key) => signWith('ecdsa-p256-sha256', key.privateKey, base.subarray(1))),
  ],
  [
    'PSS value under a key pinned for PKCS #1 v1.5',
    'signature-mismatch',
    signedBy(rsa, 'rsa-2026', (base, key) => signWith('rsa-pss-sha512', key.privateKey, base)),
  ],
  [
    'RSA with SHA-1',
    'signature-mismatch',
    signedBy(rsa, 'rsa-2026', (base, key) => sign('sha1', base, key.privateKey)),
  ],
  ['an EC key pinned under an RSA algorithm', 'key-unfit', pinned(() => ({ algorithm: 'rsa-v1_5-sha256' }))],
  [
    'an RSA key of 1024 bits',
    'key-unfit',
    pinned(() => ({ algorithm: 'rsa-v1_5-sha256', publicKey: small.publicKey })),
  ],
  ['key not yet valid', 'key-not-valid-now', pinned((now) => ({ notBefore: now + 1 }))],
  ['key no longer valid', 'key-not-valid-now', pinned((now) => ({ notAfter: now - 1 }))],
];
