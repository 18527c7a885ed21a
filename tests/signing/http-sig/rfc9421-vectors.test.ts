import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { signComponents } from '../../../src/signing/http-sig/sign-request.js';
import { type Component, signatureBase } from '../../../src/signing/http-sig/signature-base.js';
import { verifyValue } from '../../../src/signing/http-sig/verify-value.js';
import type { SignatureAlgorithm } from '../../../src/signing/signer.js';
import { signWith } from './signing-keys.js';

/** Public halves of the test keys of RFC 9421 Appendix B.1, and the private half of the Ed25519 one. */
const keys = {
  'rsa-pss-sha512': `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`,
  'ecdsa-p256-sha256': `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`,
  ed25519: `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----`,
} as const;
const ed25519Private = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`;

const requestDigest =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';

interface Vector {
  readonly section: string;
  readonly algorithm: keyof typeof keys;
  readonly components: readonly Component[];
  readonly parameters: string;
  readonly value: string;
}

const vectors: readonly Vector[] = [
  {
    section: 'B.2.1',
    algorithm: 'rsa-pss-sha512',
    components: [],
    parameters: '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    value:
      'd2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==',
  },
  {
    section: 'B.2.2',
    algorithm: 'rsa-pss-sha512',
    components: [
      ['"@authority"', 'example.com'],
      ['"content-digest"', requestDigest],
      ['"@query-param";name="Pet"', 'dog'],
    ],
    parameters:
      '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    value:
      'LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==',
  },
  {
    section: 'B.2.3',
    algorithm: 'rsa-pss-sha512',
    components: [
      ['"date"', 'Tue, 20 Apr 2021 02:07:55 GMT'],
      ['"@method"', 'POST'],
      ['"@path"', '/foo'],
      ['"@query"', '?param=Value&Pet=dog'],
      ['"@authority"', 'example.com'],
      ['"content-type"', 'application/json'],
      ['"content-digest"', requestDigest],
      ['"content-length"', '18'],
    ],
    parameters:
      '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    value:
      'bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==',
  },
  {
    section: 'B.2.4',
    algorithm: 'ecdsa-p256-sha256',
    components: [
      ['"@status"', '200'],
      ['"content-type"', 'application/json'],
      [
        '"content-digest"',
        'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
      ],
      ['"content-length"', '23'],
    ],
    parameters:
      '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    value: 'wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==',
  },
  {
    section: 'B.2.6',
    algorithm: 'ed25519',
    components: [
      ['"date"', 'Tue, 20 Apr 2021 02:07:55 GMT'],
      ['"@method"', 'POST'],
      ['"@path"', '/foo'],
      ['"@authority"', 'example.com'],
      ['"content-type"', 'application/json'],
      ['"content-length"', '18'],
    ],
    parameters:
      '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    value: 'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  },
  {
    section: '§2.4 (an answer bound to its request)',
    algorithm: 'ecdsa-p256-sha256',
    components: [
      ['"@status"', '503'],
      [
        '"content-digest"',
        'sha-512=:0Y6iCBzGg5rZtoXS95Ijz03mslf6KAMCloESHObfwnHJDbkkWWQz6PhhU9kxsTbARtY2PTBOzq24uJFpHsMuAg==:',
      ],
      ['"content-type"', 'application/json'],
      ['"@authority";req', 'example.com'],
      ['"@method";req', 'POST'],
      ['"@path";req', '/foo'],
      ['"content-digest";req', requestDigest],
    ],
    parameters:
      '("@status" "content-digest" "content-type" "@authority";req "@method";req "@path";req "content-digest";req);created=1618884479;keyid="test-key-ecc-p256"',
    value: 'dMT/A/76ehrdBTD/2Xx8QuKV6FoyzEP/I9hdzKN8LQJLNgzU4W767HK05rx1i8meNQQgQPgQp8wq2ive3tV5Ag==',
  },
];

describe('signing/http-sig against the vectors of RFC 9421', () => {
  for (const { section, algorithm, components, parameters, value } of vectors) {
    it(`builds the signature base of ${section} and verifies its ${algorithm} value`, () => {
      const base = signatureBase(components, parameters);
      const publicKey = createPublicKey(keys[algorithm]);
      assert.equal(verifyValue(algorithm, publicKey, base, Buffer.from(value, 'base64')), true);
      const changed = Buffer.from(base);
      changed[3] = (changed[3] as number) ^ 1;
      assert.equal(verifyValue(algorithm, publicKey, changed, Buffer.from(value, 'base64')), false);
    });
  }

  it('writes the signature value of B.2.6 byte for byte', () => {
    const vector = vectors.find(({ section }) => section === 'B.2.6') as Vector;
    const base = signatureBase(vector.components, vector.parameters);
    const value = signWith('ed25519', createPrivateKey(ed25519Private), base);
    assert.equal(value.toString('base64'), vector.value);
  });

  it('writes the base that it signs in the form of §2.5', async () => {
    let signed = '';
    const algorithm: SignatureAlgorithm = 'ed25519';
    const sign = async (data: Uint8Array) => {
      signed = Buffer.from(data).toString('latin1');
      return new Uint8Array(64);
    };
    const fields = await signComponents([['"@method"', 'GET']], ';created=1', {
      keyId: 'k',
      algorithm,
      sign,
    });
    assert.equal(signed, '"@method": GET\n"@signature-params": ("@method");created=1;tag="ura"');
    assert.equal(fields['signature-input'], 'ura=("@method");created=1;tag="ura"');
    assert.equal(fields.signature, `ura=:${Buffer.alloc(64).toString('base64')}:`);
  });
});
