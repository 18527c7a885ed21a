import { SignatureRefused } from '../refusals.js';
import { compareCodePoints } from './canonical-order.js';
import type { ScannedAttribute } from './scanned-element.js';

/**
 * Two attributes may not have the same namespace and local name, whatever their prefixes (Namespaces in XML
 * 1.0 §6.3). The same name twice was found before.
 */
export function refuseDuplicates(attributes: readonly ScannedAttribute[]): void {
  for (let i = 1; i < attributes.length; i++) {
    const { local, namespace, start } = attributes[i] as ScannedAttribute;
    for (let j = 0; j < i; j++) {
      const other = attributes[j] as ScannedAttribute;
      if (other.local === local && other.namespace === namespace) refuseTwice(start);
    }
  }
}

/** By namespace name, then by local name (Canonical XML 1.0 §2.2). */
export function inCanonicalOrder(attributes: readonly ScannedAttribute[]): boolean {
  for (let i = 1; i < attributes.length; i++) {
    const a = attributes[i - 1] as ScannedAttribute;
    const b = attributes[i] as ScannedAttribute;
    if ((compareCodePoints(a.namespace, b.namespace) || compareCodePoints(a.local, b.local)) > 0)
      return false;
  }
  return true;
}

/** @throws {SignatureRefused} `xml-malformed`. */
export function refuseTwice(at: number): never {
  throw new SignatureRefused('xml-malformed', `attribute twice, offset ${at}`);
}
