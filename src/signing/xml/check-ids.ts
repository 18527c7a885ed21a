import { SignatureRefused } from '../refusals.js';
import type { ScannedElement } from './scanned-element.js';

const reserved: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Refuses a message in which two elements could be taken for the same one: whatever attribute a reader goes
 * by (`wsu:Id`, `Id`, `ID`, `id`, `xml:id` or an `Id` of any other namespace), a value names one element.
 *
 * @throws {SignatureRefused} `id-repeated`; `id-reserved` for names that are properties of every object.
 */
export function refuseAmbiguousIds({ source }: ScannedElement): void {
  const seen = new Set<string>();
  for (const { value } of source.ids) {
    if (reserved.has(value)) throw new SignatureRefused('id-reserved');
    if (seen.has(value)) throw new SignatureRefused('id-repeated');
    seen.add(value);
  }
}
