import { wsuNamespace, xsiNamespace } from '../../src/signing/xml/names.js';
import type { XmlElement } from '../../src/signing/xml/tree.js';

/**
 * Looks through a verified Body for what a schema lets pass and node-soap acts upon. A signature proves who
 * sent it, not that it is harmless to the decoder.
 *
 * @returns the name of the first finding, undefined when there is none.
 */
export function findInBody(body: XmlElement): BodyFinding | undefined {
  // The id that the signature refers to is the only attribute that a Body needs.
  if (body.attributes.some(({ namespace, local }) => namespace !== wsuNamespace || local !== 'Id')) {
    return 'body-attribute';
  }
  return findInChildren(body);
}

function findInChildren(body: XmlElement): BodyFinding | undefined {
  for (const child of body.children) {
    if (typeof child === 'string') continue;
    const finding = findIn(child);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

export type BodyFinding =
  /** The Body carries something else than its wsu:Id. */
  | 'body-attribute'
  /**
   * `id` and `href` make node-soap copy one element's content to another place (SOAP 1.1 §5, multi-ref), and
   * `id="__proto__"` makes it change every object of the process.
   */
  | 'reference-attribute'
  /** Element and attribute names become keys of plain objects, where `__proto__` is none. */
  | 'reserved-name'
  /** `xsi:type` picks another type by a prefix that the canonical form need not declare; hints fetch schemas. */
  | 'schema-instance-attribute';

function findIn(element: XmlElement): BodyFinding | undefined {
  if (isReserved(element.local)) return 'reserved-name';
  for (const attribute of element.attributes) {
    // node-soap compares the name as written, so a prefixed one is judged by its local part as well.
    if (references.has(attribute.local.toLowerCase())) return 'reference-attribute';
    if (isReserved(attribute.local)) return 'reserved-name';
    if (attribute.namespace === xsiNamespace && attribute.local !== 'nil') return 'schema-instance-attribute';
  }
  return findInChildren(element);
}

const references = new Set(['id', 'href']);

function isReserved(name: string): boolean {
  return name === 'prototype' || name in Object.prototype;
}
