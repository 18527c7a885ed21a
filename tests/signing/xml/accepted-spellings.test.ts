import assert from 'node:assert/strict';
import { fileSigner } from '../../../src/signing/file-signer.js';
import { digestOfUri, signatureAlgorithmOfUri } from '../../../src/signing/xml/algorithms.js';
import { exclusiveC14n, wsaNamespace, wsuNamespace } from '../../../src/signing/xml/names.js';
import { type OutgoingEnvelope, signEnvelope } from '../../../src/signing/xml/sign-envelope.js';
import { type Expectation, verifyEnvelope } from '../../../src/signing/xml/verify-envelope.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';
import { type Hashing, resign, rsaSha1, sha1Digest } from '../profiles/resign-envelope.js';

const more = 'http://www.w3.org/2001/04/xmldsig-more#';
const enc = 'http://www.w3.org/2001/04/xmlenc#';
const transform = `<ds:Transform Algorithm="${exclusiveC14n}"></ds:Transform>`;
const method = `<ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"></ds:CanonicalizationMethod>`;

/** Everything that the standards let a partner write otherwise than we do. */
describe('verifying an envelope that is spelled otherwise', () => {
  // Certificates count whole seconds; the partner's begins with this one.
  const now = Math.floor(Date.now() / 1000) * 1000;
  let issued: Issued;
  let expected: Expectation;
  let valid: string;

  before(async function () {
    this.timeout(60_000);
    const authority = await makeAuthority('CA');
    const dates = { notBefore: new Date(now), notAfter: new Date(now + 100_000) };
    issued = await issue(authority, { name: 'tax', keyType: 'rsa', ...dates });
    expected = {
      soapVersion: '1.1',
      to: 'https://gateway.example/answers',
      actions: ['urn:tax/answer'],
      relatesTo: 'urn:uuid:1',
      keys: [trust(issued, 'tax', 'rsa-v1_5-sha256')],
      now,
    };
    valid = await signed({});
  });

  async function signed(change: Partial<OutgoingEnvelope>): Promise<string> {
    const message: OutgoingEnvelope = {
      soapVersion: '1.1',
      bodyContent: '<t:a xmlns:t="urn:tax">100</t:a>',
      to: 'https://gateway.example/answers',
      action: 'urn:tax/answer',
      messageId: 'urn:uuid:2',
      relatesTo: 'urn:uuid:1',
      createdAt: now,
      lifetimeSeconds: 300,
    };
    const signer = fileSigner({ keyId: 'tax-1', ...issued });
    return Buffer.from(await signEnvelope({ ...message, ...change }, signer)).toString();
  }

  const verify = (xml: string, change: Partial<Expectation> = {}) =>
    verifyEnvelope(Buffer.from(xml), { ...expected, ...change });
  const resigned = (xml: string, digest?: Hashing, signature?: Hashing) =>
    resign(xml, issued.privateKey, digest, signature);

  function swap(text: string, from: string | RegExp, to: string): string {
    const changed = text.replace(from, () => to);
    assert.notEqual(changed, text, `nothing to replace: ${String(from)}`);
    return changed;
  }

  for (const [name, uri, hash] of [
    ['rsa-v1_5-sha256', `${more}rsa-sha256`, 'sha256'],
    ['rsa-v1_5-sha384', `${more}rsa-sha384`, 'sha384'],
    ['rsa-v1_5-sha512', `${more}rsa-sha512`, 'sha512'],
  ] as const) {
    it(`accepts ${name} under a key that is pinned for it, and under that alone`, () => {
      const xml = resigned(valid, undefined, { uri, hash });
      const pins = (['rsa-v1_5-sha256', 'rsa-v1_5-sha384', 'rsa-v1_5-sha512'] as const).map((algorithm) =>
        trust(issued, 'tax', algorithm),
      );
      const right = pins.filter(({ algorithm }) => algorithm === name);
      assert.equal(verify(xml, { keys: right }).key, right[0]);
      // Pinned for several, the one that fits is taken, wherever it stands.
      assert.equal(verify(xml, { keys: pins }).key, right[0]);
      assert.equal(verify(xml, { keys: pins.toReversed() }).key, right[0]);
      const wrong = pins.filter(({ algorithm }) => algorithm !== name);
      assert.throws(() => verify(xml, { keys: wrong }), { code: 'key-algorithm' });
    });
  }

  for (const [uri, hash] of [
    [`${enc}sha256`, 'sha256'],
    [`${more}sha384`, 'sha384'],
    [`${enc}sha512`, 'sha512'],
  ] as const) {
    it(`accepts digests by ${hash}`, () => {
      assert.match(verify(resigned(valid, { uri, hash })).body, />100</);
      assert.throws(() => verify(swap(resigned(valid, { uri, hash }), '>100<', '>666<')), {
        code: 'digest-value',
        where: 'body',
      });
    });
  }

  it('knows no SHA-1 unless it is told to', () => {
    assert.equal(signatureAlgorithmOfUri(rsaSha1.uri), undefined);
    assert.equal(digestOfUri(sha1Digest.uri), undefined);
    assert.equal('sha1Used' in verify(valid, { acceptSha1: true }), false);
    for (const [digest, signature, code] of [
      [sha1Digest, undefined, 'signature-digest-algorithm'],
      [undefined, rsaSha1, 'signature-algorithm'],
    ] as const) {
      const xml = resigned(valid, digest, signature);
      assert.equal(verify(xml, { acceptSha1: true }).sha1Used, true);
      assert.throws(() => verify(xml), { code });
    }
  });

  it('says so when a single digest is by SHA-1', () => {
    const one = resign(valid, issued.privateKey, sha1Digest, undefined, ['ura-body']);
    assert.equal(one.match(/DigestMethod Algorithm="[^"]*#sha1"/g)?.length, 1);
    assert.equal(verify(one, { acceptSha1: true }).sha1Used, true);
    assert.throws(() => verify(one), { code: 'signature-digest-algorithm' });
  });

  it('says so when nobody signed the Body, and accepts that only where it was agreed', async () => {
    const unsigned = await signed({ signsBody: false });
    assert.throws(() => verify(unsigned), { code: 'coverage-body' });
    assert.throws(() => verify(unsigned, { bodyMayBeUnsigned: false }), { code: 'coverage-body' });
    const verified = verify(unsigned, { bodyMayBeUnsigned: true });
    assert.equal(verified.bodyUnsigned, true);
    assert.match(verified.body, /^<soap:Body [^>]*><t:a [^>]*>100<\/t:a><\/soap:Body>$/);
    const agreed = verify(valid, { bodyMayBeUnsigned: true });
    assert.equal('bodyUnsigned' in agreed, false);
    assert.equal(agreed.body, verify(valid).body);
  });

  it('leaves out what was not said', async () => {
    const answer = verify(valid);
    assert.equal(answer.relatesTo, 'urn:uuid:1');
    assert.equal('bodyUnsigned' in answer, false);
    const { relatesTo: _, ...asRequest } = expected;
    const question = await signed({});
    const asked = swap(
      swap(question, /<wsa:RelatesTo .*<\/wsa:RelatesTo>/, ''),
      /<ds:Reference URI="#ura-relates-to">.*?<\/ds:Reference>/,
      '',
    );
    assert.equal('relatesTo' in verifyEnvelope(Buffer.from(resigned(asked)), asRequest), false);
    // A question may name another message as well.
    assert.equal(verifyEnvelope(Buffer.from(valid), asRequest).relatesTo, 'urn:uuid:1');
    const unaddressed = swap(
      swap(valid, /<wsa:ReplyTo .*<\/wsa:ReplyTo>/, ''),
      /<ds:Reference URI="#ura-reply-to">.*?<\/ds:Reference>/,
      '',
    );
    assert.equal('replyTo' in verify(resigned(unaddressed)), false);
  });

  it('accepts ids on the pieces of the Signature', () => {
    let xml = valid;
    for (const [index, name] of [
      'Signature ',
      'SignedInfo',
      'SignatureValue',
      'KeyInfo',
      'Reference ',
    ].entries()) {
      xml = swap(xml, `<ds:${name}`, `<ds:${name.trim()} Id="s-${index}"${name.endsWith(' ') ? ' ' : ''}`);
    }
    assert.match(verify(resigned(xml)).body, />100</);
  });

  it('takes no other attribute than an id for one', async () => {
    const bodyContent =
      '<t:a xmlns:t="urn:tax" no="1" ident="1" i="1" d="1" Idx="1"><t:b no="1" ident="1" i="1" d="1" Idx="1"/></t:a>';
    assert.match(verify(await signed({ bodyContent })).body, /no="1"/);
  });

  it('accepts ten References: FaultTo and From are signed as well', () => {
    const header = (name: string) =>
      `<wsa:${name} wsu:Id="${name}"><wsa:Address>urn:x</wsa:Address></wsa:${name}>`;
    const reference = /<ds:Reference URI="#ura-to">.*?<\/ds:Reference>/.exec(valid)?.[0] ?? '';
    const more = ['FaultTo', 'From'].map((name) => swap(reference, 'ura-to', name)).join('');
    const xml = swap(
      swap(valid, '<wsse:Security', `${header('FaultTo')}${header('From')}<wsse:Security`),
      '</ds:SignedInfo>',
      `${more}</ds:SignedInfo>`,
    );
    assert.equal(xml.match(/<ds:Reference /g)?.length, 10);
    assert.match(verify(resigned(xml)).body, />100</);
  });

  it('accepts 64 prefixes and white space of any kind in a PrefixList', () => {
    const list = Array.from({ length: 63 }, (_, i) => `p${i}`);
    for (const written of [`${list.join(' ')} wsa`, ' \t\r\n wsa \n soap  ', '']) {
      const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="${written}"/>`;
      // A default namespace is in force; an empty piece of the list must not stand for it.
      const around = swap(valid, '<soap:Envelope ', '<soap:Envelope xmlns="urn:default" ');
      const xml = swap(
        around.replaceAll(transform, transform.replace('></', `>${inclusive}</`)),
        method,
        method.replace('></', `>${inclusive}</`),
      );
      assert.equal(verify(resigned(xml)).messageId, 'urn:uuid:2', JSON.stringify(written));
    }
  });

  it('accepts times without a fraction, and cuts a fraction off behind the millisecond', () => {
    const created = /(?<=<wsu:Created>)[^<]*/;
    const second = new Date(now).toISOString().slice(0, 19);
    for (const [fraction, ms] of [
      ['', 0],
      ['.4', 400],
      ['.04', 40],
      ['.123999999', 123],
    ] as const) {
      const xml = resigned(swap(swap(valid, created, '_'), '>_<', `>${second}${fraction}Z<`));
      const verified = verify(xml, { maxAgeSeconds: 301 });
      assert.equal(verified.createdAt, now + ms, fraction);
      assert.equal(verified.expiresAt, now + 300_000);
    }
  });

  it('accepts a direct reference that names no value type', () => {
    assert.match(verify(swap(valid, / ValueType="[^"]*"\/>/, '/>')).body, />100</);
  });

  it('accepts a serial number with zeros before it and white space around it', () => {
    const digits = BigInt(`0x${issued.certificate.serialNumber}`);
    const reference = (number: string) =>
      `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=CA</ds:X509IssuerName><ds:X509SerialNumber>${number}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`;
    for (const number of [`000${digits}`, `\n ${digits}\t`]) {
      assert.match(verify(swap(valid, /<wsse:Reference [^>]*\/>/, reference(number))).body, />100</);
    }
    assert.throws(() => verify(swap(valid, /<wsse:Reference [^>]*\/>/, reference(`${digits}0`))), {
      code: 'key-unknown',
    });
  });

  it('passes by pinned keys that have no certificate', () => {
    const { certificate: _, ...bare } = trust(issued, 'tax', 'rsa-v1_5-sha256');
    const keys = [bare, ...expected.keys];
    assert.equal(verify(valid, { keys }).key, expected.keys[0]);
    assert.throws(() => verify(valid, { keys: [bare] }), { code: 'key-unknown' });
  });

  it('uses a certificate from its first to its last moment', async () => {
    const { validFrom, validTo } = issued.certificate;
    assert.equal(Date.parse(validFrom), now);
    const late = await signed({ createdAt: Date.parse(validTo) });
    const at = (moment: number, xml: string) => verify(xml, { now: moment }).messageId;
    assert.equal(at(now, valid), 'urn:uuid:2');
    assert.equal(at(Date.parse(validTo), late), 'urn:uuid:2');
    assert.throws(() => at(now - 1, valid), { code: 'key-not-yet-valid' });
    assert.throws(() => at(Date.parse(validTo) + 1, late), { code: 'key-expired' });
  });

  it('verifies long parts and a long SignedInfo, which are hashed in several pieces', async () => {
    const text = `${'0123456789'.repeat(5_000)}&amp;${'ë'.repeat(20_000)}`;
    const long = await signed({ bodyContent: `<t:a xmlns:t="urn:tax">${text}<t:b/>${text}</t:a>` });
    const spaced = swap(long, '</ds:SignedInfo>', `${' '.repeat(40_000)}</ds:SignedInfo>`);
    for (const xml of [long, resigned(spaced)]) {
      const { body } = verify(xml);
      assert.match(body, /^<soap:Body [^>]*><t:a [^>]*>0123456789/);
      assert.ok(body.endsWith(`${text}<t:b></t:b>${text}</t:a></soap:Body>`));
      for (const at of [xml.indexOf('0123'), xml.lastIndexOf('789&amp;'), xml.lastIndexOf('ë')]) {
        const changed = `${xml.slice(0, at)}x${xml.slice(at + 1)}`;
        assert.throws(() => verify(changed), { code: 'digest-value', where: 'body' });
      }
    }
    assert.throws(() => verify(swap(resigned(spaced), ' </ds:SignedInfo>', '</ds:SignedInfo>')), {
      code: 'signature-value',
    });
  });

  it('takes the elements of addressing by their namespace, whatever their prefix', () => {
    const xml = valid.replaceAll('wsa:', 'a:').replaceAll('xmlns:wsa', 'xmlns:a');
    assert.ok(xml.includes(`xmlns:a="${wsaNamespace}"`) && xml.includes(wsuNamespace));
    assert.equal(verify(resigned(xml)).messageId, 'urn:uuid:2');
  });
});
