import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { defaultXmlLimits, type XmlLimits } from '../../../src/signing/xml/limits.js';
import { parseXml, parseXmlText } from '../../../src/signing/xml/parse.js';

/** What the most is that passes, and the least that does not. */
const rows: readonly (readonly [
  limit: keyof XmlLimits,
  most: number,
  passes: readonly string[],
  refused: readonly string[],
  code: string,
])[] = [
  ['bytes', 12, ['<a>12345</a>', '<a>ëë1</a>'], ['<a>123456</a>', '<a>ëë12</a>'], 'xml-too-large'],
  [
    'depth',
    3,
    ['<a><b><c></c></b></a>', '<a><b><c/></b><b><c/></b><b/></a>'],
    ['<a><b><c><d/></c></b></a>', '<a><b/><b><c><d></d></c></b></a>'],
    'xml-too-deep',
  ],
  [
    'elements',
    3,
    ['<a><b/><c/></a>', '<a><b></b><c></c></a>'],
    ['<a><b/><c/><d/></a>', '<a><b><c><d/></c></b></a>'],
    'xml-too-many-elements',
  ],
  [
    'attributesPerElement',
    2,
    ['<a x="" y=""><b x="" y=""/></a>', '<a xmlns:p="urn:p" x=""/>'],
    ['<a x="" y="" z=""/>', '<a xmlns:p="urn:p" xmlns:q="urn:q" x=""/>'],
    'xml-too-many-attributes',
  ],
  [
    'attributes',
    3,
    ['<a x="" y=""><b x=""/></a>', '<a x="" y="" z="" xmlns="urn:d" xmlns:p="urn:p"/>'],
    ['<a x="" y=""><b x="" y=""/></a>', '<a xmlns="urn:d" x="" y=""><b/><c x="" y=""/></a>'],
    'xml-too-many-attributes',
  ],
  [
    'namespacesInScope',
    2,
    [
      '<a xmlns="urn:d" xmlns:p="urn:p"><b/></a>',
      '<a xmlns="urn:d"><b xmlns:p="urn:p"/><b xmlns:p="urn:p"></b><b xmlns:q="urn:q"/></a>',
    ],
    [
      '<a xmlns="urn:d" xmlns:p="urn:p" xmlns:q="urn:q"/>',
      '<a xmlns="urn:d"><b xmlns:p="urn:p"><c xmlns:p="urn:p"/></b></a>',
    ],
    'xml-too-many-namespaces',
  ],
  [
    'namespaces',
    3,
    ['<a xmlns="urn:d"><b xmlns="urn:e"/><b xmlns="urn:f"/></a>'],
    ['<a xmlns="urn:d"><b xmlns="urn:e"/><b xmlns="urn:f"/><b xmlns="urn:f"/></a>'],
    'xml-too-many-namespaces',
  ],
  [
    'prefixes',
    2,
    ['<a><b xmlns:p="urn:1"/><b xmlns:q="urn:1"/><b xmlns:p="urn:2"/></a>'],
    [
      '<a><b xmlns:p="urn:1"/><b xmlns:q="urn:1"/><b xmlns:r="urn:1"/></a>',
      '<a><b xmlns:p="urn:1"/><b xmlns="urn:1"/><b xmlns:r="urn:1"/></a>',
    ],
    'xml-too-many-namespaces',
  ],
  [
    'attributeLength',
    6,
    ['<a x="123456"/>', '<a x="ëëë"/>', '<a xmlns="urn:12"/>', '<a x="&amp;1"/>'],
    ['<a x="1234567"/>', '<a x="ëëë1"/>', '<a xmlns="urn:123"/>', "<a x='&amp;12'/>"],
    'xml-attribute-too-long',
  ],
  [
    'textLength',
    6,
    ['<a>123456</a>', '<a>123456<b/>123456</a>', '<a>ëëë</a>', '<a>&amp;1</a>'],
    ['<a>1234567</a>', '<a>1<b/>1234567</a>', '<a>ëëë1</a>', '<a>&amp;12</a>'],
    'xml-text-too-long',
  ],
];

describe('limits of one message', () => {
  const outcome = (xml: string, limits: XmlLimits) => {
    try {
      return parseXml(Buffer.from(xml), limits).local;
    } catch (error) {
      return error instanceof SignatureRefused ? error.code : String(error);
    }
  };

  for (const [limit, most, passes, refused, code] of rows) {
    it(`${limit}: takes ${most}, and refuses one more`, () => {
      const limits = { ...defaultXmlLimits, [limit]: most };
      for (const xml of passes) assert.equal(outcome(xml, limits), 'a', xml);
      for (const xml of refused) assert.equal(outcome(xml, limits), code, xml);
      for (const xml of refused) assert.equal(outcome(xml, defaultXmlLimits), 'a', xml);
    });
  }

  it('bounds text that is about to be signed in the same way', () => {
    const limits = { ...defaultXmlLimits, bytes: 12 };
    assert.equal(parseXmlText('<a>12345</a>', limits).local, 'a');
    assert.throws(() => parseXmlText('<a>123456</a>', limits), { code: 'xml-too-large' });
    assert.throws(() => parseXmlText('<a>ëë12</a>', limits), { code: 'xml-too-large' });
    assert.throws(() => parseXmlText('<a>\ud800</a>'), { code: 'xml-malformed' });
    assert.throws(() => parseXmlText('<a>\udc00\ud800</a>'), { code: 'xml-malformed' });
    assert.deepEqual(parseXmlText('<a>\u{10000}</a>').children, ['\u{10000}']);
  });
});
