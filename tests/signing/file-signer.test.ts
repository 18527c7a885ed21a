import assert from 'node:assert/strict';
import {
  constants,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { algorithmOf, fileSigner } from '../../src/signing/file-signer.js';
import type { SignatureAlgorithm } from '../../src/signing/signer.js';
import { issue, makeAuthority } from '../support/certificates.js';

const data = Buffer.from('what is signed');

describe('a signer with a key file', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const ec384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  const ed25519 = generateKeyPairSync('ed25519').privateKey;
  let rsa: KeyObject;

  before(function () {
    this.timeout(20_000);
    rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  });

  it('takes the usual algorithm of each type of key', () => {
    assert.equal(algorithmOf(rsa), 'rsa-v1_5-sha256');
    assert.equal(algorithmOf(ec), 'ecdsa-p256-sha256');
    assert.equal(algorithmOf(ec384), 'ecdsa-p384-sha384');
    assert.equal(algorithmOf(ed25519), 'ed25519');
  });

  it('signs with every algorithm what node:crypto verifies', async () => {
    const cases: readonly [SignatureAlgorithm, KeyObject, string | null][] = [
      ['rsa-v1_5-sha256', rsa, 'sha256'],
      ['rsa-v1_5-sha384', rsa, 'sha384'],
      ['rsa-v1_5-sha512', rsa, 'sha512'],
      ['rsa-pss-sha512', rsa, 'sha512'],
      ['ecdsa-p256-sha256', ec, 'sha256'],
      ['ecdsa-p384-sha384', ec384, 'sha384'],
      ['ed25519', ed25519, null],
    ];
    for (const [algorithm, privateKey, hash] of cases) {
      const signature = await fileSigner({ keyId: 'k', privateKey, algorithm }).sign(data);
      const pss =
        algorithm === 'rsa-pss-sha512' ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 } : {};
      const key = { key: createPublicKey(privateKey), dsaEncoding: 'ieee-p1363' as const, ...pss };
      assert.ok(verify(hash, data, key, signature), algorithm);
    }
  });

  it('writes ECDSA values as r and s, of one length', async () => {
    assert.equal((await fileSigner({ keyId: 'k', privateKey: ec }).sign(data)).length, 64);
    assert.equal((await fileSigner({ keyId: 'k', privateKey: ec384 }).sign(data)).length, 96);
  });

  it('takes PEM as well as keys', async () => {
    const privateKey = ec.export({ format: 'pem', type: 'sec1' }).toString();
    assert.equal(fileSigner({ keyId: 'k', privateKey }).algorithm, 'ecdsa-p256-sha256');
  });

  it('refuses RSA under 2048 bits and types of key that no profile uses', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const curve = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
    const ed448 = generateKeyPairSync('ed448').privateKey;
    for (const privateKey of [small, curve, ed448]) {
      assert.throws(() => fileSigner({ keyId: 'k', privateKey }), { code: 'key-too-small' });
    }
  });

  it('takes a key that is for RSA-PSS alone for nothing else', async () => {
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
    const small = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey;
    const signer = fileSigner({ keyId: 'k', privateKey: pss });
    assert.equal(signer.algorithm, 'rsa-pss-sha512');
    const key = { key: createPublicKey(pss), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    assert.ok(verify('sha512', data, key, await signer.sign(data)));
    assert.throws(() => fileSigner({ keyId: 'k', privateKey: pss, algorithm: 'rsa-v1_5-sha256' }), TypeError);
    assert.throws(() => algorithmOf(small), { code: 'key-too-small', where: 'rsa-pss' });
  });

  it('carries the certificate in either form, and none where there is none', async () => {
    const issued = await issue(await makeAuthority('CA'), { name: 'own' });
    const { privateKey, certificate, certificatePem } = issued;
    for (const given of [certificate, certificatePem]) {
      const signer = fileSigner({ keyId: 'k', privateKey, certificate: given });
      assert.ok(signer.certificate?.raw.equals(certificate.raw));
    }
    assert.ok(!('certificate' in fileSigner({ keyId: 'k', privateKey })));
  });

  it('rejects where the signature cannot be made', async () => {
    const publicKey = createPublicKey(ec);
    await assert.rejects(fileSigner({ keyId: 'k', privateKey: publicKey }).sign(data));
  });

  it('says which key cannot be used and why', async () => {
    const stranger = await issue(await makeAuthority('CA'), { name: 'stranger' });
    assert.throws(() => fileSigner({ keyId: 'k7', privateKey: ec, algorithm: 'ed25519' }), {
      message: 'Key k7 is of type ec: it cannot sign ed25519.',
    });
    assert.throws(() => fileSigner({ keyId: 'k7', privateKey: ec, certificate: stranger.certificate }), {
      message: 'The certificate of key k7 belongs to another private key.',
    });
    const ed448 = generateKeyPairSync('ed448').privateKey;
    assert.throws(() => algorithmOf(ed448), { code: 'key-too-small', where: 'ed448' });
    assert.throws(() => algorithmOf(createSecretKey(data)), { code: 'key-too-small', where: 'secret' });
  });

  it('refuses an algorithm or a certificate that does not belong to the key', async () => {
    const stranger = await issue(await makeAuthority('CA'), { name: 'stranger' });
    assert.throws(() => fileSigner({ keyId: 'k', privateKey: ec, algorithm: 'rsa-v1_5-sha256' }), TypeError);
    assert.throws(() => fileSigner({ keyId: 'k', privateKey: rsa, algorithm: 'ed25519' }), TypeError);
    assert.throws(
      () => fileSigner({ keyId: 'k', privateKey: ec, certificate: stranger.certificatePem }),
      TypeError,
    );
  });
});
