import type { TrustedKey } from '../../../src/signing/signer.js';
import { exclusiveC14n, skiValueType as ski } from '../../../src/signing/xml/names.js';
import { issue, trust } from '../../support/certificates.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const row = 'Closed template';
const transform = `<ds:Transform Algorithm="${exclusiveC14n}"></ds:Transform>`;
const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="t"/>`;
const reference = /<wsse:Reference [^>]*\/>/;
const security = /<wsse:Security .*<\/wsse:Security>/;
const signedInfo = /<ds:SignedInfo>.*<\/ds:SignedInfo>/;
const token = /<wsse:BinarySecurityToken .*<\/wsse:BinarySecurityToken>/;

const withinTransform = (content: string) => (text: string) =>
  swap(text, transform, transform.replace('></', `>${content}</`));
const selectedBy = (content: string) => (text: string) => swap(text, reference, content);
const serial = (content: string) => selectedBy(`<ds:X509Data>${content}</ds:X509Data>`);
const issuerSerial = (content: string) => serial(`<ds:X509IssuerSerial>${content}</ds:X509IssuerSerial>`);
const identifier = (bytes: Buffer) =>
  selectedBy(`<wsse:KeyIdentifier ValueType="${ski}">${bytes.toString('base64')}</wsse:KeyIdentifier>`);
const issuer = '<ds:X509IssuerName>CN=x</ds:X509IssuerName>';
const number = '<ds:X509SerialNumber>1</ds:X509SerialNumber>';

/** A change of the signed parts, and everything signed again by the partner. */
const resign = (name: string, code: TextChange[1], change: (text: string) => string): TextChange => [
  name,
  code,
  (text, { resigned }) => resigned(change(text)),
];

/** Each names one place of the template that is looked at by one condition alone. */
const changes: readonly TextChange[] = [
  ['empty SignedInfo', 'signature-structure', (text) => swap(text, signedInfo, '<ds:SignedInfo/>')],
  [
    'SignedInfo without SignatureMethod',
    'signature-structure',
    (text) =>
      swap(
        text,
        signedInfo,
        `<ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"/></ds:SignedInfo>`,
      ),
  ],
  [
    'ds:Object in the place of SignatureValue',
    'signature-structure',
    (text) => swap(text, /<ds:SignatureValue>.*<\/ds:SignatureValue>/, '<ds:Object/>'),
  ],
  [
    'DigestValue before DigestMethod',
    'signature-reference-structure',
    (text) =>
      text.replace(
        /(<ds:DigestMethod [^>]*><\/ds:DigestMethod>)(<ds:DigestValue>[^<]*<\/ds:DigestValue>)/,
        '$2$1',
      ),
  ],
  ['text in Transforms', 'signature-transform', (text) => swap(text, '<ds:Transforms>', '<ds:Transforms>x')],
  [
    'content in DigestMethod',
    'signature-digest-algorithm',
    (text) => swap(text, '</ds:DigestMethod>', '<ds:x/></ds:DigestMethod>'),
  ],
  [
    'DigestValue that is an element alone',
    'signature-base64',
    (text) => swap(text, /(?<=<ds:DigestValue>)[^<]*/, '<x/>'),
  ],
  [
    'second Algorithm in another namespace',
    'signature-attribute',
    (text) => swap(text, '<ds:SignatureMethod ', '<ds:SignatureMethod ds:Algorithm="urn:x" '),
  ],
  ['two InclusiveNamespaces', 'signature-transform', (text) => withinTransform(inclusive + inclusive)(text)],
  [
    'content in InclusiveNamespaces',
    'signature-prefix-list',
    withinTransform(inclusive.replace('/>', '>t</ec:InclusiveNamespaces>')),
  ],
  [
    'PrefixList of 65 prefixes',
    'signature-prefix-list',
    withinTransform(inclusive.replace('"t"', `"${Array.from({ length: 65 }, (_, i) => `p${i}`).join(' ')}"`)),
  ],
  [
    'Reference to #undefined beside a part without id',
    'signature-reference-target',
    (text) => swap(swap(text, ' wsu:Id="ura-to"', ''), 'URI="#ura-to"', 'URI="#undefined"'),
  ],
  [
    'Body of another name',
    'structure-envelope-content',
    (text) => text.replaceAll('soap:Body', 'soap:Content'),
  ],
  [
    'Body of another namespace',
    'structure-envelope-content',
    (text) => swap(swap(text, '<soap:Body', '<Body'), '</soap:Body', '</Body'),
  ],
  [
    'Header of another name',
    'structure-envelope-content',
    (text) => text.replaceAll('soap:Header', 'soap:Head'),
  ],
  [
    'From of another namespace',
    'structure-header',
    (text) => swap(text, '<wsse:Security', '<From xmlns="urn:x"/><wsse:Security'),
  ],
  [
    'Security absent, empty Body',
    'security-absent',
    (text) => swap(swap(text, security, ''), /(<soap:Body [^>]*>).*(?=<\/soap:Body>)/, '<soap:Body>'),
  ],
  [
    'Security absent, text in the Body',
    'security-absent',
    (text) => swap(swap(text, security, ''), '<t:clearance', 'x<t:clearance'),
  ],
  [
    'UsernameToken before the token',
    'structure-security-content',
    (text) => swap(text, '<wsse:BinarySecurityToken', '<wsse:UsernameToken/><wsse:BinarySecurityToken'),
  ],
  [
    'two tokens',
    'structure-security-content',
    (text) => text.replace(token, (whole) => whole + swap(whole, 'ura-token', 'token2')),
  ],
  [
    'attacker’s token before the partner’s',
    'structure-security-content',
    (text, { partner, attacker }) =>
      text.replace(
        token,
        (whole) =>
          swap(
            swap(whole, 'ura-token', 'token2'),
            partner.certificate.raw.toString('base64'),
            attacker.certificate.raw.toString('base64'),
          ) + whole,
      ),
  ],
  resign('Created with an attribute', 'timestamp-format', (text) =>
    swap(text, '<wsu:Created>', '<wsu:Created wsu:x="1">'),
  ),
  resign('text in Timestamp', 'structure-timestamp', (text) => swap(text, '<wsu:Created>', 'x<wsu:Created>')),
  resign('text in ReplyTo', 'structure-addressing', (text) => swap(text, '<wsa:Address>', 'x<wsa:Address>')),
  ['text in KeyInfo', 'key-info', (text) => swap(text, '<ds:KeyInfo>', '<ds:KeyInfo>x')],
  ['empty SecurityTokenReference', 'key-info', selectedBy('')],
  ['text in SecurityTokenReference', 'key-info', selectedBy('x')],
  [
    'token reference of another value type',
    'key-info',
    (text) => swap(text, /(?<=<wsse:Reference [^>]*ValueType=")[^"]*/, ski),
  ],
  [
    'no token, and a reference to #undefined',
    'key-info',
    (text, { resigned }) =>
      resigned(
        swap(
          swap(swap(text, token, ''), /<ds:Reference URI="#ura-token">.*?<\/ds:Reference>/, ''),
          'Reference URI="#ura-token"',
          'Reference URI="#undefined"',
        ),
      ),
  ],
  ['key identifier of 64 bytes', 'key-unknown', identifier(Buffer.alloc(64, 1))],
  ['key identifier of 65 bytes', 'key-info', identifier(Buffer.alloc(65, 1))],
  [
    'key identifier that is an element',
    'key-info',
    selectedBy(`<wsse:KeyIdentifier ValueType="${ski}"><x/></wsse:KeyIdentifier>`),
  ],
  [
    'key identifier that is another piece of the certificate',
    'key-unknown',
    (text, { partner }) => identifier(partner.certificate.raw.subarray(20, 40))(text),
  ],
  ['empty X509Data', 'key-info', serial('')],
  ['text in X509Data', 'key-info', serial('x')],
  ['empty X509IssuerSerial', 'key-info', issuerSerial('')],
  ['text in X509IssuerSerial', 'key-info', issuerSerial(`x${issuer}${number}`)],
  ['X509IssuerSerial without serial number', 'key-info', issuerSerial(issuer)],
  ['X509IssuerSerial with two serial numbers', 'key-info', issuerSerial(issuer + number + number)],
  ['serial number in the place of the issuer', 'key-info', issuerSerial(number + number)],
  [
    'issuer in the place of the serial number',
    'key-info',
    issuerSerial(issuer + issuer.replace('CN=x', '1')),
  ],
  [
    'serial number of another name',
    'key-info',
    issuerSerial(issuer + number.replaceAll('X509SerialNumber', 'X')),
  ],
  [
    'two X509IssuerSerial',
    'key-info',
    serial(`<ds:X509IssuerSerial>${issuer}${number}</ds:X509IssuerSerial>`.repeat(2)),
  ],
  [
    'issuer and serial number under another name',
    'key-info',
    serial(`<ds:X509Digest>${issuer}${number}</ds:X509Digest>`),
  ],
  [
    'serial number that is an element',
    'key-info',
    issuerSerial(`${issuer}<ds:X509SerialNumber><x/></ds:X509SerialNumber>`),
  ],
  [
    'serial number of 50 digits',
    'key-info',
    issuerSerial(issuer + number.replace('>1<', `>${'1'.repeat(50)}<`)),
  ],
];

