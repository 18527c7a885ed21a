import { xsiNamespace } from '../../../src/signing/xml/names.js';
import { swap, type TextChange, textVectors, type Vector } from './vector.js';
import { bodyContent } from './world.js';

const row = 'Text and parser';
const amount = (text: string) => (valid: string) => swap(valid, '>100<', `>${text}<`);
const before = (prefix: string) => (valid: string) => `${prefix}${valid}`;

const changes: readonly TextChange[] = [
  ['comment inside a signed value', 'xml-comment', amount('6<!---->66')],
  [
    'comment outside the signed parts',
    'xml-comment',
    (text) => swap(text, '<soap:Header>', '<!-- --><soap:Header>'),
  ],
  ['CDATA inside a signed value', 'xml-cdata', amount('<![CDATA[100]]>')],
  ['processing instruction inside a signed value', 'xml-processing-instruction', amount('6<?x?>66')],
  ['processing instruction before the root', 'xml-processing-instruction', before('<?x y?>')],
  [
    'stylesheet after the declaration',
    'xml-processing-instruction',
    before('<?xml version="1.0"?><?xml-stylesheet href="a"?>'),
  ],
  [
    'second XML declaration',
    'xml-processing-instruction',
    before('<?xml version="1.0"?><?xml version="1.0"?>'),
  ],
  ['XML declaration after white space', 'xml-processing-instruction', before(' <?xml version="1.0"?>')],
  [
    'namespace name that poses as an attribute',
    'xml-namespace',
    (text) => swap(text, '<t:note>', `<t:note xmlns:p='urn:p" cur="EUR'>`),
  ],
  [
    'quote in a namespace name',
    'xml-namespace',
    (text) => swap(text, '<t:note>', `<t:note xmlns:p='urn:"'>`),
  ],
  [
    'ampersand in a namespace name',
    'xml-namespace',
    (text) => swap(text, '<t:note>', '<t:note xmlns:p="urn:&amp;">'),
  ],
  ['white space around a namespace name', 'xml-namespace', (text) => swap(text, '"urn:tax"', '" urn:tax"')],
  ['relative namespace name', 'xml-namespace', (text) => swap(text, '"urn:tax"', '"tax"')],
  ['DOCTYPE', 'xml-doctype', before('<!DOCTYPE Envelope>')],
  [
    'external entity',
    'xml-doctype',
    (text) => before('<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/passwd">]>')(amount('&x;')(text)),
  ],
  [
    'billion laughs',
    'xml-doctype',
    before(
      '<!DOCTYPE e [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;">]>',
    ),
  ],
  ['ATTLIST default', 'xml-doctype', before('<!DOCTYPE e [<!ATTLIST amount currency CDATA "EUR">]>')],
  ['lower-case doctype', 'xml-malformed', before('<!doctype e>')],
  ['entity that was not declared', 'xml-malformed', amount('&nbsp;')],
  ['second root', 'xml-malformed', (text) => `${text}<x/>`],
  ['leading text', 'xml-malformed', before('x')],
  ['trailing text', 'xml-malformed', (text) => `${text}x`],
  ['trailing NUL', 'xml-malformed', (text) => `${text}\0`],
  ['unquoted attribute', 'xml-malformed', (text) => swap(text, '<t:note>', '<t:note a=1>')],
  ['attribute without value', 'xml-malformed', (text) => swap(text, '<t:note>', '<t:note a>')],
  [
    'attributes without space between them',
    'xml-malformed',
    (text) => swap(text, '<t:note>', '<t:note a="1"b="2">'),
  ],
  ['bare ampersand', 'xml-malformed', amount('1 & 2')],
  ['bare < in an attribute', 'xml-malformed', (text) => swap(text, '<t:note>', '<t:note a="<">')],
  ['control character', 'xml-malformed', amount('1\u0001')],
  ['reference to a control character', 'xml-malformed', amount('1&#1;')],
  ['reference to a surrogate', 'xml-malformed', amount('1&#xD800;')],
  ['reference beyond Unicode', 'xml-malformed', amount('1&#x110000;')],
  ['U+FFFE', 'xml-malformed', amount('1\ufffe')],
  [']]> in text', 'xml-malformed', amount('1]]>')],
  ['end tag of another element', 'xml-malformed', (text) => swap(text, '</t:note>', '</t:amount>')],
  ['missing end tag', 'xml-malformed', (text) => swap(text, '</soap:Envelope>', '')],
  ['cut in the middle', 'xml-malformed', (text) => text.slice(0, text.length / 2)],
  ['unbound prefix', 'xml-namespace', (text) => swap(text, '<t:note>', '<t:note q:a="1">')],
  ['unbound element prefix', 'xml-namespace', (text) => swap(text, '<t:note>', '<q:x/><t:note>')],
  ['prefix undeclared again', 'xml-namespace', (text) => swap(text, '<t:note>', '<t:note xmlns:t="">')],
  ['xmlns prefix bound', 'xml-namespace', (text) => swap(text, '<t:note>', '<t:note xmlns:xmlns="urn:x">')],
  [
    'xml prefix bound elsewhere',
    'xml-namespace',
    (text) => swap(text, '<t:note>', '<t:note xmlns:xml="urn:x">'),
  ],
  ['two colons in a name', 'xml-namespace', (text) => swap(text, '<t:note>', '<t:a:b/><t:note>')],
  ['name that begins with a colon', 'xml-namespace', (text) => swap(text, '<t:note>', '<:a/><t:note>')],
  [
    'local name that begins with a digit',
    'xml-namespace',
    (text) => swap(text, '<t:note>', '<t:1/><t:note>'),
  ],
  ['same attribute twice', 'xml-malformed', (text) => swap(text, '<t:note>', '<t:note a="1" a="2">')],
  [
    'same namespace declared twice',
    'xml-malformed',
    (text) => swap(text, '<t:note>', '<t:note xmlns:q="urn:1" xmlns:q="urn:2">'),
  ],
  [
    'duplicate attribute by namespace',
    'xml-malformed',
    (text) => swap(text, '<t:note>', '<t:note xmlns:u="urn:tax" t:a="1" u:a="2">'),
  ],
  ['XML 1.1', 'xml-declaration', before('<?xml version="1.1"?>')],
  ['declared as ISO-8859-1', 'xml-declaration', before('<?xml version="1.0" encoding="ISO-8859-1"?>')],
  ['declared as UTF-16', 'xml-declaration', before('<?xml version="1.0" encoding="UTF-16"?>')],
  ['declaration without version', 'xml-declaration', before('<?xml encoding="utf-8"?>')],
  ['byte order mark', 'xml-byte-order-mark', before('\ufeff')],
  ['HTML error page', 'xml-malformed', () => '<html><body>Bad gateway<br></body></html>'],
  ['nothing at all', 'xml-malformed', () => ''],
  [
    'SOAP of another version',
    'structure-envelope',
    (text) =>
      text.replaceAll('http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'),
  ],
];

