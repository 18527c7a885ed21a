import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { refuseAmbiguousIds } from '../../../src/signing/xml/check-ids.js';
import { defaultXmlLimits } from '../../../src/signing/xml/limits.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import type { Unread } from '../../../src/signing/xml/scan.js';
import { childElements, type XmlElement } from '../../../src/signing/xml/tree.js';
import { compareCanonical, compareParsers } from '../../fuzz/compare-documents.js';

/**
 * Records and References repeat names, start tags and values, and the scanner recognises them. Here they repeat while
 * what they mean changes, and with small errors in between: documents that random ones hardly ever are.
 */
const prefix = fc.constantFrom('', 'p:', 'p:', 'q:');
const name = fc.tuple(prefix, fc.constantFrom('a', 'b', 'ab')).map((parts) => parts.join(''));
const value = fc.constantFrom(
  'x',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/10/xml-exc-c14n#/',
);
const attribute = fc
  .tuple(prefix, fc.constantFrom('k', 'Algorithm', 'Id'), value)
  .map(([before, local, text]) => ` ${before}${local}="${text}"`);
const attributes = fc.array(attribute, { maxLength: 2 }).map((list) => [...new Set(list)].join(''));
const declaration = fc.constantFrom(
  '',
  '',
  ' xmlns:p="urn:one"',
  ' xmlns:p="urn:two"',
  ' xmlns="urn:one"',
  ' xmlns=""',
);
const text = fc.constantFrom('', '', '1', 'ë', '&amp;', '&gt;', '>', '\r\n', ']]>', '&x;', '<b/>', '\u0001');

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(name, fc.oneof({ weight: 3, arbitrary: fc.constant('') }, attributes), declaration, tie('content'))
    .map(([own, more, declared, content]) => `<${own}${more}${declared}>${content}</${own}>`),
  content: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: fc.constantFrom('', '1', 'x') },
    { weight: 1, arbitrary: text },
    { weight: 3, arbitrary: fc.array(tie('element'), { maxLength: 5 }).map((list) => list.join('')) },
  ),
}));

const document = fc
  .array(element, { minLength: 2, maxLength: 4 })
  .map((list) => `<r xmlns:p="urn:one" xmlns:q="urn:q">${[...list, ...list].join('')}</r>`);

/** Canonical forms of the elements around a Body and of the Body's, before and after the tree was made. */
function partsOf(xml: string, unread: Unread): readonly string[] | string {
  let root: XmlElement;
  try {
    root = parseXmlText(xml, defaultXmlLimits, unread);
  } catch (error) {
    return String(error);
  }
  const body = childElements(root)[1] as XmlElement;
  const [content] = childElements(body);
  const written = [root, body, content as XmlElement].map((part) => canonicalize(part));
  for (const inside of childElements(content as XmlElement)) written.push(canonicalize(inside));
  return [...written, canonicalize(root)];
}

const cases = Number(process.env.URA_PARSE_MUTATIONS ?? 3000);

