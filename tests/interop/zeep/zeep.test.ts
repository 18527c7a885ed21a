import assert from 'node:assert/strict';
import { civilNamespace } from '../../../adapters/civil/definition.js';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { questionXml } from '../../adapters/civil/simulator/sign-with-xml-crypto.js';
import { profileOf } from '../../adapters/partners.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';
import { openZeep, type ZeepPeer } from './zeep-peer.js';

const to = 'https://civil.example/soap';
const nid = 'H70314021A';
const action = `${civilNamespace}/GetFamilyComposition`;
const expected = { soapVersion: '1.1', to, actions: [action] } as const;
const algorithms = { rsa: 'rsa-v1_5-sha256', ec: 'ecdsa-p256-sha256' } as const;

describe('interop with zeep', function () {
  this.timeout(20_000);
  let zeep: ZeepPeer;
  const keys = {} as Record<'rsa' | 'ec' | 'stranger', Issued>;

  before(async function () {
    const opened = openZeep();
    if (opened === undefined) {
      console.log('      skipped: zeep is not installed (Debian: apt install python3-zeep python3-xmlsec)');
      return this.skip();
    }
    zeep = opened;
    console.log(`      ${zeep.version}`);
    const authority = await makeAuthority('Interop CA');
    keys.rsa = await issue(authority, { name: 'zeep rsa', keyType: 'rsa' });
    keys.ec = await issue(authority, { name: 'zeep ec', keyType: 'ec' });
    keys.stranger = await issue(authority, { name: 'stranger', keyType: 'rsa' });
  });

  const ours = (type: 'rsa' | 'ec') =>
    profileOf(keys[type], [trust(keys[type], 'municipality', algorithms[type])]);
  const refusal = (code: string) => (error: unknown) =>
    error instanceof SignatureRefused && error.code === code;

  for (const type of ['rsa', 'ec'] as const) {
    it(`accepts what we sign with ${algorithms[type]}, and nothing else`, async () => {
      const bytes = await ours(type).signRequest({
        ...{ soapVersion: '1.1', to, action, messageId: 'urn:uuid:1' },
        bodyContent: questionXml({ operation: 'GetFamilyComposition', nid }),
      });
      const { certificatePem } = keys[type];
      assert.ok(zeep.accepts(bytes, certificatePem));
      assert.ok(!zeep.accepts(Buffer.from(bytes).toString().replace(nid, 'J98225004N'), certificatePem));
      assert.ok(!zeep.accepts(bytes, keys.stranger.certificatePem));
    });
  }

  it('is refused with what it signs by itself: Body and Timestamp, without addresses and token', async () => {
    const bytes = zeep.sign('own', keys.rsa, to, nid);
    await assert.rejects(ours('rsa').verifyRequest(bytes, expected), refusal('coverage-action'));
  });

  it('is understood when a subclass of its signature covers the whole profile', async () => {
    const bytes = zeep.sign('profile', keys.rsa, to, nid);
    const { body } = await ours('rsa').verifyRequest(bytes, expected);
    assert.match(body, new RegExp(`Nid>${nid}<`));
    assert.match(body, /Bashkia Divjakë/);
    const changed = Buffer.from(bytes.toString().replace(nid, 'J98225004N'));
    await assert.rejects(ours('rsa').verifyRequest(changed, expected), refusal('digest-value'));
    const strangers = zeep.sign('profile', keys.stranger, to, nid);
    await assert.rejects(ours('rsa').verifyRequest(strangers, expected), refusal('key-unknown'));
  });
});
