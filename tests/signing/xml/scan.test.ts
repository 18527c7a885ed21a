import assert from 'node:assert/strict';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { childElements, type XmlElement } from '../../../src/signing/xml/tree.js';
import { assertAll, outcome } from './scan-outcome.js';

describe('scanning a document', () => {
  it('takes tags as XML 1.0 writes them, and no others', () => {
    const taken = [
      ...['<a/>', '<a />', '<a\t\n\r />', '<a></a>', '<a ></a >', '<a></a\t\n>', '<a x="1"/>', "<a x='1' />"],
      ...[
        '<a x = "1"/>',
        '<a x\n=\t"1"/>',
        '<a\nx="1"\ty="2"></a>',
        '<a x="\'"/>',
        "<a x='\"'/>",
        '<a x=""/>',
      ],
      ...[
        '<a x=">"/>',
        '<a x="/>"/>',
        ' <a/>',
        '\n<a/>\t\n ',
        '<a>></a>',
        '<a>]]</a>',
        '<a>]>]</a>',
        '<a>]></a>',
        '<a>x]></a>',
      ],
      ...['<a>]] ></a>', '<a>"\'</a>', '<a x="&#9;\t\n\r"/>', '<a>\t\n\r</a>', '<a p="" q=""/>'],
    ];
    const malformed = [
      ...[
        '',
        ' ',
        '<',
        '<a',
        '<a>',
        '<a x',
        '<a x=',
        '<a x="',
        '<a x="1"',
        '<a/',
        '<a></',
        '<a></a',
        '<a></a ',
      ],
      ...[
        '<a></b>',
        '<a></aa>',
        '<aa></a>',
        '<a></ a>',
        '<a></a x="1">',
        '<a></a/>',
        '<a/ >',
        '<a / >',
        '<a//>',
      ],
      ...[
        '<a/x>',
        '<a x="1"y="2"/>',
        '<a x=1/>',
        '<a x="1/>',
        '<a x=\'1"/>',
        '<a x/>',
        '<a x y="1"/>',
        '<a ="1"/>',
      ],
      ...[
        '<a x=="1"/>',
        '<a x="<"/>',
        '<a>]]></a>',
        '<a>x]]>y</a>',
        '<a>]]]></a>',
        '< a/>',
        '<a/><b/>',
        '<a/>x',
      ],
      ...[
        'x<a/>',
        '<a></a></a>',
        '<a><b></a></b>',
        '<a>\0</a>',
        '<a>\u0001</a>',
        '<a>\u001f</a>',
        '<a x="\u0001"/>',
      ],
      ...[
        '<a>\ufffe</a>',
        '<a>\uffff</a>',
        '<a x="\ufffe"/>',
        '<a x="\uffff"/>',
        '<a x="1" x="2"/>',
        '<a\u000b/>',
      ],
      ...['<a\u00a0/>', '<a/>\0', '\0<a/>', '<a>&lt;b></b></a>', '<a>', '<a><b/>', '<a>text'],
      ...['xa/>', 'xa></a>', '<a x!"1"/>', '<a x;"1"/>', '<a x=&1&/>', '<a x=<1</>', '<a x=`1`/>'],
    ];
    assertAll(taken, 'taken');
    assertAll(malformed, 'xml-malformed');
    for (const one of ['\ufffd', '\uffef', '\ufeff', '\uf000', '\ufdd0', '\u007f', '\u0085', '\u{1fffe}']) {
      assert.equal(outcome(`<a>x${one}</a>`), 'taken', JSON.stringify(one));
      assert.equal(outcome(`<a x="${one}"/>`), 'taken', JSON.stringify(one));
    }
  });

  it('says which construct it met first', () => {
    for (const [xml, code, where] of [
      ['<a><?x?><!-- --></a>', 'xml-processing-instruction', 'offset 3'],
      ['<a><!-- --><?x?></a>', 'xml-comment', 'offset 3'],
      ['<a><![CDATA[x]]><?x?></a>', 'xml-cdata', 'offset 3'],
      ['<!DOCTYPE a><a/>', 'xml-doctype', 'offset 0'],
      ['<!DOCTYPE a><?x?><a/>', 'xml-doctype', 'offset 0'],
      ['<a><!ELEMENT a></a>', 'xml-malformed', 'offset 3'],
      ['<a><!-</a>', 'xml-malformed', 'offset 3'],
      ['<?xml version="1.0"?><a><!-- --></a>', 'xml-comment', 'offset 24'],
      ['<a x="!?">!?</a><b/>', 'xml-malformed', 'offset 16'],
    ] as const) {
      assert.throws(() => parseXmlText(xml), { code, where }, xml);
    }
  });

  it('refuses attributes that mean the same, and takes others', () => {
    const declared = 'xmlns:p="urn:1" xmlns:q="urn:1" xmlns:r="urn:2" xmlns="urn:1"';
    for (const [attributes, expected] of [
      ['p:x="" q:x=""', 'xml-malformed'],
      ['y="" p:x="" r:x="" q:x=""', 'xml-malformed'],
      ['p:x="" x="" q:x=""', 'xml-malformed'],
      ['x="" x=""', 'xml-malformed'],
      ['p:x="" r:x=""', 'taken'],
      ['p:x="" q:y=""', 'taken'],
      ['x="" p:x=""', 'taken'],
      ['p:x="" x=""', 'taken'],
    ] as const) {
      assert.equal(outcome(`<a ${declared} ${attributes}/>`), expected, attributes);
    }
    // The same name on different elements is no repetition, also when both stand in one parent.
    assert.equal(outcome('<a x=""><b x=""/><b x=""><c x=""/></b></a>'), 'taken');
  });

  it('knows what a prefix stands for at every place', () => {
    const root = parseXmlText(
      '<p:a xmlns:p="urn:1" p:x=""><p:b/><p:c xmlns:p="urn:2" p:x=""><p:d p:x=""/></p:c><p:e p:x=""/></p:a>',
    );
    const seen: string[] = [];
    const visit = (at: XmlElement) => {
      seen.push([at.local, at.namespace, ...at.attributes.map(({ namespace }) => namespace)].join(' '));
      for (const child of childElements(at)) visit(child);
    };
    visit(root);
    assert.deepEqual(seen, ['a urn:1 urn:1', 'b urn:1', 'c urn:2 urn:2', 'd urn:2 urn:2', 'e urn:1 urn:1']);
    assert.equal(outcome('<a><b xmlns:p="urn:p"/><p:c/></a>'), 'xml-namespace');
    assert.equal(outcome('<a><b xmlns:p="urn:p"></b><c p:x=""/></a>'), 'xml-namespace');
  });

  it('tells names apart of which one begins with the other', () => {
    const names = [...'abcdefghij'].flatMap((letter) =>
      Array.from({ length: 60 }, (_, i) => letter.repeat(60 - i)),
    );
    const root = parseXmlText(`<r>${names.map((name) => `<${name}/>`).join('')}</r>`);
    assert.deepEqual(
      childElements(root).map(({ local }) => local),
      names,
    );
  });

  it('finds the same attribute twice with any other between them', () => {
    const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
    for (const one of names) {
      for (const other of names.filter((name) => name !== one)) {
        assert.equal(outcome(`<a ${one}="" ${other}="" ${one}=""/>`), 'xml-malformed', `${one} ${other}`);
      }
    }
  });

  it('gives elements and text in order, and no empty text', () => {
    const children = (xml: string) =>
      parseXmlText(xml).children.map((child) => (typeof child === 'string' ? child : child.local.length));
    assert.deepEqual(children('<a><b/></a>'), [1]);
    assert.deepEqual(children('<a><b/><cc></cc></a>'), [1, 2]);
    assert.deepEqual(children('<a>1<b/>2<cc/>3</a>'), ['1', 1, '2', 2, '3']);
    assert.deepEqual(children('<a></a>'), []);
    assert.deepEqual(children('<a />'), []);
  });

  it('tells two thousand names apart', () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `n${i.toString(36).padStart(3, '0')}`);
    const root = parseXmlText(
      `<r>${names.map((name) => `<${name}/>`).join('')}${names.map((name) => `<${name}/>`).join('')}</r>`,
    );
    assert.deepEqual(
      childElements(root).map(({ local }) => local),
      [...names, ...names],
    );
  });
});
