import { compareCodePoints } from './canonical-order.js';
import { CanonicalOutput, longStretch } from './canonical-output.js';
import { bytesOfText, textOfBytes } from './decode-text.js';
import { escapeAttribute, escapeText } from './escape.js';
import { type Piece, textOfPieces } from './pieces.js';
import { readText } from './references.js';
import { ScannedElement } from './scanned-element.js';
import type { Source } from './source.js';
import { type NamespaceDeclaration, namespaceOf, type XmlAttribute, type XmlElement } from './tree.js';
import { writeDeclarations } from './write-declarations.js';

export { compareCodePoints } from './canonical-order.js';

/**
 * Exclusive canonical XML 1.0 without comments of one element and everything in it.
 *
 * @param prefixList prefixes of `InclusiveNamespaces`, the default namespace as `#default`: their
 *   declarations are written wherever they come into force, used or not.
 * @param context declarations that an enclosing canonical element has already written; empty for a part
 *   that is canonicalised by itself.
 * @see https://www.w3.org/TR/xml-exc-c14n/ §3
 */
export function canonicalize(
  element: XmlElement,
  prefixList: readonly string[] = [],
  context: readonly NamespaceDeclaration[] = [],
): string {
  return textOfPieces(canonicalPieces(element, prefixList, context));
}

/**
 * The same as UTF-8, in pieces of which none begins or ends inside a character. Some may be views of the
 * document: they may be read and never written to.
 */
export function canonicalPieces(
  element: XmlElement,
  prefixList: readonly string[] = [],
  context: readonly NamespaceDeclaration[] = [],
): readonly Piece[] {
  const inclusive = prefixList.length === 0 ? prefixList : prefixList.map(prefixOfList);
  if (element instanceof ScannedElement && context.length === 0) {
    const whole = takeWhole(element, inclusive);
    if (whole !== undefined) return whole;
  }
  const out = new CanonicalOutput();
  write(element, inclusive, [...context], true, out);
  return out.pieces();
}

/** The same as one string with one character for each byte. */
export function canonicalBytes(
  element: XmlElement,
  prefixList: readonly string[],
  context: readonly NamespaceDeclaration[],
): string {
  const out = new CanonicalOutput(Number.POSITIVE_INFINITY);
  write(element, prefixList.map(prefixOfList), [...context], true, out);
  return out.text;
}

/**
 * Most parts of a message need nothing but declarations in their start tag: the rest is canonical as it stands.
 *
 * @returns undefined for all others.
 */
function takeWhole(element: ScannedElement, inclusive: readonly string[]): readonly Piece[] | undefined {
  if (!element.tagIsCanonical || !element.contentIsCanonical) return undefined;
  const rendered: NamespaceDeclaration[] = [];
  renderNamespaces(element, inclusive, rendered, true);
  if (!saysTheSame(element, rendered)) return undefined;
  const { source, end } = element;
  const { raw } = element.qualified;
  const written = writeDeclarations(rendered, 0);
  const head = `<${raw}${written.bytes}`;
  const from = element.start + raw.length + 1;
  if (written.isAscii && end - from < longStretch && source.isAsciiUntil(end)) {
    return [head + source.text.slice(from, end)];
  }
  const start = written.isAscii && source.isAsciiUntil(from) ? head : Buffer.from(head, 'latin1');
  return [start, source.bytes.subarray(from, end)];
}

function prefixOfList(name: string): string {
  return name === '#default' ? '' : name;
}

function write(
  element: XmlElement,
  inclusive: readonly string[],
  rendered: NamespaceDeclaration[],
  apex: boolean,
  out: CanonicalOutput,
): void {
  const outer = rendered.length;
  renderNamespaces(element, inclusive, rendered, apex);
  const name = element instanceof ScannedElement ? element.qualified.raw : bytesOfText(element.name);
  out.add(`<${name}`);
  if (rendered.length > outer) out.add(writeDeclarations(rendered, outer).bytes);
  if (element instanceof ScannedElement) {
    if (element.tagIsCanonical) {
      out.take(element.source, element.start + name.length + 1, element.contentStart);
    } else {
      out.add(`${writeAttributes(element.attributes)}>`);
    }
    if (element.contentIsCanonical && saysTheSame(element, rendered)) {
      out.take(element.source, element.contentStart, element.contentEnd);
    } else {
      writeScanned(element, inclusive, rendered, out);
    }
  } else {
    out.add(`${writeAttributes(element.attributes)}>`);
    for (const child of element.children) {
      if (typeof child === 'string') out.add(bytesOfText(escapeText(child)));
      else write(child, inclusive, rendered, false, out);
    }
  }
  // Assigning to length would leave the compiled code.
  while (rendered.length > outer) rendered.pop();
  out.add(`</${name}>`);
}

