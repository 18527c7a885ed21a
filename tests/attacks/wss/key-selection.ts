import { skiValueType as ski } from '../../../src/signing/xml/names.js';
import { issue, trust } from '../../support/certificates.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const row = 'Key selection';
const reference = /<wsse:Reference [^>]*\/>/;
const token = /<wsse:BinarySecurityToken .*<\/wsse:BinarySecurityToken>/;

const selectedBy = (content: string) => (text: string) => swap(text, reference, content);
const serial = (content: string) => selectedBy(`<ds:X509Data>${content}</ds:X509Data>`);
const issuerSerial = (content: string) => serial(`<ds:X509IssuerSerial>${content}</ds:X509IssuerSerial>`);
const identifier = (bytes: Buffer) =>
  selectedBy(`<wsse:KeyIdentifier ValueType="${ski}">${bytes.toString('base64')}</wsse:KeyIdentifier>`);
const issuer = '<ds:X509IssuerName>CN=x</ds:X509IssuerName>';
const number = '<ds:X509SerialNumber>1</ds:X509SerialNumber>';

const changes: readonly TextChange[] = [
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
    name: 'P-384 key pinned as P-256',
    code: 'key-algorithm',
    make: async ({ authority, partner, valid, resigned }) => {
      const other = await issue(authority, { name: 'tax', keyType: 'ec384' });
      const named = swap(
        valid,
        partner.certificate.raw.toString('base64'),
        other.certificate.raw.toString('base64'),
      );
      const pinned = trust(other, 'tax', 'ecdsa-p256-sha256');
      return { message: resigned(named, { key: other.privateKey }), expected: { keys: [pinned] } };
    },
  },
];

/** KeyInfo as a closed template, one condition at a time; see `closed-template.ts`. */
export const keySelection: readonly Vector[] = [...textVectors(row, changes), ...others];