describe('content that repeats itself', () => {
  it(`is read as saxes and libxml2 read it, with a tree and without (${cases} documents)`, function () {
    this.timeout(0);
    const seed = Number(process.env.URA_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    let taken = 0;
    fc.assert(
      fc.property(document, fc.nat(), (xml, apex) => {
        assert.equal(compareParsers(xml), undefined);
        let elements: number;
        try {
          elements = canonicalize(parseXmlText(xml)).split('</').length - 1;
        } catch {
          return;
        }
        taken++;
        assert.equal(compareCanonical({ xml, apex: apex % elements, prefixList: [] }), undefined);
      }),
      { numRuns: cases, seed },
    );
    console.log(`      seed ${seed}: ${taken} of ${cases} well-formed`);
    assert.ok(taken > cases / 20 && taken < cases);
  });

  it(`is the same in a Body of which no tree was made (${cases} documents)`, function () {
    this.timeout(0);
    const seed = Number(process.env.URA_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
    let taken = 0;
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 4 }), (list) => {
        const content = list.join('');
        const xml = `<r xmlns:p="urn:one" xmlns:q="urn:q"><h>${content}</h><Body><c>${content}</c></Body></r>`;
        const [whole, later] = [partsOf(xml, 'nothing'), partsOf(xml, 'body-content')];
        assert.deepEqual(later, whole);
        if (Array.isArray(whole)) taken++;
      }),
      { numRuns: cases, seed },
    );
    console.log(`      seed ${seed}: ${taken} of ${cases} well-formed`);
    assert.ok(taken > cases / 20 && taken < cases);
  });

  it('means what the declarations around it say, not what it meant before', () => {
    const record = '<p:a p:k="a value of more than 24 characters"><p:b>1</p:b></p:a>';
    const xml = `<r><w xmlns:p="urn:1">${record}${record}</w><w xmlns:p="urn:2">${record}${record}</w></r>`;
    const inW = (uri: string) =>
      `<w>${`<p:a xmlns:p="${uri}" p:k="a value of more than 24 characters"><p:b>1</p:b></p:a>`.repeat(2)}</w>`;
    assert.equal(canonicalize(parseXmlText(xml)), `<r>${inW('urn:1')}${inW('urn:2')}</r>`);
  });

  it('has the values that it is written with, also where they begin or end like one that was there before', () => {
    const long = 'a value of more than 24 characters';
    const values = [
      ...[long, `${long}x`, `${long} `, `x${long}`, long.slice(0, -1), long.toUpperCase(), 'x'.repeat(24)],
      ...[
        `${long}&amp;`,
        `&lt;${long}`,
        `${long}&#9;`,
        `${long}&#xA;x`,
        `${long}\t`,
        `${long}\n`,
        `${long}>`,
      ],
      ...[`${long}ë`, `ë${long}`, 'ë'.repeat(12), 'ë'.repeat(24), '\u{1f600}'.repeat(8), `${long}'`],
      ...['x'.repeat(127), 'x'.repeat(128), 'x'.repeat(129), 'x'.repeat(23)],
    ];
    const meaning = (value: string) =>
      value
        .replace(/[\t\n]/g, ' ')
        .replace('&amp;', '&')
        .replace('&lt;', '<')
        .replace('&#9;', '\t')
        .replace('&#xA;', '\n');
    // Each name is new to the process, so that each value is the first that an attribute of it has.
    for (const [i, first] of values.entries()) {
      for (const [j, second] of values.entries()) {
        const name = `k${i}-${j}`;
        const tags = [first, second, first].map((value, n) => `<a ${name}="${value}" n="${n}"></a>`);
        const quoted = `<a ${name}='${second.replaceAll("'", '')}"${first.replaceAll("'", '')}'></a>`;
        const elements = childElements(parseXmlText(`<r>${tags.join('')}${quoted}</r>`));
        assert.deepEqual(
          elements.map(({ attributes }) => attributes[0]?.value),
          [first, second, first]
            .map(meaning)
            .concat(`${meaning(second).replaceAll("'", '')}"${meaning(first).replaceAll("'", '')}`),
        );
      }
    }
  });

  it('is refused where one attribute stands twice, also with a value that was there before', () => {
    const value = 'a value of more than 24 characters';
    const xml = `<r><a q="${value}"/><a q="${value}" q="${value}"/></r>`;
    assert.throws(() => parseXmlText(xml), { code: 'xml-malformed' });
    assert.throws(() => parseXmlText(`<r><a q="${value}"/><a q="${value}"q2=""/></r>`), {
      code: 'xml-malformed',
    });
    const limits = { ...defaultXmlLimits, attributeLength: value.length - 1 };
    assert.throws(() => parseXmlText(`<r><a q="${value}"/></r>`, limits), { code: 'xml-attribute-too-long' });
  });

  it('carries the declarations that only plain records in it need', () => {
    const records = '<a>1</a><p:b>1</p:b>';
    const xml = `<r xmlns:p="urn:one"><h>${records}</h><Body><c>${records}</c></Body></r>`;
    const canonical = '<c><a>1</a><p:b xmlns:p="urn:one">1</p:b></c>';
    for (const unread of ['nothing', 'body-content'] as const) {
      const [, body] = childElements(parseXmlText(xml, defaultXmlLimits, unread));
      const [content] = childElements(body as XmlElement);
      assert.equal(canonicalize(content as XmlElement), canonical);
    }
  });

  it('is refused where its id repeats as well', () => {
    const root = parseXmlText('<r><a Id="1">1</a><a Id="1">1</a></r>');
    assert.throws(() => refuseAmbiguousIds(root), { code: 'id-repeated' });
  });

  it('is refused where a plain record uses a prefix that is not declared any more', () => {
    const records = '<x>1</x><p:a>1</p:a>';
    const xml = `<r><w xmlns:p="urn:1">${records}${records}</w>${records}</r>`;
    for (const unread of ['nothing', 'content'] as const) {
      assert.throws(() => parseXmlText(xml, defaultXmlLimits, unread), { code: 'xml-namespace' });
    }
  });

  it('is refused where its prefix is not declared any more', () => {
    const record = '<p:a p:k="1"><p:b>1</p:b></p:a>';
    assert.throws(() => parseXmlText(`<r><w xmlns:p="urn:1">${record}${record}</w>${record}</r>`), {
      code: 'xml-namespace',
    });
  });
});
