import assert from 'node:assert/strict';
import { refusals, SignatureRefused } from '../../../src/signing/refusals.js';
import { skiValueType } from '../../../src/signing/xml/names.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { elementsOf } from '../../../src/signing/xml/tree.js';
import { type Expectation, verifyEnvelope } from '../../../src/signing/xml/verify-envelope.js';
import { type Issued, issue, makeAuthority, trust } from '../../support/certificates.js';
import { type ForeignEnvelope, foreignAction, foreignMessageId, foreignTo } from './foreign-envelope.js';
import { rsaSha256, signWithXmlCrypto } from './sign-with-xml-crypto.js';

describe('verifying an envelope', () => {
  const now = Date.now();
  let issued: Issued;
  let expected: Expectation;
  let envelope: ForeignEnvelope;

  before(async function () {
    this.timeout(20_000);
    issued = await issue(await makeAuthority('CA'), { name: 'civil', keyType: 'rsa' });
    envelope = { now, certificate: issued, method: rsaSha256 };
    expected = {
      soapVersion: '1.1',
      to: ['https://other.example', foreignTo],
      actions: ['urn:other', foreignAction],
      keys: [trust(issued, 'civil', 'rsa-v1_5-sha256')],
      now,
    };
  });

  const verify = (xml: string, change: Partial<Expectation> = {}) =>
    verifyEnvelope(Buffer.from(xml), { ...expected, ...change });

  it('accepts what xml-crypto signs and gives back what was signed', () => {
    const verified = verify(signWithXmlCrypto(envelope));
    assert.equal(verified.messageId, foreignMessageId);
    assert.equal(verified.to, foreignTo);
    assert.equal(verified.action, foreignAction);
    assert.equal(verified.replyTo, 'http://www.w3.org/2005/08/addressing/anonymous');
    assert.equal(verified.relatesTo, undefined);
    assert.equal(verified.createdAt, now);
    assert.equal(verified.expiresAt, now + 300_000);
    assert.equal(verified.key.partner, 'civil');
    assert.equal(
      verified.certificateSha256,
      issued.certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    );
    assert.equal(Buffer.from(verified.signatureValue, 'base64').length, 256);
    assert.equal(
      verified.body,
      '<S:Body xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" ' +
        'xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" ' +
        'u:Id="id-body"><answer xmlns="urn:civil" a="1&amp;2" b="2"><x:name xmlns:x="urn:x">Gëzim 𐐀</x:name>' +
        '<empty></empty> <t>a\nb</t></answer></S:Body>',
    );
  });

  it('accepts a PrefixList on every Reference, as CXF sends it', () => {
    const verified = verify(signWithXmlCrypto({ ...envelope, prefixList: 'S wsse u' }));
    assert.match(verified.body, /^<S:Body xmlns:S="[^"]*" xmlns:u="[^"]*" xmlns:wsse="/);
  });

  it('accepts line breaks in base64 and white space between References', () => {
    const signed = signWithXmlCrypto(envelope);
    const broken = signed.replace(/(<ds:SignatureValue>)(.{76})(.{76})/, '$1\n$2\r\n$3\n\t');
    assert.notEqual(broken, signed);
    assert.equal(verify(broken).messageId, foreignMessageId);
  });

  it('accepts a token reference by issuer and serial number', () => {
    const serial = BigInt(`0x${issued.certificate.serialNumber}`);
    const tokenReference = `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=CA</ds:X509IssuerName><ds:X509SerialNumber>${serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`;
    assert.equal(verify(signWithXmlCrypto({ ...envelope, tokenReference })).key.partner, 'civil');
  });

  it('accepts a token reference by subject key identifier', () => {
    const raw = issued.certificate.raw;
    const at = raw.indexOf(Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x0e, 0x04, 0x16, 0x04, 0x14]));
    assert.ok(at > 0);
    const identifier = raw.subarray(at + 9, at + 29).toString('base64');
    const tokenReference = `<wsse:KeyIdentifier ValueType="${skiValueType}">${identifier}</wsse:KeyIdentifier>`;
    assert.equal(verify(signWithXmlCrypto({ ...envelope, tokenReference })).key.partner, 'civil');
  });

  it('chooses among several pinned certificates, so that rotation needs no pause', async () => {
    const next = await issue(await makeAuthority('CA'), { name: 'civil' });
    const keys = [trust(next, 'civil', 'ecdsa-p256-sha256'), ...expected.keys];
    assert.equal(verify(signWithXmlCrypto(envelope), { keys }).key, expected.keys[0]);
  });

  it('accepts a message from the future within the tolerance, and until the moment it expires', () => {
    const signed = signWithXmlCrypto(envelope);
    assert.equal(verify(signed, { now: now - 60_000 }).createdAt, now);
    assert.equal(verify(signed, { now: now + 299_999 }).createdAt, now);
    for (const [later, code] of [
      [now - 60_001, 'timestamp-future'],
      [now + 300_000, 'timestamp-expired'],
    ] as const) {
      assert.throws(() => verify(signed, { now: later }), { code });
    }
  });

  it('refuses a lifetime that is longer than the receiver allows', () => {
    assert.throws(() => verify(signWithXmlCrypto(envelope), { maxAgeSeconds: 60 }), {
      code: 'timestamp-lifetime',
    });
  });

  it('asks for revocation with the key that was selected', () => {
    const asked: string[] = [];
    const isRevoked = ({ keyId }: { keyId: string }) => asked.push(keyId) === 0;
    verify(signWithXmlCrypto(envelope), { isRevoked });
    assert.deepEqual(asked, ['civil-1']);
  });

  it('does not take the line ends of XML 1.1 for line feeds', () => {
    const signed = signWithXmlCrypto(envelope);
    for (const lineEnd of ['\u0085', '\u2028']) {
      const changed = signed.replace('</u:Expires>\n', `</u:Expires>${lineEnd}`);
      assert.notEqual(changed, signed);
      assert.throws(() => verify(changed), { code: 'digest-value', where: 'timestamp' });
    }
  });

  it('returns nothing when any character of the message is changed', function () {
    this.timeout(60_000);
    const signed = signWithXmlCrypto(envelope);
    const body = verify(signed).body;
    let refused = 0;
    for (let i = 0; i < signed.length; i += 7) {
      const character = signed[i] === 'x' ? 'y' : 'x';
      const changed = signed.slice(0, i) + character + signed.slice(i + 1);
      try {
        // White space, prefixes of unsigned wrappers and attributes like Id of KeyInfo may differ; meaning may not.
        const verified = verify(changed);
        assert.equal(verified.body, body);
        assert.equal(verified.messageId, foreignMessageId);
      } catch (error) {
        assert.ok(error instanceof SignatureRefused, String(error));
        refused++;
      }
    }
    assert.ok(refused > signed.length / 8, `${refused} of ${signed.length}`);
  });

  it('tells in every refusal why, and never a value of the message', () => {
    for (const sentence of Object.values(refusals)) assert.match(sentence, /^[A-Z].*\.$/);
    const secret = 'J00101999W';
    const broken = `<a><${secret}></b>`;
    assert.throws(
      () => verifyEnvelope(Buffer.from(broken), expected),
      (error: Error) => !error.message.includes(secret) && !String(error.stack).includes(secret),
    );
  });
});

