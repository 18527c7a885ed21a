import { exclusiveC14n } from '../../../src/signing/xml/names.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const row = 'Closed template';
const transform = `<ds:Transform Algorithm="${exclusiveC14n}"></ds:Transform>`;
const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="t"/>`;
const security = /<wsse:Security .*<\/wsse:Security>/;
const signedInfo = /<ds:SignedInfo>.*<\/ds:SignedInfo>/;
const token = /<wsse:BinarySecurityToken .*<\/wsse:BinarySecurityToken>/;

const withinTransform = (content: string) => (text: string) =>
  swap(text, transform, transform.replace('></', `>${content}</`));

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
  resign('Created with text before the time', 'timestamp-format', (text) =>
    swap(text, '<wsu:Created>', '<wsu:Created>1'),
  ),
  resign('Expires with text behind the time', 'timestamp-format', (text) =>
    swap(text, '</wsu:Expires>', '1</wsu:Expires>'),
  ),
  resign('text in Timestamp', 'structure-timestamp', (text) => swap(text, '<wsu:Created>', 'x<wsu:Created>')),
  resign('text in ReplyTo', 'structure-addressing', (text) => swap(text, '<wsa:Address>', 'x<wsa:Address>')),
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
];

/** Places that only one condition guards; found by changing the code and seeing that no other vector noticed. */
export const closedTemplate: readonly Vector[] = [...textVectors(row, changes), ...others];
