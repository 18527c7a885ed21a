import { fileSigner } from '../../../src/signing/file-signer.js';
import { type Issued, issue, trust } from '../../support/certificates.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const row = 'Keys';
const dayMs = 86_400_000;
const signerOf = (issued: Issued) => fileSigner({ keyId: 'other', ...issued });
const pin = (issued: Issued) => ({ keys: [trust(issued, 'tax', 'ecdsa-p256-sha256')] });
const token = (issued: Issued) => issued.certificate.raw.toString('base64');
const reference = /<wsse:Reference [^>]*\/>/;
const ski =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier';

const changes: readonly TextChange[] = [
  [
    'token that is not a certificate',
    'key-unknown',
    (text, { partner }) => swap(text, token(partner), 'AAAA'),
  ],
  [
    'token with junk in base64',
    'key-token',
    (text, { partner }) => swap(text, token(partner), `${token(partner)}*`),
  ],
  [
    'token of another value type',
    'key-token',
    (text) => swap(text, '#X509v3" wsu:Id', '#X509PKIPathv1" wsu:Id'),
  ],
  ['token without encoding type', 'key-token', (text) => swap(text, / EncodingType="[^"]*"/, '')],
  [
    'no token',
    'key-info',
    (text, { resigned }) =>
      resigned(
        swap(
          swap(text, /<wsse:BinarySecurityToken .*<\/wsse:BinarySecurityToken>/, ''),
          /<ds:Reference URI="#ura-token">.*?<\/ds:Reference>/,
          '',
        ),
      ),
  ],
  [
    'reference to another element than the token',
    'key-info',
    (text) => swap(text, 'Reference URI="#ura-token" V', 'Reference URI="#ura-body" V'),
  ],
  [
    'external token reference',
    'key-info',
    (text) => swap(text, 'Reference URI="#ura-token" V', 'Reference URI="http://127.0.0.1:9/cert" V'),
  ],
  [
    'KeyValue instead of a reference',
    'key-info',
    (text) => swap(text, /<ds:KeyInfo>.*<\/ds:KeyInfo>/, '<ds:KeyInfo><ds:KeyValue/></ds:KeyInfo>'),
  ],
  [
    'KeyName instead of a reference',
    'key-info',
    (text) => swap(text, reference, '<ds:KeyName>tax</ds:KeyName>'),
  ],
  [
    'RetrievalMethod instead of a reference',
    'key-info',
    (text) =>
      swap(
        text,
        /<ds:KeyInfo>.*<\/ds:KeyInfo>/,
        '<ds:KeyInfo><ds:RetrievalMethod URI="http://127.0.0.1:9"/></ds:KeyInfo>',
      ),
  ],
  ['two token references', 'key-info', (text) => text.replace(reference, (whole) => whole + whole)],
  [
    'two SecurityTokenReference',
    'key-info',
    (text) =>
      text.replace(
        /<wsse:SecurityTokenReference>.*<\/wsse:SecurityTokenReference>/,
        (whole) => whole + whole,
      ),
  ],
  ['empty KeyInfo', 'key-info', (text) => swap(text, /<ds:KeyInfo>.*<\/ds:KeyInfo>/, '<ds:KeyInfo/>')],
  [
    'serial number that is nobody’s',
    'key-unknown',
    (text) =>
      swap(
        text,
        reference,
        '<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>',
      ),
  ],
  [
    'serial number in hexadecimal',
    'key-info',
    (text) =>
      swap(
        text,
        reference,
        '<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>0x1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>',
      ),
  ],
  [
    'certificate in X509Data',
    'key-info',
    (text, { attacker }) =>
      swap(
        text,
        reference,
        `<ds:X509Data><ds:X509Certificate>${token(attacker)}</ds:X509Certificate></ds:X509Data>`,
      ),
  ],
  [
    'key identifier that is nobody’s',
    'key-unknown',
    (text) =>
      swap(
        text,
        reference,
        `<wsse:KeyIdentifier ValueType="${ski}">AAAAAAAAAAAAAAAAAAAAAAAAAAA=</wsse:KeyIdentifier>`,
      ),
  ],
  [
    'empty key identifier',
    'key-info',
    (text) => swap(text, reference, `<wsse:KeyIdentifier ValueType="${ski}"/>`),
  ],
  [
    'SHA-1 thumbprint as key identifier',
    'key-info',
    (text) =>
      swap(
        text,
        reference,
        '<wsse:KeyIdentifier ValueType="http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1">AAAA</wsse:KeyIdentifier>',
      ),
  ],
];

const others: readonly Vector[] = [
  {
    row,
    name: 'attacker’s certificate in the token',
    code: 'key-unknown',
    make: async ({ signed, attacker }) => ({ message: await signed({}, signerOf(attacker)) }),
  },
  {
    row,
    name: 'attacker’s signature beside the partner’s certificate',
    code: 'signature-value',
    make: ({ valid, resigned, attacker }) => ({
      message: resigned(swap(valid, '100', '666'), { key: attacker.privateKey }),
    }),
  },
  {
    row,
    name: 'self-signed twin with the same subject',
    code: 'key-unknown',
    make: async ({ signed, authority }) => ({
      message: await signed({}, signerOf(await issue(authority, { name: 'tax', selfSigned: true }))),
    }),
  },
  {
    row,
    name: 'twin with the same subject and serial number, named by it',
    code: 'signature-value',
    make: async ({ authority, partner, valid, resigned }) => {
      const { serialNumber } = partner.certificate;
      const twin = await issue(authority, { name: 'tax', selfSigned: true, serialNumber });
      const serial = BigInt(`0x${serialNumber}`).toString();
      const named = swap(
        swap(valid, token(partner), token(twin)),
        reference,
        `<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=tax</ds:X509IssuerName><ds:X509SerialNumber>${serial}</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>`,
      );
      return { message: resigned(named, { key: twin.privateKey }) };
    },
  },
  {
    row,
    name: 'another partner’s valid certificate',
    code: 'key-unknown',
    make: async ({ signed, anotherPartner }) => ({ message: await signed({}, signerOf(anotherPartner)) }),
  },
  {
    row,
    name: 'renewed certificate of the same key that is not pinned',
    code: 'key-unknown',
    make: async ({ signed, authority, partner }) => ({
      message: await signed(
        {},
        signerOf(await issue(authority, { name: 'tax', privateKey: partner.privateKey })),
      ),
    }),
  },
  {
    row,
    name: 'expired certificate',
    code: 'key-expired',
    make: async ({ signed, authority, now }) => {
      const old = await issue(authority, {
        name: 'tax',
        notBefore: new Date(now - 9 * dayMs),
        notAfter: new Date(now - dayMs),
      });
      return { message: await signed({}, signerOf(old)), expected: pin(old) };
    },
  },
  {
    row,
    name: 'certificate that is not valid yet',
    code: 'key-not-yet-valid',
    make: async ({ signed, authority, now }) => {
      const next = await issue(authority, { name: 'tax', notBefore: new Date(now + dayMs) });
      return { message: await signed({}, signerOf(next)), expected: pin(next) };
    },
  },
  {
    row,
    name: 'pin that has ended',
    code: 'key-expired',
    make: ({ valid, expected, now }) => ({
      message: valid,
      expected: { keys: expected.keys.map((key) => ({ ...key, notAfter: now - 1 })) },
    }),
  },
  {
    row,
    name: 'pin that has not begun',
    code: 'key-not-yet-valid',
    make: ({ valid, expected, now }) => ({
      message: valid,
      expected: { keys: expected.keys.map((key) => ({ ...key, notBefore: now + 1 })) },
    }),
  },
  {
    row,
    name: 'revoked certificate',
    code: 'key-revoked',
    make: ({ valid }) => ({ message: valid, expected: { isRevoked: ({ partner }) => partner === 'tax' } }),
  },
  {
    row,
    name: 'pinned certificate beside somebody else’s public key',
    code: 'key-unknown',
    make: ({ valid, expected, attacker }) => ({
      message: valid,
      expected: { keys: expected.keys.map((key) => ({ ...key, publicKey: attacker.certificate.publicKey })) },
    }),
  },
  {
    row,
    name: 'nothing pinned at all',
    code: 'key-unknown',
    make: ({ valid }) => ({ message: valid, expected: { keys: [] } }),
  },
];

export const keys: readonly Vector[] = [...textVectors(row, changes), ...others];
