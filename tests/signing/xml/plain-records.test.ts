import assert from 'node:assert/strict';
import { SignatureRefused } from '../../../src/signing/refusals.js';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { refuseAmbiguousIds } from '../../../src/signing/xml/check-ids.js';
import { defaultXmlLimits, type XmlLimits } from '../../../src/signing/xml/limits.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import type { Unread } from '../../../src/signing/xml/scan.js';
import { childElements, type XmlElement } from '../../../src/signing/xml/tree.js';
import { compareParsers } from '../../fuzz/compare-documents.js';

/**
 * Records of which no tree is made are stepped over when they look like the record before them. Here the second
 * record differs in one thing from what is expected; whatever it is, it is read as if every record were taken apart.
 */
const text128 = 'x'.repeat(128);
const records: readonly string[] = [
  ...['<ab>1</ab>', '<ab></ab>', '<ab/>', '<ab />', '<ab >1</ab>', '<ab>1</ab >', '<ab x="1">1</ab>'],
  ...[
    '<abc>1</abc>',
    '<a>1</a>',
    '<ac>1</ac>',
    '<b>1</b>',
    '<p:ab>1</p:ab>',
    '<q:ab>1</q:ab>',
    '<z:ab>1</z:ab>',
  ],
  ...['<ab>1</ac>', '<ab>1</a>', '<ab>1</abc>', '<ab>1</b>', '<ab>1<ab>', '<ab>1<ab></ab>', '<ac>1</ab>'],
  ...[
    '<ab>1< /ab>',
    '<ab>1<//ab>',
    '<ab>1</ab',
    '<ab>1</ab/>',
    '<ab>1<',
    '<ab>1',
    '<ab>',
    '<ab',
    '<ab>1</',
    '<',
  ],
  ...['<ab><c/></ab>', '<ab><c>1</c></ab>', '<ab>1<c/>2</ab>', '<ab><ab>1</ab></ab>'],
  ...['<ab>&amp;</ab>', '<ab>&x;</ab>', '<ab>></ab>', '<ab>]]></ab>', '<ab>\r\n</ab>', '<ab>\n\t</ab>'],
  ...['<ab>\u0001</ab>', '<ab>\uffff</ab>', '<ab>\uf000</ab>', '<ab>ë</ab>', '<ab>\0</ab>', '<ab>"\'</ab>'],
  ...[`<ab>${text128}</ab>`, `<ab>${text128}x</ab>`, `<ab>${text128.slice(1)}</ab>`, `<ab>${text128}&</ab>`],
  ...[`<ab>${text128}></ab>`, `<ab>${text128.slice(1)}></ab>`, `<ab>${text128}\u0001</ab>`],
  ...[
    'text',
    ' ',
    '&amp;',
    '<!-- -->',
    '<?x?>',
    '<![CDATA[x]]>',
    '',
    '</c>',
    '</ab>',
    '<ab xmlns="urn:d">1</ab>',
  ],
];
const expected = ['<ab>1</ab>', '<p:ab>1</p:ab>', '<ë>1</ë>'];
const around = (content: string) =>
  `<r xmlns:p="urn:p" xmlns:q="urn:q"><Header/><Body><c>${content}</c></Body></r>`;

interface Read {
  readonly refused?: string;
  readonly forms?: readonly string[];
}

/** The canonical form of every element, in document order, or why there is none. */
function read(xml: string, unread: Unread, limits: XmlLimits = defaultXmlLimits): Read {
  try {
    const root = parseXmlText(xml, limits, unread);
    const body = childElements(root)[1] as XmlElement;
    const forms = [root, body, ...childElements(body)].map((part) => canonicalize(part));
    const visit = (element: XmlElement) => {
      forms.push(`${element.name} ${element.namespace} ${canonicalize(element)}`);
      for (const child of childElements(element)) visit(child);
    };
    visit(root);
    return { forms };
  } catch (error) {
    return { refused: error instanceof SignatureRefused ? error.message : String(error) };
  }
}

