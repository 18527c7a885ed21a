import fc from 'fast-check';
import type { XmlElement } from '../../../src/signing/xml/tree.js';

/** A document as text, which of its elements to canonicalise, and with which PrefixList. */
export interface RandomDocument {
  readonly xml: string;
  /** Index in document order. */
  readonly apex: number;
  readonly prefixList: readonly string[];
}

interface Node {
  readonly pick: number;
  readonly local: string;
  readonly declarations: readonly (readonly [prefix: string, uri: string])[];
  readonly attributes: readonly { readonly pick: number; readonly local: string; readonly value: string }[];
  readonly children: readonly (Node | string)[];
  readonly selfClosing: boolean;
  /** White space in the end tag. */
  readonly spaced: boolean;
}

const prefixes = ['', 'a', 'b', 'p', 'é', 'z9'];
// Quotes, ampersands and angle brackets are refused in namespace names: libxml2 would not escape them.
const uris = ['urn:a', 'urn:b', 'urn:a:', 'http://x/?a=1;b=2', "urn:it's"];
// U+10400 and U+FB00 sort differently by code point and by UTF-16 unit.
const locals = ['a', 'b', 'ab', 'Id', 'type', 'é', '𐐀', 'ﬀ', 'x-1', '_'];
const textTokens = [
  ...['a', ' ', '\n', '\t', '\r', '\r\n', '&#13;', '&#xD;', '&#9;', '&#10;', '&amp;', '&lt;', '&gt;', '>'],
  ...['&quot;', '&apos;', '"', "'", 'é', '𐐀', '&#x10400;', 'ﬀ', ']]&gt;', ']', '&#x85;', '\u2028', '\u00a0'],
];
const valueTokens = textTokens.filter((token) => token !== '"');

const text = fc.array(fc.constantFrom(...textTokens), { maxLength: 6 }).map((tokens) => tokens.join(''));
const value = fc.array(fc.constantFrom(...valueTokens), { maxLength: 5 }).map((tokens) => tokens.join(''));

const { node } = fc.letrec<{ node: Node; child: Node | string }>((tie) => ({
  node: fc.record({
    pick: fc.nat(9),
    local: fc.constantFrom(...locals),
    declarations: fc.uniqueArray(fc.tuple(fc.constantFrom(...prefixes), fc.constantFrom('', ...uris)), {
      maxLength: 4,
      selector: ([prefix]) => prefix,
    }),
    attributes: fc.array(fc.record({ pick: fc.nat(9), local: fc.constantFrom(...locals), value }), {
      maxLength: 5,
    }),
    children: fc.array(tie('child'), { maxLength: 4 }),
    selfClosing: fc.boolean(),
    spaced: fc.nat(7).map((pick) => pick === 0),
  }),
  child: fc.oneof({ maxDepth: 5 }, text, tie('node')),
}));

/** Well-formed documents with as many namespace quarrels as fit in. */
export const randomDocument: fc.Arbitrary<RandomDocument> = fc
  .record({
    root: node,
    apexPick: fc.nat(1000),
    tidyBelow: fc.constantFrom(0, 1, 2, Number.POSITIVE_INFINITY),
    prefixList: fc.uniqueArray(fc.constantFrom('#default', 'a', 'b', 'p', 'é', 'nobody'), { maxLength: 3 }),
  })
  .map(({ root, apexPick, prefixList, tidyBelow }) => ({
    xml: render(root, new Map(), tidyBelow),
    apex: apexPick % countNodes(root),
    prefixList,
  }));

function countNodes(at: Node): number {
  return at.children.reduce((sum, child) => sum + (typeof child === 'string' ? 0 : countNodes(child)), 1);
}

/**
 * @param tidyBelow how many levels are written at will. Below them everything is in canonical form but for the
 *   declarations, which all stand above: there our canonicalisation may copy, unless a prefix forbids it.
 */
function render(at: Node, outer: ReadonlyMap<string, string>, tidyBelow: number): string {
  const tidy = tidyBelow <= 0;
  const scope = new Map(outer);
  let out = '';
  for (const [prefix, uri] of tidy ? [] : at.declarations) {
    if (prefix !== '' && uri === '') continue;
    scope.set(prefix, uri);
    out += prefix === '' ? ` xmlns="${uri}"` : ` xmlns:${prefix}="${uri}"`;
  }
  const bound = [...scope.keys()].filter((prefix) => prefix !== '');
  const qualified = (pick: number, local: string, more: readonly string[]) => {
    const choices = ['', ...bound, ...more];
    const prefix = choices[pick % choices.length] ?? '';
    return { prefix, name: prefix === '' ? local : `${prefix}:${local}` };
  };
  const seen = new Set<string>();
  for (const attribute of at.attributes) {
    const { prefix, name } = qualified(attribute.pick, attribute.local, ['xml']);
    const key = `${prefix === '' ? '' : (scope.get(prefix) ?? prefix)} ${attribute.local}`;
    // xml:id has rules of its own, which only one of the two parsers knows.
    if (seen.has(key) || (prefix === 'xml' && attribute.local === 'Id')) continue;
    seen.add(key);
    const quote = !tidy && attribute.pick % 5 === 0 && !attribute.value.includes("'") ? "'" : '"';
    const written = tidy ? attribute.value.replaceAll(/[^\p{L} ]/gu, '') : attribute.value;
    out += ` ${name}=${quote}${written}${quote}`;
  }
  const { name } = qualified(at.pick, at.local, []);
  const content = at.children
    .map((child) => {
      if (typeof child !== 'string') return render(child, scope, tidyBelow - 1);
      return tidy ? child.replaceAll(/[^\p{L}\n ]/gu, '') : child;
    })
    .join('');
  // Two runs of text can meet in a sequence that XML forbids.
  const spaced = at.spaced && !tidy;
  return content === '' && at.selfClosing && !tidy
    ? `<${name}${out}${spaced ? ' ' : ''}/>`
    : `<${name}${out}>${content.replaceAll(']]>', ']] >')}</${name}${spaced ? '\n' : ''}>`;
}

/** Elements in document order. */
export function elementsInOrder(root: XmlElement): XmlElement[] {
  const found = [root];
  for (const child of root.children) {
    if (typeof child !== 'string') found.push(...elementsInOrder(child));
  }
  return found;
}
