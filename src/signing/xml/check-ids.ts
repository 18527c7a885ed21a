import { SignatureRefused } from '../refusals.js';
import { childElements, type XmlElement } from './tree.js';

/**
 * Refuses a message in which two elements could be taken for the same one: whatever attribute a reader goes
 * by (`wsu:Id`, `Id`, `ID`, `id`, `xml:id` or an `Id` of any other namespace), a value names one element.
 *
 * @throws {SignatureRefused} `id-repeated`; `id-reserved` for names that are properties of every object.
 */
export function refuseAmbiguousIds(root: XmlElement): void {
  collect(root, new Set());
}

function collect(element: XmlElement, seen: Set<string>): void {
  for (const { local, value } of element.attributes) {
    if (local.length !== 2 || local.toLowerCase() !== 'id') continue;
    if (value in Object.prototype) throw new SignatureRefused('id-reserved');
    if (seen.has(value)) throw new SignatureRefused('id-repeated');
    seen.add(value);
  }
  for (const child of childElements(element)) collect(child, seen);
}
