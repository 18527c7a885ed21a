import { SaxesParser } from 'saxes';
import { childElements, type XmlElement } from '../../src/signing/xml/tree.js';

/** What a reader makes of an element, in a form that can be compared. */
export type Plain =
  | string
  | readonly [name: string, namespace: string, attributes: readonly string[], children: readonly Plain[]];

/**
 * The tree by saxes, which resolves namespaces by itself.
 *
 * @returns what is wrong with the document, when saxes does not take it.
 */
export function treeBySaxes(text: string): Plain | Error {
  const root: Plain[] = [];
  const open: Plain[][] = [root];
  const parser = new SaxesParser({ xmlns: true, position: false });
  parser.on('opentag', ({ name, uri, attributes }) => {
    const written = Object.values(attributes)
      .filter(({ prefix, name: attribute }) => prefix !== 'xmlns' && attribute !== 'xmlns')
      .map((attribute) => `{${attribute.uri}}${attribute.name}=${attribute.value}`);
    const children: Plain[] = [];
    open.at(-1)?.push([name, uri, written, children]);
    open.push(children);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', (run) => {
    if (open.length > 1) open.at(-1)?.push(run);
  });
  try {
    parser.write(text).close();
  } catch (error) {
    return error as Error;
  }
  return root[0] ?? new Error('no root');
}

/** The same of our own tree. */
export function plainTree(element: XmlElement): Plain {
  const attributes = element.attributes.map(({ namespace, name, value }) => `{${namespace}}${name}=${value}`);
  const children = element.children.map((child) => (typeof child === 'string' ? child : plainTree(child)));
  const elements = children.filter((child) => typeof child !== 'string');
  if (elements.length !== childElements(element).length) throw new Error('two lists of children differ');
  return [element.name, element.namespace, attributes, children];
}
