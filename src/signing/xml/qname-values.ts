import { xsiNamespace } from './names.js';
import { ScannedElement } from './scanned-element.js';
import { attributeOf, childElements, namespaceOf, type XmlElement } from './tree.js';

/**
 * Prefixes used by `xsi:type` values in an element and everything in it, sorted, each once; '#default' for a
 * value without prefix where a default namespace is in force.
 *
 * Exclusive C14N sees names, not values: the declaration behind such a prefix may stand outside the signed
 * bytes, where anybody could exchange it.
 */
export function qnamePrefixes(element: XmlElement): string[] {
  if (element instanceof ScannedElement && !element.source.hasTypes) return [];
  const found = new Set<string>();
  visitQnames(element, (prefix) => {
    found.add(prefix === '' ? '#default' : prefix);
  });
  return [...found].sort();
}

/**
 * Whether every `xsi:type` in a verified part means the same as it did in the message.
 *
 * @param inMessage the part in the parsed message, with the whole message's declarations around it.
 * @param inSignedBytes the parse of its canonical form alone.
 */
export function qnamesAreSigned(inMessage: XmlElement, inSignedBytes: XmlElement): boolean {
  const meanings = (root: XmlElement) => {
    const list: (string | undefined)[] = [];
    visitQnames(root, (prefix, element) => list.push(namespaceOf(element, prefix)));
    return list;
  };
  const signed = meanings(inSignedBytes);
  const read = meanings(inMessage);
  return signed.length === read.length && signed.every((uri, i) => uri !== undefined && uri === read[i]);
}

function visitQnames(element: XmlElement, visit: (prefix: string, element: XmlElement) => void): void {
  const type = attributeOf(element, xsiNamespace, 'type');
  if (type !== undefined) {
    const value = type.trim();
    const colon = value.indexOf(':');
    visit(colon < 0 ? '' : value.slice(0, colon), element);
  }
  for (const child of childElements(element)) visitQnames(child, visit);
}
