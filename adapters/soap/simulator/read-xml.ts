import { DOMParser, type Element as DomElement, onWarningStopParsing } from '@xmldom/xmldom';

export type { DomElement };

/** Parses strictly; a warning is an error. @throws {Error} without a word out of the document. */
export function parseXml(text: string): DomElement {
  let root: DomElement | null = null;
  try {
    root = new DOMParser({ onError: onWarningStopParsing }).parseFromString(text, 'text/xml').documentElement;
  } catch {
    // The parser's own words may quote the document.
  }
  if (root === null) throw new Error('not well-formed');
  return root;
}

/** Elements directly under this one. @throws {Error} when there is text between them. */
export function childElements(parent: DomElement): DomElement[] {
  const children: DomElement[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === node.ELEMENT_NODE) children.push(node as DomElement);
    else if (node.nodeType !== node.TEXT_NODE || (node.nodeValue ?? '').trim() !== '') {
      throw new Error(`unexpected content in ${parent.localName}`);
    }
  }
  return children;
}

export function isNamed(
  element: DomElement | undefined,
  namespace: string,
  localName: string,
): element is DomElement {
  return element?.namespaceURI === namespace && element.localName === localName;
}

/** The one child of this name. @throws {Error} when there is none or more than one. */
export function onlyChild(parent: DomElement, namespace: string, localName: string): DomElement {
  const found = childElements(parent).filter((child) => isNamed(child, namespace, localName));
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`not exactly one ${localName} in ${parent.localName}`);
  return found[0];
}

/** Text of an element that holds nothing else. @throws {Error} when it holds an element. */
export function textOf(element: DomElement): string {
  if (childElementsOrText(element)) throw new Error(`an element in ${element.localName}`);
  return element.textContent ?? '';
}

function childElementsOrText(element: DomElement): boolean {
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType !== node.TEXT_NODE) return true;
  }
  return false;
}

/** Visits an element and everything below it, in document order. */
export function* elementsOf(root: DomElement): Generator<DomElement> {
  const left = [root];
  for (let element = left.pop(); element !== undefined; element = left.pop()) {
    yield element;
    for (let node = element.lastChild; node !== null; node = node.previousSibling) {
      if (node.nodeType === node.ELEMENT_NODE) left.push(node as DomElement);
    }
  }
}
