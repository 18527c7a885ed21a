import assert from 'node:assert/strict';
import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';
import { requireUsableKey } from '../../../src/signing/http-sig/verify-value.js';
import { makeKey } from './signing-keys.js';

const from = Date.UTC(2026, 0, 1);
const to = Date.UTC(2027, 0, 1);

describe('signing/http-sig/verify-value', () => {
  it('uses a key pinned as a certificate only between the dates of that certificate', async () => {
    const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ]);
    const made = await X509CertificateGenerator.createSelfSigned(
      {
        name: 'CN=divjake',
        notBefore: new Date(from),
        notAfter: new Date(to),
        keys,
        signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      },
      webcrypto as Parameters<typeof X509CertificateGenerator.createSelfSigned>[1],
    );
    const certificate = new X509Certificate(Buffer.from(made.rawData));
    const key = { ...makeKey('ecdsa-p256-sha256').trusted, publicKey: certificate.publicKey, certificate };
    requireUsableKey(key, from);
    requireUsableKey(key, to);
    for (const now of [from - 1, to + 1]) {
      assert.throws(() => requireUsableKey(key, now), { code: 'key-not-valid-now' }, String(now));
    }
  });

  it('refuses a private key in the place of a public one', () => {
    const { trusted, privateKey } = makeKey('ed25519');
    assert.throws(() => requireUsableKey({ ...trusted, publicKey: privateKey }, from), { code: 'key-unfit' });
  });
});