/** Vectors that are not text any more. */
const bytes: readonly Vector[] = [
  {
    row,
    name: 'UTF-16 with byte order mark',
    code: 'xml-encoding',
    make: ({ valid }) => ({ message: Buffer.from(`\ufeff${valid}`, 'utf16le') }),
  },
  {
    row,
    name: 'UTF-16 without byte order mark',
    code: 'xml-malformed',
    make: ({ valid }) => ({ message: Buffer.from(valid, 'utf16le') }),
  },
  {
    row,
    name: 'invalid UTF-8',
    code: 'xml-encoding',
    make: ({ valid }) => ({ message: Buffer.concat([Buffer.from(valid), Buffer.from([0xc3, 0x28])]) }),
  },
  {
    row,
    name: 'overlong UTF-8',
    code: 'xml-encoding',
    make: ({ valid }) => ({ message: Buffer.concat([Buffer.from([0xc0, 0xbc]), Buffer.from(valid)]) }),
  },
  {
    row,
    name: 'surrogate in UTF-8',
    code: 'xml-encoding',
    make: ({ valid }) => ({ message: Buffer.concat([Buffer.from(valid), Buffer.from([0xed, 0xa0, 0x80])]) }),
  },
  {
    row,
    name: 'QName rebinding: the declaration behind xsi:type is outside the signed bytes',
    code: 'qname-unsigned',
    make: ({ valid, resigned }) => {
      const typed = swap(valid, '<t:amount>', `<t:amount xmlns:xsi="${xsiNamespace}" xsi:type="r:Euro">`);
      return { message: resigned(swap(typed, '<soap:Envelope ', '<soap:Envelope xmlns:r="urn:lek" ')) };
    },
  },
  {
    row,
    name: 'QName rebinding: a declaration that C14N leaves out shadows the signed one',
    code: 'qname-unsigned',
    make: ({ valid, resigned }) => {
      const typed = `<r:x xmlns:r="urn:euro"><t:y xmlns:xsi="${xsiNamespace}" xsi:type="r:Money"/></r:x><t:amount>`;
      return {
        message: swap(resigned(swap(valid, '<t:amount>', typed)), '<t:y ', '<t:y xmlns:r="urn:lek" '),
      };
    },
  },
  {
    row,
    name: 'QName rebinding: the signed PrefixList names the prefix, the declaration is changed on the way',
    code: 'digest-value',
    make: async ({ signed }) => {
      const content = swap(bodyContent, '<t:amount>', '<t:amount xmlns:r="urn:euro" xsi:type="r:Amount">');
      return { message: swap(await signed({ bodyContent: content }), 'urn:euro', 'urn:lek') };
    },
  },
];

export const textAndParser: readonly Vector[] = [...textVectors(row, changes), ...bytes];
