import assert from 'node:assert/strict';
import { xsiNamespace } from '../../../src/signing/xml/names.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { qnamePrefixes, qnamesAreSigned } from '../../../src/signing/xml/qname-values.js';
import { childElements, elementsOf, textOf } from '../../../src/signing/xml/tree.js';

const xsi = `xmlns:xsi="${xsiNamespace}"`;

describe('prefixes in values of xsi:type', () => {
  it('lists each once, sorted, and the default namespace as #default', () => {
    const xml =
      `<r ${xsi} xmlns:p="urn:p" xmlns:a="urn:a" type="no:Type"><x xsi:type="p:T"/>` +
      '<x xsi:type=" a:T&#10;"/><x xsi:type="p:U"><y xsi:type="T"/></x>text</r>';
    assert.deepEqual(qnamePrefixes(parseXmlText(xml)), ['#default', 'a', 'p']);
    assert.deepEqual(qnamePrefixes(parseXmlText('<r type="p:T"/>')), []);
  });

  const same = (message: string, signed: string) =>
    qnamesAreSigned(parseXmlText(message), parseXmlText(signed));
  const typed = (declared: string, ...values: readonly string[]) =>
    `<r ${xsi} ${declared}>${values.map((value) => `<x xsi:type="${value}"/>`).join('')}</r>`;

  it('are signed when every one of them means the same in the signed bytes', () => {
    const declared = 'xmlns:p="urn:p" xmlns:q="urn:q"';
    assert.equal(same(typed(declared, 'p:T', 'q:T'), typed(declared, 'p:T', 'q:T')), true);
    assert.equal(same(typed('', 'T'), typed('', 'T')), true);
    assert.equal(same(typed('', 'xml:T'), typed('', 'xml:T')), true);
  });

  it('are not signed when a single one means something else, or nothing', () => {
    const declared = 'xmlns:p="urn:p" xmlns:q="urn:q"';
    const other = 'xmlns:p="urn:p" xmlns:q="urn:other"';
    assert.equal(same(typed(declared, 'p:T', 'q:T'), typed(other, 'p:T', 'q:T')), false);
    assert.equal(same(typed(declared, 'q:T', 'p:T'), typed(other, 'q:T', 'p:T')), false);
    assert.equal(same(typed('xmlns="urn:d"', 'T'), typed('', 'T')), false);
    assert.equal(same(typed('', 'p:T'), typed('', 'p:T')), false);
    assert.equal(same(typed(declared, 'p:T', 'q:T'), typed(declared, 'p:T')), false);
  });
});

describe('reading the tree of a message', () => {
  it('tells an element without text from one that holds elements', () => {
    assert.equal(textOf(parseXmlText('<a></a>')), '');
    assert.equal(textOf(parseXmlText('<a/>')), '');
    assert.equal(textOf(parseXmlText('<a>1</a>')), '1');
    assert.equal(textOf(parseXmlText('<a><b/></a>')), undefined);
    assert.equal(textOf(parseXmlText('<a>1<b/></a>')), undefined);
  });

  it('gives child elements only where nothing but white space stands between them', () => {
    const names = (xml: string) => elementsOf(parseXmlText(xml))?.map(({ local }) => local);
    assert.deepEqual(names('<a><b/><c></c></a>'), ['b', 'c']);
    assert.deepEqual(names('<a> <b/>\n<c></c>\t</a>'), ['b', 'c']);
    assert.deepEqual(names('<a/>'), []);
    for (const xml of ['<a>x<b/></a>', '<a><b/>x</a>', '<a><b/>x<c/></a>', '<a>\u00a0<b/></a>', '<a>x</a>']) {
      assert.equal(names(xml), undefined, xml);
      const all = childElements(parseXmlText(xml));
      assert.equal(all.length, xml.match(/\/>/g)?.length ?? 0);
    }
  });

  it('gives child elements of a tree that was not parsed as well', () => {
    const shared = { prefix: '', namespace: '', attributes: [], declarations: [], parent: undefined };
    const b = { ...shared, name: 'b', local: 'b', children: [] };
    const a = { ...shared, name: 'a', local: 'a', children: [' ', b, 'x'] };
    assert.deepEqual(childElements(a), [b]);
    assert.equal(elementsOf(a), undefined);
    assert.deepEqual(elementsOf({ ...a, children: [' ', b] }), [b]);
  });
});
