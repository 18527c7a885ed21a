import assert from 'node:assert/strict';
import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { requireUsableKey, verifyValue } from '../../../src/signing/http-sig/verify-value.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import type { SignatureAlgorithm } from '../../../src/signing/signer.js';
import { makeKey, signWith } from './signing-keys.js';

const algorithms = [
  'ecdsa-p256-sha256',
  'ecdsa-p384-sha384',
  'ed25519',
  'rsa-v1_5-sha256',
  'rsa-v1_5-sha384',
  'rsa-v1_5-sha512',
  'rsa-pss-sha512',
] as const satisfies readonly SignatureAlgorithm[];
const data = Buffer.from('"@method": POST');

describe('signing/http-sig/verify-value: one value under one key', function () {
  // RSA keys take seconds on a busy machine.
  this.timeout(60_000);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = {
    p256: makeKey('ecdsa-p256-sha256').trusted.publicKey,
    p384: makeKey('ecdsa-p384-sha384').trusted.publicKey,
    p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey,
    ed25519: makeKey('ed25519').trusted.publicKey,
    ed448: generateKeyPairSync('ed448').publicKey,
    x25519: generateKeyPairSync('x25519').publicKey,
    rsa: rsa.publicKey,
    rsa1024: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
    rsaPss: generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
    dsa: generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).publicKey,
    rsaPss1024: generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).publicKey,
  };
  const fitting: Readonly<Record<SignatureAlgorithm, readonly (keyof typeof keys)[]>> = {
    'ecdsa-p256-sha256': ['p256'],
    'ecdsa-p384-sha384': ['p384'],
    ed25519: ['ed25519'],
    'rsa-v1_5-sha256': ['rsa'],
    'rsa-v1_5-sha384': ['rsa'],
    'rsa-v1_5-sha512': ['rsa'],
    'rsa-pss-sha512': ['rsa', 'rsaPss'],
  };

  for (const algorithm of algorithms) {
    it(`${algorithm}: takes its own value over these bytes, and no other`, () => {
      const { privateKey, trusted } = makeKey(algorithm);
      const value = signWith(algorithm, privateKey, data);
      const verifies = (bytes: Buffer, signature: Buffer) =>
        verifyValue(algorithm, trusted.publicKey, bytes, signature);
      assert.equal(verifies(data, value), true);
      assert.equal(verifies(Buffer.from('"@method": GET'), value), false);
      assert.equal(verifies(data, Buffer.from(value.map((byte, i) => (i === 9 ? byte ^ 1 : byte)))), false);
      for (const wrong of [Buffer.alloc(0), value.subarray(1), Buffer.concat([value, Buffer.of(0)])]) {
        assert.equal(verifies(data, wrong), false, `${wrong.length} bytes`);
      }
    });

    it(`${algorithm}: takes only keys that fit it`, () => {
      const taken = Object.entries(keys)
        .filter(([, publicKey]) => isUsable({ algorithm, publicKey }))
        .map(([name]) => name);
      assert.deepEqual(taken, fitting[algorithm]);
    });
  }

  for (const [algorithm, hash] of [
    ['ecdsa-p256-sha256', 'sha256'],
    ['ecdsa-p384-sha384', 'sha384'],
  ] as const) {
    it(`${algorithm}: takes no DER value and no other hash`, () => {
      const { privateKey, trusted } = makeKey(algorithm);
      const ieee = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      const der = { key: privateKey, dsaEncoding: 'der' } as const;
      assert.equal(verifyValue(algorithm, trusted.publicKey, data, sign(hash, data, der)), false);
      assert.equal(verifyValue(algorithm, trusted.publicKey, data, sign('sha512', data, ieee)), false);
    });
  }

  it('takes no RSA value of another hash, padding or salt length', () => {
    const pss = (saltLength: number) => ({
      key: rsa.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength,
    });
    const values = {
      'rsa-v1_5-sha256': sign('sha256', data, rsa.privateKey),
      'rsa-v1_5-sha384': sign('sha384', data, rsa.privateKey),
      'rsa-v1_5-sha512': sign('sha512', data, rsa.privateKey),
      'rsa-pss-sha512': sign('sha512', data, pss(64)),
      'salt of 32 bytes': sign('sha512', data, pss(32)),
      'pss with sha256': sign('sha256', data, pss(32)),
    };
    for (const algorithm of algorithms.filter((name) => name.startsWith('rsa'))) {
      const taken = Object.entries(values)
        .filter(([, value]) => verifyValue(algorithm, rsa.publicKey, data, value))
        .map(([name]) => name);
      assert.deepEqual(taken, [algorithm]);
    }
  });

  it('uses a key from the first to the last moment that it is pinned for', () => {
    const publicKey = keys.ed25519;
    const window = { algorithm: 'ed25519', publicKey, notBefore: 1_000, notAfter: 2_000 } as const;
    const usable = [999, 1_000, 2_000, 2_001].filter((now) => isUsable(window, now));
    assert.deepEqual(usable, [1_000, 2_000]);
    const { notAfter: _, ...open } = window;
    assert.equal(isUsable(open, Number.MAX_SAFE_INTEGER), true);
  });
});

function isUsable(
  key: { algorithm: SignatureAlgorithm; publicKey: KeyObject; notBefore?: number; notAfter?: number },
  now = 0,
): boolean {
  try {
    requireUsableKey({ partner: 'divjake', keyId: 'divjake-1', ...key }, now);
    return true;
  } catch (error) {
    assert.ok(error instanceof SignatureRefused, String(error));
    assert.match(error.code, /^key-(unfit|not-valid-now)$/);
    return false;
  }
}
