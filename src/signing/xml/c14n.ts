import { compareCodePoints } from './canonical-order.js';
import { bytesOfText, textOfBytes } from './decode-text.js';
import { escapeAttribute, escapeText } from './escape.js';
import { readText } from './references.js';
import { ScannedElement } from './scanned-element.js';
import { type NamespaceDeclaration, namespaceOf, type XmlAttribute, type XmlElement } from './tree.js';

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
  return textOfBytes(canonicalBytes(element, prefixList, context));
}

/**
 * The same as UTF-8, one character for each byte: what is canonical already can be taken over from the
 * document as it stands, and where all of it is ASCII, this is the canonical text itself.
 */
export function canonicalBytes(
  element: XmlElement,
  prefixList: readonly string[] = [],
  context: readonly NamespaceDeclaration[] = [],
): string {
  const inclusive = prefixList.map((prefix) => (prefix === '#default' ? '' : prefix));
  return write(element, inclusive, [...context], true);
}

function write(
  element: XmlElement,
  inclusive: readonly string[],
  rendered: NamespaceDeclaration[],
  apex: boolean,
): string {
  const outer = rendered.length;
  renderNamespaces(element, inclusive, rendered, apex);
  const name = element instanceof ScannedElement ? element.qualified.raw : bytesOfText(element.name);
  let out = `<${name}`;
  if (rendered.length > outer) {
    const fresh =
      rendered.length === outer + 1 ? rendered.slice(outer) : rendered.slice(outer).sort(byPrefix);
    for (const { prefix, uri } of fresh) {
      out += prefix === '' ? ' xmlns="' : ` xmlns:${bytesOfText(prefix)}="`;
      out += `${namespaceBytes(element, uri)}"`;
    }
  }
  if (element instanceof ScannedElement) {
    const { text } = element.source;
    if (element.tagIsCanonical) {
      out += text.slice(element.start + name.length + 1, element.contentStart);
    } else {
      out += `${writeAttributes(element.attributes)}>`;
    }
    if (element.contentIsCanonical && saysTheSame(element, rendered)) {
      out += text.slice(element.contentStart, element.contentEnd);
    } else {
      out += writeScanned(element, inclusive, rendered);
    }
  } else {
    out += `${writeAttributes(element.attributes)}>`;
    for (const child of element.children) {
      out +=
        typeof child === 'string' ? bytesOfText(escapeText(child)) : write(child, inclusive, rendered, false);
    }
  }
  // Assigning to length would leave the compiled code.
  while (rendered.length > outer) rendered.pop();
  return `${out}</${name}>`;
}

/** The same few names are written for each part of a message. */
function namespaceBytes(element: XmlElement, uri: string): string {
  if (!(element instanceof ScannedElement)) return bytesOfText(escapeAttribute(uri));
  const { escapedNamespaces } = element.source;
  let escaped = escapedNamespaces.get(uri);
  if (escaped === undefined) {
    escaped = bytesOfText(escapeAttribute(uri));
    escapedNamespaces.set(uri, escaped);
  }
  return escaped;
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
  { source, elements, contentStart, contentEnd }: ScannedElement,
  inclusive: readonly string[],
  rendered: NamespaceDeclaration[],
): string {
  let out = '';
  let at = contentStart;
  for (const child of elements) {
    if (child.start > at) out += canonicalText(source.text.slice(at, child.start));
    out += write(child, inclusive, rendered, false);
    at = child.end;
  }
  return contentEnd > at ? out + canonicalText(source.text.slice(at, contentEnd)) : out;
}

/** Line ends and references are ASCII, so they can be rewritten among bytes. */
function canonicalText(raw: string): string {
  if (!/[&\r>]/.test(raw)) return raw;
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

function byPrefix(a: NamespaceDeclaration, b: NamespaceDeclaration): number {
  return compareCodePoints(a.prefix, b.prefix);
}

function byName(a: XmlAttribute, b: XmlAttribute): number {
  return compareCodePoints(a.namespace, b.namespace) || compareCodePoints(a.local, b.local);
}