describe('records of which no tree is made', () => {
  it('are read as if each were taken apart, whatever is different in one', () => {
    let taken = 0;
    for (const first of expected) {
      for (const second of records) {
        for (const content of [`${first}${first}${second}${first}`, `${first}${first}${first}${second}`]) {
          const xml = around(content);
          const whole = read(xml, 'nothing');
          for (const unread of ['content', 'body-content'] as const) {
            assert.deepEqual(read(xml, unread), whole, `${unread} ${content}`);
          }
          if (whole.forms !== undefined) taken++;
        }
      }
    }
    assert.ok(taken > 100 && taken < expected.length * records.length * 2, `${taken}`);
  });

  it('are read as saxes and libxml2 read them', () => {
    for (const first of expected) {
      for (const second of records) {
        const xml = around(`${first}${first}${second}${first}`);
        if (xml.includes('\0')) continue;
        assert.equal(compareParsers(xml), undefined, xml);
      }
    }
  });

  it('end with the document where it is cut', () => {
    const xml = around('<ab>1</ab>'.repeat(4));
    for (let end = 0; end < xml.length; end++) {
      const cut = xml.slice(0, end);
      const whole = read(cut, 'nothing');
      assert.ok(whole.refused !== undefined);
      for (const unread of ['content', 'body-content'] as const) {
        assert.deepEqual(read(cut, unread), whole, cut);
      }
    }
  });

  it('count for the limits of a message as all others do', () => {
    const flat = around('<ab>1</ab>'.repeat(5));
    const deep = around('<ab>1</ab><ab>1</ab><d><ab>1</ab><ab>1</ab><e><ab>1</ab></e></d>');
    const long = around(['1', '1', '12', '123', '1234', '12345'].map((one) => `<ab>${one}</ab>`).join(''));
    const wide = around('<ab k="1" l="2">1</ab>'.repeat(5));
    const code = (xml: string, unread: Unread, change: Partial<XmlLimits>) =>
      read(xml, unread, { ...defaultXmlLimits, ...change }).refused?.split(':')[0] ?? 'taken';
    for (const unread of ['nothing', 'content', 'body-content'] as const) {
      const cases: [string, Partial<XmlLimits>, RegExp][] = [
        [flat, { elements: 9 }, /taken/],
        [flat, { elements: 8 }, /xml-too-many-elements/],
        [flat, { elements: 7 }, /xml-too-many-elements/],
        [flat, { depth: 4 }, /taken/],
        [flat, { depth: 3 }, /xml-too-deep/],
        [deep, { depth: 6 }, /taken/],
        [deep, { depth: 5 }, /xml-too-deep/],
        [deep, { depth: 4 }, /xml-too-deep/],
        [deep, { elements: 11 }, /taken/],
        [deep, { elements: 10 }, /xml-too-many-elements/],
        [long, { textLength: 5 }, /taken/],
        [long, { textLength: 4 }, /xml-text-too-long/],
        [long, { textLength: 2 }, /xml-text-too-long/],
        [wide, { attributes: 10 }, /taken/],
        [wide, { attributes: 9 }, /xml-too-many-attributes/],
      ];
      for (const [xml, change, wanted] of cases) {
        assert.match(code(xml, unread, change), wanted, `${unread} ${JSON.stringify(change)}`);
      }
    }
  });

  it('count before their tree is made, where nothing else bounds them', () => {
    const code = (xml: string, unread: Unread, change: Partial<XmlLimits>) => {
      try {
        parseXmlText(xml, { ...defaultXmlLimits, ...change }, unread);
        return 'taken';
      } catch (error) {
        return (error as SignatureRefused).code;
      }
    };
    // An empty tag has one `<`, so that counting those does not refuse it beforehand.
    const many = around('<x/>'.repeat(20) + '<ab>1</ab>'.repeat(5));
    const late = around('<e><ab>1</ab></e><d><e><ab>1</ab></e></d>');
    const long = around(['1', '1', '1', '12345'].map((one) => `<ab>${one}</ab>`).join(''));
    for (const unread of ['nothing', 'content', 'body-content'] as const) {
      assert.equal(code(many, unread, { elements: 29 }), 'taken');
      assert.equal(code(many, unread, { elements: 28 }), 'xml-too-many-elements', unread);
      assert.equal(code(many, unread, { elements: 27 }), 'xml-too-many-elements', unread);
      assert.equal(code(late, unread, { depth: 6 }), 'taken');
      assert.equal(code(late, unread, { depth: 5 }), 'xml-too-deep', unread);
      assert.equal(code(long, unread, { textLength: 5 }), 'taken');
      assert.equal(code(long, unread, { textLength: 4 }), 'xml-text-too-long', unread);
    }
  });

  it('are read once, with nothing of what stands behind them, and their ids are noted once', () => {
    const child = '<c Id="1" k="1"><ab Id="2">1</ab><ab>1</ab></c>';
    const xml = `<r><Header/><Body>${child}<d Id="3"><ab>2</ab></d><e/></Body></r>`;
    const limits = { ...defaultXmlLimits, attributes: 4, elements: 9 };
    for (const unread of ['nothing', 'content', 'body-content'] as const) {
      const root = parseXmlText(xml, limits, unread);
      refuseAmbiguousIds(root);
      const body = childElements(root)[1] as XmlElement;
      for (const _time of [1, 2]) {
        assert.deepEqual(
          childElements(body).map((one) => [one.name, childElements(one).length]),
          [
            ['c', 2],
            ['d', 1],
            ['e', 0],
          ],
          unread,
        );
      }
      assert.equal(canonicalize(body), `<Body>${child}<d Id="3"><ab>2</ab></d><e></e></Body>`);
      refuseAmbiguousIds(root);
    }
  });

  it('are few objects: the tree is not made before somebody asks', () => {
    const [, body] = childElements(
      parseXmlText(around('<ab>1</ab>'.repeat(5)), defaultXmlLimits, 'body-content'),
    );
    const [content] = childElements(body as XmlElement) as unknown as { isUnread: boolean }[];
    assert.equal(content?.isUnread, true);
    assert.equal(childElements(content as unknown as XmlElement).length, 5);
    assert.equal(content?.isUnread, false);
    const root = parseXmlText('<r><a/></r>', defaultXmlLimits, 'content') as unknown as { isUnread: boolean };
    assert.equal(root.isUnread, true);
    const other = parseXmlText('<r><x><c><d/></c></x></r>', defaultXmlLimits, 'body-content');
    const [x] = childElements(other);
    const [c] = childElements(x as XmlElement) as unknown as { isUnread: boolean }[];
    assert.equal(c?.isUnread, false);
  });
});
