import { xmlNamespace } from './names.js';
import { ScannedElement } from './scanned-element.js';

/** One element. Immutable after the parse; text is already unescaped and its line ends are normalised. */
export interface XmlElement {
  /** As written, with the prefix. */
  readonly name: string;
  /** Empty for none. */
  readonly prefix: string;
  readonly local: string;
  /** Namespace name, empty for none. */
  readonly namespace: string;
  /** In document order, without namespace declarations. */
  readonly attributes: readonly XmlAttribute[];
  /** In document order; the default namespace has the prefix ''. */
  readonly declarations: readonly NamespaceDeclaration[];
  /** Elements and runs of text; two runs never stand side by side. */
  readonly children: readonly (XmlElement | string)[];
  /** Undefined for the root. */
  readonly parent: XmlElement | undefined;
}

export interface XmlAttribute {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  /** Empty for an attribute without prefix: the default namespace does not apply to attributes. */
  readonly namespace: string;
  readonly value: string;
}

export interface NamespaceDeclaration {
  readonly prefix: string;
  readonly uri: string;
}

/** What a prefix stands for at this element: '' for the undeclared default, undefined when unbound. */
export function namespaceOf(element: XmlElement, prefix: string): string | undefined {
  if (prefix === 'xml') return xmlNamespace;
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    for (const declaration of at.declarations) {
      if (declaration.prefix === prefix) return declaration.uri;
    }
  }
  return prefix === '' ? '' : undefined;
}

export function isNamed(element: XmlElement, namespace: string, local: string): boolean {
  return element.local === local && element.namespace === namespace;
}

/** The value of an attribute, undefined when it is absent. Attributes without prefix have the namespace ''. */
export function attributeOf(element: XmlElement, namespace: string, local: string): string | undefined {
  for (const attribute of element.attributes) {
    if (attribute.local === local && attribute.namespace === namespace) return attribute.value;
  }
  return undefined;
}

const whiteSpaceOnly = /^[ \t\r\n]*$/;

/**
 * The child elements, when nothing but white space stands between them.
 *
 * @returns undefined when the element holds text: whoever expects elements must refuse it.
 */
export function elementsOf(element: XmlElement): readonly XmlElement[] | undefined {
  if (element instanceof ScannedElement && element.holdsOnlyElements) return element.elements;
  const elements: XmlElement[] = [];
  for (const child of element.children) {
    if (typeof child !== 'string') elements.push(child);
    else if (!whiteSpaceOnly.test(child)) return undefined;
  }
  return elements;
}

/** The child elements, whatever stands between them. */
export function childElements(element: XmlElement): readonly XmlElement[] {
  if (element instanceof ScannedElement) return element.elements;
  return element.children.filter((child) => typeof child !== 'string');
}

/**
 * The text, when the element holds text and nothing else.
 *
 * @returns undefined when it holds elements, '' when it is empty.
 */
export function textOf(element: XmlElement): string | undefined {
  if (element instanceof ScannedElement) return element.text;
  if (element.children.length === 0) return '';
  const [only] = element.children;
  return element.children.length === 1 && typeof only === 'string' ? only : undefined;
}

/** Whether an element holds neither elements nor text, not even white space. */
export function isEmpty(element: XmlElement): boolean {
  if (element instanceof ScannedElement) return element.text === '';
  return element.children.length === 0;
}
