import { escapeAttribute, escapeText } from './escape.js';
import { type NamespaceDeclaration, namespaceOf, type XmlAttribute, type XmlElement } from './tree.js';

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

  let out = `<${element.name}`;
  if (rendered.length > outer) {
    const fresh =
      rendered.length === outer + 1 ? rendered.slice(outer) : rendered.slice(outer).sort(byPrefix);
    for (const { prefix, uri } of fresh) {
      out += `${prefix === '' ? ' xmlns="' : ` xmlns:${prefix}="`}${escapeAttribute(uri)}"`;
    }
  }
  if (element.attributes.length > 0) {
    const sorted =
      element.attributes.length === 1 ? element.attributes : [...element.attributes].sort(byName);
    for (const attribute of sorted) out += ` ${attribute.name}="${escapeAttribute(attribute.value)}"`;
  }
  out += '>';
  for (const child of element.children) {
    out += typeof child === 'string' ? escapeText(child) : write(child, inclusive, rendered, false);
  }
  // Assigning to length would leave the compiled code.
  while (rendered.length > outer) rendered.pop();
  return `${out}</${element.name}>`;
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

/**
 * Order by Unicode code points (Canonical XML 1.0 §2.2). JavaScript's own comparison goes by UTF-16 units
 * and puts characters beyond U+FFFF before U+E000 to U+FFFF.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
