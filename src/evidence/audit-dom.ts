import { DOMParser, type Element as DomElement, onWarningStopParsing } from '@xmldom/xmldom';

/** Walking through a message with xmldom, for the auditor. Nothing here looks at a signature. */

/** Far above what a registry sends; xml-crypto needs seconds for megabytes. */
const largestBytes = 2 * 1024 * 1024;

/** A Body whose signature is checked elsewhere. */
export interface XmlBody {
  /** Text of the only element of that name. @throws {Error} when there is not exactly one. */
  textOf(namespace: string, localName: string): string;
}

/**
 * Reads the Body of a message. Verify it first: this looks at no signature.
 *
 * @throws {Error} with a sentence that quotes nothing of the message.
 */
export function readXmlBody(bytes: Uint8Array): XmlBody {
  const envelope = parse(textWithin(bytes));
  const body = onlyChild(envelope, envelope.namespaceURI ?? '', 'Body');
  return {
    textOf(namespace, localName) {
      const found = [...elementsOf(body)].filter(
        (element) => element.localName === localName && element.namespaceURI === namespace,
      );
      if (found.length !== 1) throw new Error(`there is not exactly one ${localName}`);
      return found[0]?.textContent ?? '';
    },
  };
}

/** @throws {Error} when the message is too large, or no UTF-8, or has a document type. */
export function textWithin(bytes: Uint8Array): string {
  if (bytes.length > largestBytes) throw new Error('the message is larger than 2 MiB');
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (/<!DOCTYPE/i.test(text)) throw new Error('the message has a DOCTYPE');
  return text;
}

/** @throws {Error} that quotes nothing of the message. */
export function parse(text: string): DomElement {
  let root: DomElement | null = null;
  try {
    root = new DOMParser({ onError: onWarningStopParsing }).parseFromString(text, 'text/xml').documentElement;
  } catch {
    // The parser's own words may quote the message.
  }
  if (root === null) throw new Error('the message is not well-formed XML');
  return root;
}

/** @throws {Error} when there is not exactly one. */
export function onlyChild(parent: DomElement, namespace: string, localName: string): DomElement {
  const found = childrenNamed(parent, namespace, localName);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`there is not exactly one ${localName}`);
  return found[0];
}

export function childrenNamed(parent: DomElement, namespace: string, localName: string): DomElement[] {
  const found: DomElement[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    const element = node as DomElement;
    if (node.nodeType !== node.ELEMENT_NODE || element.localName !== localName) continue;
    if (element.namespaceURI === namespace) found.push(element);
  }
  return found;
}

/** An element and all below it, in the order of the document. */
export function* elementsOf(root: DomElement): Generator<DomElement> {
  const left = [root];
  for (let element = left.pop(); element !== undefined; element = left.pop()) {
    yield element;
    for (let node = element.lastChild; node !== null; node = node.previousSibling) {
      if (node.nodeType === node.ELEMENT_NODE) left.push(node as DomElement);
    }
  }
}
