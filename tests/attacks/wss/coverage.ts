import type { RefusalCode } from '../../../src/signing/refusals.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';

const row = 'Coverage';
const yearSeconds = 365 * 86_400;
const referenceTo = (id: string) => new RegExp(`<ds:Reference URI="#ura-${id}">.*?</ds:Reference>`);

/** One Reference taken out, and the rest signed again: the partner itself forgot to sign the part. */
const uncovered = (id: string, code: RefusalCode): TextChange => [
  `${code.slice('coverage-'.length)} unsigned`,
  code,
  (text, { resigned }) => resigned(swap(text, referenceTo(id), '')),
];

const created = /<wsu:Created>[^<]*<\/wsu:Created>/;
const expires = /<wsu:Expires>[^<]*<\/wsu:Expires>/;

/** A change of the signed parts, and everything signed again by the partner. */
const resign = (name: string, code: RefusalCode, change: (text: string) => string): TextChange => [
  name,
  code,
  (text, { resigned }) => resigned(change(text)),
];

const block = (local: string) => new RegExp(`<wsa:${local} .*</wsa:${local}>`);
const withoutBlock = (local: string, id: string) => (text: string) =>
  swap(swap(text, block(local), ''), referenceTo(id), '');

const changes: readonly TextChange[] = [
  uncovered('body', 'coverage-body'),
  uncovered('timestamp', 'coverage-timestamp'),
  uncovered('to', 'coverage-to'),
  uncovered('action', 'coverage-action'),
  uncovered('message-id', 'coverage-message-id'),
  uncovered('reply-to', 'coverage-reply-to'),
  uncovered('relates-to', 'coverage-relates-to'),
  uncovered('token', 'coverage-token'),
  resign('only Timestamp signed', 'coverage-body', (text) =>
    text.replaceAll(/<ds:Reference URI="#ura-(?!timestamp).*?<\/ds:Reference>/g, ''),
  ),
  [
    'unsigned wsa:FaultTo added',
    'coverage-fault-to',
    (text) =>
      swap(
        text,
        '<wsse:Security',
        '<wsa:FaultTo xmlns:wsa="http://www.w3.org/2005/08/addressing"><wsa:Address>http://127.0.0.1:9</wsa:Address></wsa:FaultTo><wsse:Security',
      ),
  ],
  [
    'unsigned wsa:From added',
    'coverage-from',
    (text) =>
      swap(
        text,
        '<wsse:Security',
        '<wsa:From xmlns:wsa="http://www.w3.org/2005/08/addressing"/><wsse:Security',
      ),
  ],
  [
    'header block that nobody knows',
    'structure-header',
    (text) => swap(text, '<wsse:Security', '<x xmlns="urn:x"/><wsse:Security'),
  ],
  [
    'header block of an older WS-Addressing',
    'structure-header',
    (text) =>
      swap(
        text,
        '<wsse:Security',
        '<To xmlns="http://schemas.xmlsoap.org/ws/2004/08/addressing">x</To><wsse:Security',
      ),
  ],
  ['text in the Header', 'structure-header', (text) => swap(text, '<soap:Header>', '<soap:Header>x')],
  ['To absent', 'structure-header-absent', withoutBlock('To', 'to')],
  ['Action absent', 'structure-header-absent', withoutBlock('Action', 'action')],
  ['MessageID absent', 'structure-header-absent', withoutBlock('MessageID', 'message-id')],
  [
    'To twice',
    'structure-header',
    (text) => text.replace(block('To'), (whole) => whole + swap(whole, 'ura-to', 'to2')),
  ],
  ['Security absent', 'security-absent', (text) => swap(text, /<wsse:Security .*<\/wsse:Security>/, '')],
  ['Header absent', 'security-absent', (text) => swap(text, /<soap:Header>.*<\/soap:Header>/, '')],
  [
    'Security twice',
    'structure-security',
    (text) =>
      swap(
        text,
        '</soap:Header>',
        '<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"/></soap:Header>',
      ),
  ],
  [
    'Security for another actor',
    'structure-security',
    (text) => swap(text, 'soap:mustUnderstand="1"', 'soap:actor="urn:other"'),
  ],
  [
    'two Headers',
    'structure-envelope-content',
    (text) => text.replace(/<soap:Header>.*<\/soap:Header>/, (whole) => whole + whole),
  ],
  [
    'Header after Body',
    'structure-envelope-content',
    (text) => {
      const header = /<soap:Header>.*<\/soap:Header>/.exec(text)?.[0] ?? '';
      return swap(swap(text, header, ''), '</soap:Envelope>', `${header}</soap:Envelope>`);
    },
  ],
  [
    'text between Header and Body',
    'structure-envelope-content',
    (text) => swap(text, '</soap:Header>', '</soap:Header>x'),
  ],
  [
    'UsernameToken beside the signature',
    'structure-security-content',
    (text) => swap(text, '<wsu:Timestamp', '<wsse:UsernameToken/><wsu:Timestamp'),
  ],
  [
    'encrypted key beside the signature',
    'structure-security-content',
    (text) =>
      swap(
        text,
        '<wsu:Timestamp',
        '<e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"/><wsu:Timestamp',
      ),
  ],
  [
    'Timestamp absent',
    'structure-security-content',
    (text) => swap(text, /<wsu:Timestamp .*<\/wsu:Timestamp>/, ''),
  ],
  [
    'Timestamp twice',
    'structure-security-content',
    (text) =>
      text.replace(
        /<wsu:Timestamp .*<\/wsu:Timestamp>/,
        (whole) => whole + swap(whole, 'ura-timestamp', 't2'),
      ),
  ],
  resign('Created twice', 'structure-timestamp', (text) => text.replace(created, (whole) => whole + whole)),
  resign('Expires twice', 'structure-timestamp', (text) => text.replace(expires, (whole) => whole + whole)),
  resign('Expires absent', 'structure-timestamp', (text) => swap(text, expires, '')),
  resign('Expires before Created', 'structure-timestamp', (text) => {
    const cut = expires.exec(text)?.[0] ?? '';
    return swap(swap(text, cut, ''), '<wsu:Created>', `${cut}<wsu:Created>`);
  }),
  resign('empty Timestamp', 'structure-timestamp', (text) => swap(swap(text, expires, ''), created, '')),
  resign('Created with an offset instead of Z', 'timestamp-format', (text) =>
    swap(text, /Z<\/wsu:Created>/, '+00:00</wsu:Created>'),
  ),
  resign('Created without zone', 'timestamp-format', (text) =>
    swap(text, /Z<\/wsu:Created>/, '</wsu:Created>'),
  ),
  resign('Created on 30 February', 'timestamp-format', (text) =>
    swap(text, created, '<wsu:Created>2026-02-30T10:00:00Z</wsu:Created>'),
  ),
  resign('Created at 24 o’clock', 'timestamp-format', (text) =>
    swap(text, created, '<wsu:Created>2026-02-03T24:00:00Z</wsu:Created>'),
  ),
  resign('Created a day only', 'timestamp-format', (text) =>
    swap(text, created, '<wsu:Created>2026-02-03</wsu:Created>'),
  ),
  resign('Created that is an element', 'timestamp-format', (text) =>
    swap(text, created, '<wsu:Created><x/></wsu:Created>'),
  ),
  resign('To with an element inside', 'structure-addressing', (text) =>
    swap(text, '</wsa:To>', '<x/></wsa:To>'),
  ),
  resign('empty MessageID', 'structure-addressing', (text) =>
    swap(text, />urn:uuid:[^<]*<\/wsa:MessageID>/, '></wsa:MessageID>'),
  ),
  resign('ReplyTo without Address', 'structure-addressing', (text) =>
    swap(text, /<wsa:Address>.*<\/wsa:Address>/, ''),
  ),
  resign('ReplyTo with reference parameters', 'structure-addressing', (text) =>
    swap(text, '</wsa:ReplyTo>', '<wsa:ReferenceParameters/></wsa:ReplyTo>'),
  ),
];

const times: readonly Vector[] = [
  ['expired', 'timestamp-expired', -300_001, 300],
  ['expired this very moment', 'timestamp-expired', -60_000, 60],
  ['from the future', 'timestamp-future', 60_001, 300],
  ['lifetime of a year', 'timestamp-lifetime', 0, yearSeconds],
  ['Expires equal to Created', 'timestamp-lifetime', 0, 0],
  ['negative lifetime', 'timestamp-lifetime', 0, -10],
].map(([name, code, offsetMs, lifetimeSeconds]) => ({
  row,
  name: `Timestamp ${name}`,
  code: code as RefusalCode,
  make: async ({ signed, now }) => ({
    message: await signed({
      createdAt: now + (offsetMs as number),
      lifetimeSeconds: lifetimeSeconds as number,
    }),
  }),
}));

export const coverage: readonly Vector[] = [...textVectors(row, changes), ...times];