const others: readonly Vector[] = [
  {
    row,
    name: 'To that is the beginning of ours',
    code: 'addressing-to',
    make: async ({ signed }) => ({ message: await signed({ to: 'https://gateway.example/' }) }),
  },
  {
    row,
    name: 'Action that is the beginning of ours',
    code: 'addressing-action',
    make: async ({ signed }) => ({ message: await signed({ action: 'urn:tax/' }) }),
  },
  {
    row,
    name: 'Security for another role, SOAP 1.2',
    code: 'structure-security',
    make: async ({ signed }) => ({
      message: swap(
        await signed({ soapVersion: '1.2' }),
        'soap:mustUnderstand="1"',
        'soap:mustUnderstand="1" soap:role="urn:other"',
      ),
      expected: { soapVersion: '1.2' },
    }),
  },
  {
    row,
    name: 'P-384 key pinned as P-256',
    code: 'key-algorithm',
    make: async ({ authority, partner, valid, resigned }) => {
      const other = await issue(authority, { name: 'tax', keyType: 'ec384' });
      const named = swap(
        valid,
        partner.certificate.raw.toString('base64'),
        other.certificate.raw.toString('base64'),
      );
      const pinned: TrustedKey = trust(other, 'tax', 'ecdsa-p256-sha256');
      return { message: resigned(named, { key: other.privateKey }), expected: { keys: [pinned] } };
    },
  },
];

/** Places that only one condition guards; found by changing the code and seeing that no other vector noticed. */
export const closedTemplate: readonly Vector[] = [...textVectors(row, changes), ...others];
