import assert from 'node:assert/strict';
import { issue } from '../../../support/certificates.js';
import { openScene } from './scene.js';
import { textIn, verifiedParts } from './verify-with-xml-crypto.js';

describe('civil simulator: keys', () => {
  it('understands RSA as well, and signs with it', async function () {
    this.timeout(20_000);
    const scene = await openScene('rsa');
    try {
      const answer = await scene.post(scene.signed({ nid: scene.who.single }));
      assert.equal(answer.status, 200);
      assert.equal(
        textIn(verifiedParts(answer.text, scene.registryKey.certificate).get('Body'), 'Nid'),
        scene.who.single,
      );
    } finally {
      await scene.registry.close();
    }
  });

  it('accepts each of several pinned certificates, and none that has expired', async () => {
    const scene = await openScene();
    await scene.registry.close();
    const next = await issue(scene.authority, { name: 'gateway' });
    const expired = await issue(scene.authority, { name: 'gateway', notAfter: new Date(Date.now() - 1000) });
    const other = await openScene('ec', {
      gatewayCertificatesPem: [scene.gateway, next, expired].map(({ certificatePem }) => certificatePem),
    });
    try {
      const nid = other.who.single;
      assert.equal((await other.post(other.signed({ nid }, scene.gateway))).status, 200);
      assert.equal((await other.post(other.signed({ nid }, next))).status, 200);
      assert.match((await other.post(other.signed({ nid }, expired))).text, /InvalidSecurity/);
    } finally {
      await other.registry.close();
    }
  });

  it('does not start with a key that is too small or belongs to another certificate', async () => {
    const { registry, authority, registryKey } = await openScene();
    await registry.close();
    const weak = await issue(authority, { name: 'gateway', keyType: 'rsa1024' });
    const stranger = await issue(authority, { name: 'civil' });
    await assert.rejects(openScene('ec', { gatewayCertificatesPem: [weak.certificatePem] }), /2048/);
    const mixed = { privateKeyPem: stranger.privateKeyPem, certificatePem: registryKey.certificatePem };
    await assert.rejects(openScene('ec', mixed), /belong together/);
  });
});
