import { skiValueType as ski } from '../../../src/signing/xml/names.js';
import type { Issued } from '../../support/certificates.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const token = (issued: Issued) => issued.certificate.raw.toString('base64');
const reference = /<wsse:Reference [^>]*\/>/;

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

/** KeyInfo and the token: everything that does not name exactly one pinned certificate. */
export const keyInfo: readonly Vector[] = textVectors('Keys', changes);
