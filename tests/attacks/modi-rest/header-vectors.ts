import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { RefusalCode } from '../../../src/signing/refusals.js';
import { signWith } from '../../signing/http-sig/signing-keys.js';
import type { Change, World } from './world.js';

/** One line of the table: a request that must be refused, with exactly this code. */
export type Vector = readonly [row: string, name: string, code: RefusalCode, change: Change];

const row = 'JWS header';

const header = (change: (world: World) => Record<string, unknown>): Change => {
  return (message, world) => ({ header: { ...message.header, ...change(world) } });
};
const text = (change: (text: string) => string): Change => {
  return ({ header: honest }) => ({ headerText: change(JSON.stringify(honest)) });
};
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' });
const hmac = (input: Buffer, { gateway }: World) =>
  createHmac('sha256', spki(gateway.certificate.publicKey)).update(input).digest();
const byAttacker = (input: Buffer, { attacker }: World) =>
  signWith('ecdsa-p256-sha256', attacker.privateKey, input);
const der = (world: World, who: 'gateway' | 'attacker') => world[who].certificate.raw.toString('base64');
const thumbprint = (world: World, who: 'gateway' | 'attacker') =>
  Buffer.from(world[who].certificate.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');

export const headerVectors: readonly Vector[] = [
  [
    row,
    'alg none with an empty value',
    'modi-token-malformed',
    (message, world) => ({
      ...header(() => ({ alg: 'none' }))(message, world),
      token: (token) => token.replace(/[^.]+$/, ''),
    }),
  ],
  [row, 'alg none with a value', 'algorithm-mismatch', header(() => ({ alg: 'none' }))],
  [
    row,
    'HS256 with the public key as secret',
    'algorithm-mismatch',
    (message, world) => ({
      ...header(() => ({ alg: 'HS256' }))(message, world),
      sign: hmac,
    }),
  ],
  [row, 'an HMAC under alg ES256', 'signature-mismatch', () => ({ sign: hmac })],
  [row, 'alg RS256 for an EC key', 'algorithm-mismatch', header(() => ({ alg: 'RS256' }))],
  [row, 'alg ES384 for a P-256 key', 'algorithm-mismatch', header(() => ({ alg: 'ES384' }))],
  [row, 'alg in lower case', 'algorithm-mismatch', header(() => ({ alg: 'es256' }))],
  [row, 'alg absent', 'algorithm-mismatch', header(() => ({ alg: undefined }))],
  [row, 'alg constructor', 'algorithm-mismatch', header(() => ({ alg: 'constructor' }))],
  [
    row,
    'ECDSA value in DER',
    'signature-mismatch',
    () => ({
      sign: (input, { gateway }) => {
        const value = signWith('ecdsa-p256-sha256', gateway.privateKey, input);
        return Buffer.concat([
          Buffer.from([0x30, 0x44, 2, 32]),
          value.subarray(0, 32),
          Buffer.from([2, 32]),
          value.subarray(32),
        ]);
      },
    }),
  ],
  [row, 'ECDSA value of zeros', 'signature-mismatch', () => ({ sign: () => Buffer.alloc(64) })],
  [row, 'kid missing and nothing else', 'modi-key-selector', header(() => ({ kid: undefined }))],
  [row, 'kid empty', 'modi-key-selector', header(() => ({ kid: '' }))],
  [row, 'kid unknown', 'keyid-unknown', header(() => ({ kid: 'nobody' }))],
  [row, 'kid constructor', 'keyid-unknown', header(() => ({ kid: 'constructor' }))],
  [row, 'kid of another partner', 'signature-mismatch', header(({ other }) => ({ kid: other.signer.keyId }))],
  [row, 'kid and x5c together', 'modi-key-selector', header((world) => ({ x5c: [der(world, 'gateway')] }))],
  [
    row,
    'kid and x5t#S256 together',
    'modi-key-selector',
    header((world) => ({ 'x5t#S256': thumbprint(world, 'gateway') })),
  ],
  [
    row,
    'foreign x5c, signed by its key',
    'keyid-unknown',
    (message, world) => ({
      ...header(() => ({ kid: undefined, x5c: [der(world, 'attacker')] }))(message, world),
      sign: byAttacker,
    }),
  ],
  [
    row,
    'foreign x5c before the pinned one',
    'keyid-unknown',
    (message, world) => ({
      ...header(() => ({ kid: undefined, x5c: [der(world, 'attacker'), der(world, 'gateway')] }))(
        message,
        world,
      ),
      sign: byAttacker,
    }),
  ],
  [
    row,
    'pinned x5c, signed by the attacker',
    'signature-mismatch',
    (message, world) => ({
      ...header(() => ({ kid: undefined, x5c: [der(world, 'gateway')] }))(message, world),
      sign: byAttacker,
    }),
  ],
  [
    row,
    'foreign x5t#S256',
    'keyid-unknown',
    header((world) => ({ kid: undefined, 'x5t#S256': thumbprint(world, 'attacker') })),
  ],
  [
    row,
    'x5t#S256 that is hex',
    'modi-key-selector',
    header(({ gateway }) => ({
      kid: undefined,
      'x5t#S256': gateway.certificate.fingerprint256,
    })),
  ],
  [
    row,
    'x5t#S256 with a letter before it',
    'modi-key-selector',
    header((world) => ({ kid: undefined, 'x5t#S256': `A${thumbprint(world, 'gateway')}` })),
  ],
  [
    row,
    'x5t#S256 with a letter behind it',
    'modi-key-selector',
    header((world) => ({ kid: undefined, 'x5t#S256': `${thumbprint(world, 'gateway')}A` })),
  ],
  [
    row,
    'x5t#S256 as a list',
    'modi-key-selector',
    header((world) => ({ kid: undefined, 'x5t#S256': [thumbprint(world, 'gateway')] })),
  ],
  [row, 'x5c that is empty', 'modi-key-selector', header(() => ({ kid: undefined, x5c: [] }))],
  [
    row,
    'x5c that is text',
    'modi-key-selector',
    header((world) => ({ kid: undefined, x5c: der(world, 'gateway') })),
  ],
  [
    row,
    'x5c of six certificates',
    'modi-key-selector',
    header((world) => ({
      kid: undefined,
      x5c: Array.from({ length: 6 }, () => der(world, 'gateway').slice(0, 99)),
    })),
  ],
  [
    row,
    'x5t of SHA-1',
    'jws-header-not-allowed',
    header(({ gateway }) => ({
      kid: undefined,
      x5t: Buffer.from(gateway.certificate.fingerprint.replaceAll(':', ''), 'hex').toString('base64url'),
    })),
  ],
  [
    row,
    'jwk embedded',
    'jws-malformed',
    (message, world) => ({
      ...header(({ attacker }) => ({ jwk: attacker.certificate.publicKey.export({ format: 'jwk' }) }))(
        message,
        world,
      ),
      sign: byAttacker,
    }),
  ],
  [row, 'jwk as text', 'jws-key-in-header', header(() => ({ jwk: '{}' }))],
  [row, 'jku', 'jws-key-in-header', header(() => ({ jku: 'https://evil.example/jwks' }))],
  [row, 'x5u', 'jws-key-in-header', header(() => ({ x5u: 'https://evil.example/x' }))],
  [row, 'crit unknown', 'jws-crit', header(() => ({ crit: ['exp'], exp: 1 }))],
  [row, 'crit empty', 'jws-crit', header(() => ({ crit: [] }))],
  [row, 'b64:false without crit', 'jws-crit', header(() => ({ b64: false }))],
  [row, 'b64:false with crit', 'jws-crit', header(() => ({ b64: false, crit: ['b64'] }))],
  [row, 'zip', 'jws-header-not-allowed', header(() => ({ zip: 'DEF' }))],
  [row, 'cty of a nested token', 'jws-header-not-allowed', header(() => ({ cty: 'JWT' }))],
  [row, 'a header name twice', 'jws-header-repeated', text((one) => one.replace('{', '{"alg":"none",'))],
  [
    row,
    'a header name twice, escaped',
    'jws-header-repeated',
    text((one) => one.replace('{', '{"\\u006bid":"oss-1",')),
  ],
  [
    row,
    'a header named __proto__',
    'jws-header-not-allowed',
    text((one) => one.replace('{', '{"__proto__":"x",')),
  ],
  [row, 'header with a BOM', 'jws-malformed', text((one) => `\ufeff${one}`)],
  [row, 'header that is a list', 'jws-malformed', text(() => '["ES256"]')],
  [row, 'header of 6 KB', 'jws-malformed', header(() => ({ kid: 'x'.repeat(6_400) }))],
  [row, 'typ absent', 'jws-typ', header(() => ({ typ: undefined }))],
  [row, 'typ of an access token', 'jws-typ', header(() => ({ typ: 'at+jwt' }))],
  [
    row,
    'another partner signs in the name of the first',
    'signature-mismatch',
    () => ({
      sign: (input, { other }) => signWith('ecdsa-p256-sha256', other.privateKey, input),
    }),
  ],
  [
    row,
    'another partner signs as itself with the first one’s issuer',
    'modi-issuer',
    (message, world) => ({
      ...header(({ other }) => ({ kid: other.signer.keyId }))(message, world),
      sign: (input, { other }) => signWith('ecdsa-p256-sha256', other.privateKey, input),
    }),
  ],
  [
    row,
    'pinned RSA key of 1024 bits',
    'key-unfit',
    (message, world) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      return {
        ...header(() => ({ alg: 'RS256', kid: 'weak' }))(message, world),
        pinned: [{ partner: 'gateway', keyId: 'weak', algorithm: 'rsa-v1_5-sha256', publicKey }],
        sign: (input) => signWith('rsa-v1_5-sha256', privateKey, input),
      };
    },
  ],
  [
    row,
    'EC key pinned under an RSA algorithm',
    'key-unfit',
    (message, world) => ({
      ...header(() => ({ alg: 'RS256' }))(message, world),
      pinned: [{ ...world.gatewayKey.trusted, algorithm: 'rsa-v1_5-sha256' }],
    }),
  ],
  [
    row,
    'pinned key after its end',
    'key-not-valid-now',
    (message, world) => ({
      pinned: [{ ...world.gatewayKey.trusted, notAfter: message.nowMs - 1 }],
    }),
  ],
  [
    row,
    'pinned key before its begin',
    'key-not-valid-now',
    (message, world) => ({
      pinned: [{ ...world.gatewayKey.trusted, notBefore: message.nowMs + 1 }],
    }),
  ],
  [row, 'revoked certificate', 'key-revoked', () => ({ isRevoked: () => true })],
];
