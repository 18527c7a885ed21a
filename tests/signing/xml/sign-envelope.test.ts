import assert from 'node:assert/strict';
import { fileSigner } from '../../../src/signing/file-signer.js';
import type { Signer } from '../../../src/signing/signer.js';
import type { Expectation } from '../../../src/signing/xml/expectation.js';
import { wsaNamespace, wsseNamespace, wsuNamespace } from '../../../src/signing/xml/names.js';
import { type OutgoingEnvelope, signEnvelope } from '../../../src/signing/xml/sign-envelope.js';
import { verifyEnvelope } from '../../../src/signing/xml/verify-envelope.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';
import { verifyWithXmlCrypto } from '../../support/xml-crypto.js';

const now = Date.now();
const message = {
  soapVersion: '1.1',
  bodyContent: '<c:person xmlns:c="urn:civil"><c:nid>J00101999W</c:nid></c:person>',
  to: 'https://civil.example/service',
  action: 'urn:civil/PersonByNid',
  messageId: 'urn:uuid:0195f7a0-0000-7000-8000-000000000001',
  createdAt: now,
} as const satisfies OutgoingEnvelope;

describe('signing an envelope', function () {
  this.timeout(20_000);
  let issued: Issued;
  let signer: Signer;
  let expected: Expectation;

  before(async () => {
    // RSA, because xml-crypto knows no ECDSA.
    issued = await issue(await makeAuthority('Government CA'), { name: 'gateway', keyType: 'rsa' });
    signer = fileSigner({ keyId: 'gateway-1', ...issued });
    const keys = [trust(issued, 'gateway', 'rsa-v1_5-sha256')];
    expected = { soapVersion: '1.1', to: message.to, actions: [message.action], keys, now };
  });

  const signed = async (change: Partial<OutgoingEnvelope> = {}, by = signer) =>
    Buffer.from(await signEnvelope({ ...message, ...change }, by)).toString();
  const verified = (text: string, change: Partial<Expectation> = {}) =>
    verifyEnvelope(Buffer.from(text), { ...expected, ...change });
  /** The canonical parts as another implementation digested them. */
  const parts = (text: string) =>
    verifyWithXmlCrypto(
      text,
      issued.certificate.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    );

  it('gives a message five minutes, or as long as it is told', async () => {
    const usual = verified(await signed());
    assert.equal(usual.createdAt, now);
    assert.equal(usual.expiresAt, now + 300_000);
    assert.equal(verified(await signed({ lifetimeSeconds: 7 })).expiresAt, now + 7_000);
  });

  it('says what is written in it once more, whatever was signed before', async () => {
    // Parts that most messages repeat are kept: each must be found again as itself, and after others took the place.
    const addresses = Array.from({ length: 100 }, (_, i) => `https://civil.example/${i}`);
    for (const _time of [1, 2]) {
      for (const to of addresses) {
        const text = await signed({ to, action: to, replyTo: to });
        const { action, replyTo } = verified(text, { to, actions: [to] });
        assert.deepEqual([action, replyTo], [to, to]);
      }
    }
  });

  it('signs addresses of every length', async () => {
    for (const length of [1, 511, 512, 513, 600]) {
      const to = `urn:${'x'.repeat(length - 4 > 0 ? length - 4 : 1)}`;
      for (const _time of [1, 2]) {
        const result = verified(await signed({ to, action: `${to}/a` }), { to, actions: [`${to}/a`] });
        assert.deepEqual([result.to, result.action], [to, `${to}/a`]);
      }
    }
  });

  it('signs a Body of every length, also where the way of computing its digest changes', async () => {
    const around = '<c:a xmlns:c="urn:c"></c:a>'.length;
    for (const length of [16_384, 65_536]) {
      for (let more = -4; more <= 4; more++) {
        const bodyContent = `<c:a xmlns:c="urn:c">${'x'.repeat(length - around + more)}</c:a>`;
        const text = await signed({ bodyContent });
        assert.ok(verified(text).body.includes(bodyContent));
      }
    }
    const bodyContent = `<c:a xmlns:c="urn:c">${'ë€\u{1f600}'.repeat(9_000)}</c:a>`;
    const text = await signed({ bodyContent });
    assert.ok(verified(text).body.includes(bodyContent));
    assert.ok(parts(text).some((part) => part.includes(bodyContent)));
  });

  it('writes what is special in XML so that it comes back', async () => {
    const odd = 'urn:a?b=1&c=<"\'>ë\u{1f600}';
    const text = await signed({ to: odd, action: `${odd}1`, replyTo: `${odd}2`, messageId: `${odd}3` });
    const result = verified(text, { to: odd, actions: [`${odd}1`] });
    assert.deepEqual(
      [result.to, result.action, result.replyTo, result.messageId],
      [odd, `${odd}1`, `${odd}2`, `${odd}3`],
    );
    const answer = await signed({ relatesTo: `${odd}4` });
    assert.equal(verified(answer, { relatesTo: `${odd}4` }).relatesTo, `${odd}4`);
    assert.equal(parts(text).length, 7);
    assert.equal(parts(answer).length, 8);
  });

  it('carries declarations of its own namespaces that only values in the content use', async () => {
    const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
    for (const [prefix, uri] of [
      ['wsa', wsaNamespace],
      ['wsse', wsseNamespace],
      ['wsu', wsuNamespace],
      ['wsa', 'urn:other'],
      ['wsse', 'urn:other'],
      ['wsu', 'urn:other'],
      ['soap', 'urn:other'],
      ['z', 'urn:other'],
    ] as const) {
      for (const content of [
        `<a ${xsi} xmlns:${prefix}="${uri}" xsi:type="${prefix}:T">1</a>`,
        `<a ${xsi} xmlns:${prefix}="${uri}" xsi:type="${prefix}:T"><${prefix}:b ${prefix}:c="2"/></a>`,
        `<a ${xsi} xmlns:${prefix}="${uri}"><${prefix}:b/><c xsi:type="${prefix}:T"/></a>`,
      ]) {
        const text = await signed({ bodyContent: content });
        const { body } = verified(text);
        assert.ok(body.includes(`xmlns:${prefix}="${uri}"`), body);
        assert.equal(parts(text).length, 7, content);
        assert.ok(parts(text).includes(body), content);
      }
    }
  });

  it('leaves the Body unsigned when it is told to, and only then', async () => {
    const text = await signed({ signsBody: false });
    assert.throws(() => verified(text), { code: 'coverage-body' });
    const result = verified(text, { bodyMayBeUnsigned: true });
    assert.equal(result.bodyUnsigned, true);
    assert.ok(!parts(text).some((part) => part.startsWith('<soap:Body')));
    assert.equal(verified(await signed({ signsBody: true })).bodyUnsigned, undefined);
  });

  it('confirms the signature of the question', async () => {
    const value = 'QUJD"<&';
    const text = await signed({ relatesTo: 'urn:uuid:1', confirms: value });
    const [confirmation] = parts(text).filter((part) => part.startsWith('<wsse11:SignatureConfirmation'));
    assert.equal(
      confirmation,
      '<wsse11:SignatureConfirmation ' +
        'xmlns:wsse11="http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd" ' +
        `xmlns:wsu="${wsuNamespace}" Value="QUJD&quot;&lt;&amp;" wsu:Id="ura-confirmation"></wsse11:SignatureConfirmation>`,
    );
    assert.ok(!(await signed({ relatesTo: 'urn:uuid:1' })).includes('SignatureConfirmation'));
  });

  it('sends the certificate of the key that signs, also when another key signed before', async () => {
    const other = await issue(await makeAuthority('Other CA'), { name: 'other' });
    for (const one of [issued, other, issued]) {
      const text = await signed({}, fileSigner({ keyId: 'k', ...one }));
      assert.ok(text.includes(`>${one.certificate.raw.toString('base64')}</wsse:BinarySecurityToken>`));
      const { key } = verified(text, {
        keys: [...expected.keys, trust(other, 'other', 'ecdsa-p256-sha256')],
      });
      assert.equal(key.certificate, one.certificate);
    }
  });

  it('refuses ids of its own in the content, and only those', async () => {
    for (const bodyContent of ['<a Id="ura-body"/>', "<a Id='ura-x'/>", '<a><b c="ura-"/></a>']) {
      await assert.rejects(signed({ bodyContent }), /may not use ids that begin with ura-/);
    }
    for (const bodyContent of ['<a Id="ura"/>', '<a Id="xura-body"/>', '<a>"ura</a>']) {
      assert.ok(verified(await signed({ bodyContent })).body.includes(bodyContent.slice(0, 5)));
    }
  });

  it('says why it cannot sign', async () => {
    await assert.rejects(signed({}, { ...signer, algorithm: 'ed25519' }), {
      name: 'TypeError',
      message: 'XML Signature has no identifier for ed25519.',
    });
    await assert.rejects(signed({}, fileSigner({ keyId: 'bare', privateKey: issued.privateKey })), {
      name: 'TypeError',
      message: 'Key bare has no certificate.',
    });
  });
});
