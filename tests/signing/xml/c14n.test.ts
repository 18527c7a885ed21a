import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type XmlElement as LibxmlElement, XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { canonicalize, compareCodePoints } from '../../../src/signing/xml/c14n.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import type { XmlElement } from '../../../src/signing/xml/tree.js';
import { elementsInOrder, randomDocument } from './random-documents.js';

/** The differential test compares this many documents; a longer campaign sets the variable. */
const comparisons = Number(process.env.URA_C14N_COMPARISONS ?? 3000);

function canonical(xml: string, prefixList: readonly string[] = [], local?: string): string {
  const root = parseXmlText(xml);
  const apex = local === undefined ? root : elementsInOrder(root).find((element) => element.local === local);
  return canonicalize(apex as XmlElement, prefixList);
}

function libxmlCanonical(xml: string, apex: number, prefixList: readonly string[]): string {
  const document = XmlDocument.fromString(xml);
  try {
    const element = document.get(`(//*)[${apex + 1}]`) as LibxmlElement;
    return element.canonicalizeToString({
      mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
      inclusiveNamespacePrefixes: [...prefixList],
    });
  } finally {
    document.dispose();
  }
}

describe('exclusive canonicalisation', () => {
  const golden: readonly [
    sentence: string,
    xml: string,
    expected: string,
    prefixList?: string[],
    local?: string,
  ][] = [
    ['writes empty elements with an end tag', '<a/>', '<a></a>'],
    ['drops white space inside tags', "<a  x = '1'\n></a >", '<a x="1"></a>'],
    ['writes one space before an attribute where there was a tab', '<a\tx="1"></a>', '<a x="1"></a>'],
    ['writes one space before an attribute where there were two', '<a  x="1"></a>', '<a x="1"></a>'],
    ['writes a space between attributes', '<a x="1"\ny="2"></a>', '<a x="1" y="2"></a>'],
    ['drops the space before an equals sign', '<a x ="1"></a>', '<a x="1"></a>'],
    ['drops the space behind an equals sign', '<a x= "1"></a>', '<a x="1"></a>'],
    ['drops the space at the end of a tag', '<a x="1" ></a>', '<a x="1"></a>'],
    ['drops the space in an end tag', '<r><a></a ></r>', '<r><a></a></r>'],
    ['writes references in text that need not be ones', '<a>&quot;&apos;&#9;&#xA;</a>', '<a>"\'\t\n</a>'],
    ['writes a quote in text as itself', '<a>&quot;</a>', '<a>"</a>'],
    ['writes a line feed in text as itself', '<a>&#xA;</a>', '<a>\n</a>'],
    ['writes a tab in text as itself', '<a>&#x9;</a>', '<a>\t</a>'],
    ['writes > in a value as itself', '<a x="&gt;"></a>', '<a x=">"></a>'],
    ['writes references in values that need not be ones', '<a x="&gt;&apos;"></a>', '<a x=">\'"></a>'],
    ['writes references in another spelling', '<a x="&#10;&#xd;">&#xd;</a>', '<a x="&#xA;&#xD;">&#xD;</a>'],
    ['keeps white space in text', '<a> \n\t</a>', '<a> \n\t</a>'],
    ['normalises line ends', '<a>1\r\n2\r3</a>', '<a>1\n2\n3</a>'],
    ['writes a referenced carriage return as a reference', '<a>&#13;</a>', '<a>&#xD;</a>'],
    ['escapes text', '<a>&amp;&lt;&gt;"\'</a>', '<a>&amp;&lt;&gt;"\'</a>'],
    [
      'escapes attribute values',
      '<a x="&amp;&lt;>&quot;&#9;&#10;&#13;\'"/>',
      '<a x="&amp;&lt;>&quot;&#x9;&#xA;&#xD;\'"></a>',
    ],
    ['turns raw tabs and line ends in attributes into spaces', '<a x="1\t2\n3"/>', '<a x="1 2 3"></a>'],
    [
      'sorts attributes by namespace name, then by local name',
      '<r xmlns:b="urn:a" xmlns:a="urn:b" a:x="1" b:x="2" y="3" b:a="4" x="5"/>',
      '<r xmlns:a="urn:b" xmlns:b="urn:a" x="5" y="3" b:a="4" b:x="2" a:x="1"></r>',
    ],
    [
      'sorts declarations by prefix, the default first',
      '<z:r xmlns:z="urn:z" xmlns:a="urn:a" xmlns="urn:d" a:x=""><c/></z:r>',
      '<z:r xmlns:a="urn:a" xmlns:z="urn:z" a:x=""><c xmlns="urn:d"></c></z:r>',
    ],
    [
      'leaves out declarations that no name uses',
      '<a xmlns:p="urn:p"><b p:x="1"/></a>',
      '<a><b xmlns:p="urn:p" p:x="1"></b></a>',
    ],
    ['takes declarations from ancestors', '<a xmlns="urn:d"><b/></a>', '<b xmlns="urn:d"></b>', [], 'b'],
    [
      'undoes a default namespace only where it was written',
      '<a xmlns="urn:d"><b xmlns=""/></a>',
      '<a xmlns="urn:d"><b xmlns=""></b></a>',
    ],
    [
      'writes no empty default namespace at the apex',
      '<a xmlns="urn:d"><b xmlns=""/></a>',
      '<b></b>',
      [],
      'b',
    ],
    [
      'writes listed prefixes although no name uses them',
      '<a xmlns:p="urn:p" xmlns:q="urn:q"><b/></a>',
      '<b xmlns:p="urn:p"></b>',
      ['p', 'unknown'],
      'b',
    ],
    [
      'writes the default namespace for #default',
      '<a xmlns="urn:d"><p:b xmlns:p="urn:p"/></a>',
      '<p:b xmlns="urn:d" xmlns:p="urn:p"></p:b>',
      ['#default'],
      'b',
    ],
    [
      'writes a prefix again that a sibling wrote before',
      '<a xmlns:p="urn:p"><p:b/><p:c/></a>',
      '<a><p:b xmlns:p="urn:p"></p:b><p:c xmlns:p="urn:p"></p:c></a>',
    ],
    [
      'keeps attributes of the xml prefix and never declares it',
      '<a xml:lang="sq" b="1"/>',
      '<a b="1" xml:lang="sq"></a>',
    ],
    ['never declares the xml prefix, listed or in a name', '<xml:a/>', '<xml:a></xml:a>', ['xml']],
    // What is canonical as it stands is copied, but not where a declaration has to be written into it.
    [
      'declares the prefix of an element inside content that is tidy',
      '<a xmlns:p="urn:p"><b><c><p:d></p:d></c></b></a>',
      '<a><b><c><p:d xmlns:p="urn:p"></p:d></c></b></a>',
    ],
    [
      'declares the prefix of an attribute inside content that is tidy',
      '<a xmlns:p="urn:p"><b><c p:x="1"></c></b></a>',
      '<a><b><c xmlns:p="urn:p" p:x="1"></c></b></a>',
    ],
    [
      'declares the default namespace inside content that is tidy',
      '<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b><c></c></p:b></p:a>',
      '<p:a xmlns:p="urn:p"><p:b><c xmlns="urn:d"></c></p:b></p:a>',
    ],
    [
      'undoes the default namespace inside content that is tidy',
      '<a xmlns="urn:d"><p:b xmlns:p="urn:p" xmlns=""><p:c><d></d></p:c></p:b></a>',
      '<a xmlns="urn:d"><p:b xmlns:p="urn:p"><p:c><d xmlns=""></d></p:c></p:b></a>',
    ],
    [
      'declares a prefix again where it stands for something else inside content that is tidy',
      '<p:a xmlns:p="urn:1"><q:b xmlns:q="urn:q" xmlns:p="urn:2"><q:c><p:d></p:d></q:c></q:b></p:a>',
      '<p:a xmlns:p="urn:1"><q:b xmlns:q="urn:q"><q:c><p:d xmlns:p="urn:2"></p:d></q:c></q:b></p:a>',
    ],
    [
      'declares each of two prefixes of one namespace inside content that is tidy',
      '<p:a xmlns:p="urn:1" xmlns:q="urn:1"><p:b><q:c></q:c></p:b></p:a>',
      '<p:a xmlns:p="urn:1"><p:b><q:c xmlns:q="urn:1"></q:c></p:b></p:a>',
    ],
    [
      'copies content that is tidy where everything is declared around it',
      '<p:a xmlns:p="urn:p"><p:b><p:c p:x="1">2</p:c>\n</p:b></p:a>',
      '<p:a xmlns:p="urn:p"><p:b><p:c p:x="1">2</p:c>\n</p:b></p:a>',
    ],
    ['does not fetch xml attributes from ancestors', '<a xml:lang="sq"><b/></a>', '<b></b>', [], 'b'],
  ];
  for (const [sentence, xml, expected, prefixList, local] of golden) {
    it(sentence, () => assert.equal(canonical(xml, prefixList, local), expected));
  }

  it('orders by code point where UTF-16 would not', () => {
    assert.ok(compareCodePoints('\u{10400}', '\ufb00') > 0);
    assert.ok('\u{10400}' < '\ufb00');
    const ordered = ['', 'a', 'ab', '\ud7ff', '\ue000', '\ufb00', '\uffff', '\u{10000}', '\u{10ffff}'];
    for (const [i, one] of ordered.entries()) {
      for (const [j, other] of ordered.entries()) {
        assert.equal(Math.sign(compareCodePoints(one, other)), Math.sign(i - j), `${i} ${j}`);
      }
    }
  });

  it('escapes namespace names, which the parser would not let through', () => {
    const shared = { prefix: 'p', local: 'a', attributes: [], children: [], parent: undefined };
    const forged: XmlElement = { ...shared, name: 'p:a', namespace: 'urn:p" cur="EUR&<', declarations: [] };
    assert.equal(canonicalize(forged), '<p:a xmlns:p="urn:p&quot; cur=&quot;EUR&amp;&lt;"></p:a>');
    const around = { ...forged, children: ['1<ë', { ...forged, parent: forged }, '>'] };
    assert.equal(
      canonicalize(around),
      '<p:a xmlns:p="urn:p&quot; cur=&quot;EUR&amp;&lt;">1&lt;ë<p:a></p:a>&gt;</p:a>',
    );
  });

  it('declares the fortieth prefix of a document as it does the first', () => {
    const declared = Array.from({ length: 40 }, (_, i) => ` xmlns:p${i}="urn:${i}"`).join('');
    for (const i of [0, 29, 30, 31, 32, 39]) {
      const used = Array.from({ length: 40 }, (_, k) => `<p${k}:e></p${k}:e>`).join('');
      const xml = `<a${declared}><b>${used}<c><p${i}:d></p${i}:d></c></b></a>`;
      assert.equal(canonical(xml, [], 'c'), `<c><p${i}:d xmlns:p${i}="urn:${i}"></p${i}:d></c>`);
      const bound = `<p${i}:a${declared}>${used}<p${i}:b><p${i}:c></p${i}:c></p${i}:b></p${i}:a>`;
      assert.match(canonical(bound), new RegExp(`<p${i}:b><p${i}:c></p${i}:c></p${i}:b></p${i}:a>$`));
    }
    // The 32nd prefix shares its bit with all later ones: that it is declared says nothing about them.
    const used = Array.from({ length: 40 }, (_, k) => `<p${k}:e></p${k}:e>`).join('');
    const xml = `<a${declared}>${used}<p30:b><p39:c></p39:c></p30:b></a>`;
    const expected = '<p30:b xmlns:p30="urn:30"><p39:c xmlns:p39="urn:39"></p39:c></p30:b>';
    assert.equal(canonical(xml, [], 'b'), expected);
  });

  it('writes long stretches as they stand, in their place', () => {
    const long = 'ë0123456789'.repeat(5_000);
    const xml = `<a><b>${long}</b><c/><d>${long}&#62;${long}</d>${long}</a>`;
    assert.equal(canonical(xml), xml.replace('<c/>', '<c></c>').replace('&#62;', '&gt;'));
  });

  it('writes the same as alone when an enclosing element is given as context', () => {
    const root = parseXmlText('<p:a xmlns:p="urn:p"><p:b/></p:a>');
    const inside = canonicalize(root, [], [{ prefix: 'p', uri: 'urn:p' }]);
    assert.equal(inside, '<p:a><p:b></p:b></p:a>');
  });

  it('gives back its own output when it is applied twice', () => {
    fc.assert(
      fc.property(randomDocument, ({ xml }) => {
        const once = canonical(xml);
        assert.equal(canonical(once), once);
      }),
      { numRuns: 300 },
    );
  });

  it(`agrees with libxml2 on ${comparisons} generated documents`, function () {
    this.timeout(0);
    const seed = Number(process.env.URA_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    console.log(`      seed ${seed}`);
    fc.assert(
      fc.property(randomDocument, ({ xml, apex, prefixList }) => {
        const ours = canonicalize(elementsInOrder(parseXmlText(xml))[apex] as XmlElement, prefixList);
        assert.equal(ours, libxmlCanonical(xml, apex, prefixList));
      }),
      { numRuns: comparisons, seed },
    );
  });
});