describe('parsing a message', () => {
  it('accepts the XML declarations that SOAP stacks send', () => {
    for (const declaration of [
      '<?xml version="1.0"?>',
      "<?xml version='1.0' encoding='UTF-8'?>\n",
      '<?xml version="1.0" encoding="utf-8" standalone="no" ?>\r\n',
    ]) {
      assert.equal(parseXmlText(`${declaration}<a/>`).local, 'a');
    }
  });

  it('resolves prefixes by the nearest declaration', () => {
    const root = parseXmlText('<p:a xmlns:p="urn:1"><p:b xmlns:p="urn:2" p:x="1"/><p:c/></p:a>');
    const [b, c] = elementsOf(root) ?? [];
    assert.equal(root.namespace, 'urn:1');
    assert.equal(b?.namespace, 'urn:2');
    assert.equal(b?.attributes[0]?.namespace, 'urn:2');
    assert.equal(c?.namespace, 'urn:1');
  });

  it('joins text and references into one run', () => {
    assert.deepEqual(parseXmlText('<a>1&amp;2&#x33;\r\n4</a>').children, ['1&23\n4']);
  });

  it('says where a message is broken', () => {
    assert.throws(() => parseXmlText('<a><b></a>'), { code: 'xml-malformed', where: 'offset 10' });
  });
});