/** Adds the declarations to be written at this element. */
function renderNamespaces(
  element: XmlElement,
  inclusive: readonly string[],
  rendered: NamespaceDeclaration[],
  apex: boolean,
): void {
  const outer = rendered.length;
  if (element.prefix !== 'xml') render(rendered, outer, element.prefix, element.namespace);
  for (const attribute of element.attributes) {
    if (attribute.prefix !== '' && attribute.prefix !== 'xml') {
      render(rendered, outer, attribute.prefix, attribute.namespace);
    }
  }
  // What a prefix stands for only changes where something is declared.
  if (inclusive.length > 0 && (apex || element.declarations.length > 0)) {
    for (const prefix of inclusive) {
      const uri = prefix === 'xml' ? undefined : namespaceOf(element, prefix);
      if (uri !== undefined) render(rendered, outer, prefix, uri);
    }
  }
}

function writeAttributes(attributes: readonly XmlAttribute[]): string {
  const sorted = attributes.length <= 1 ? attributes : [...attributes].sort(byName);
  let out = '';
  for (const attribute of sorted) {
    out += ` ${bytesOfText(attribute.name)}="${bytesOfText(escapeAttribute(attribute.value))}"`;
  }
  return out;
}

/** Elements and text of an element of which not everything can be taken over. */
function writeScanned(
  { source, firstElement, contentStart, contentEnd }: ScannedElement,
  inclusive: readonly string[],
  rendered: NamespaceDeclaration[],
  out: CanonicalOutput,
): void {
  let at = contentStart;
  for (let child = firstElement; child !== undefined; child = child.nextElement) {
    writeText(source, at, child.start, out);
    write(child, inclusive, rendered, false, out);
    at = child.end;
  }
  writeText(source, at, contentEnd, out);
}

function writeText(source: Source, start: number, end: number, out: CanonicalOutput): void {
  if (start === end) return;
  const raw = source.text.slice(start, end);
  if (/[&\r>]/.test(raw)) out.add(canonicalText(raw));
  else out.take(source, start, end);
}

/** Line ends and references are ASCII, so they can be rewritten among bytes. */
function canonicalText(raw: string): string {
  return raw.includes('&#') ? bytesOfText(escapeText(readText(textOfBytes(raw)))) : escapeText(readText(raw));
}

/**
 * Whether the prefixes of all names inside an element stand for what the output around it declares. Nothing
 * inside declares anything (or its content would not count as canonical), so nothing has to be written then.
 */
function saysTheSame(element: ScannedElement, rendered: readonly NamespaceDeclaration[]): boolean {
  const set = element.contentPrefixes;
  // The sign is the bit of all prefixes that have no bit of their own.
  if (set < 0) return false;
  const { prefixes } = element.source;
  for (let index = 0; set >> index !== 0; index++) {
    if (((set >> index) & 1) === 0) continue;
    const prefix = prefixes[index] as string;
    if (namespaceOf(element, prefix) !== renderedNamespace(rendered, prefix)) return false;
  }
  return true;
}

function renderedNamespace(rendered: readonly NamespaceDeclaration[], prefix: string): string | undefined {
  for (let i = rendered.length - 1; i >= 0; i--) {
    const declaration = rendered[i] as NamespaceDeclaration;
    if (declaration.prefix === prefix) return declaration.uri;
  }
  return prefix === '' ? '' : undefined;
}

/** Notes a declaration to be written at this element, unless the output already says the same. */
function render(rendered: NamespaceDeclaration[], outer: number, prefix: string, uri: string): void {
  for (let i = rendered.length - 1; i >= 0; i--) {
    const declaration = rendered[i] as NamespaceDeclaration;
    if (declaration.prefix !== prefix) continue;
    if (declaration.uri === uri || i >= outer) return;
    rendered.push({ prefix, uri });
    return;
  }
  // xmlns="" only undoes a default namespace that was written before.
  if (prefix !== '' || uri !== '') rendered.push({ prefix, uri });
}

function byName(a: XmlAttribute, b: XmlAttribute): number {
  return compareCodePoints(a.namespace, b.namespace) || compareCodePoints(a.local, b.local);
}
