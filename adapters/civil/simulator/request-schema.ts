import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { findPackageRoot } from '../../../src/package-root.js';

/**
 * Compiles `contracts/registries/civil/civil.xsd`.
 *
 * @returns whether a text is one element that the schema accepts.
 * @throws when the schema cannot be read or compiled.
 */
export function civilSchema(): (xml: string) => boolean {
  const path = join(findPackageRoot(), 'contracts', 'registries', 'civil', 'civil.xsd');
  const schema = XmlDocument.fromBuffer(readFileSync(path));
  const validator = XsdValidator.fromDoc(schema);
  return (xml) => {
    let document: XmlDocument | undefined;
    try {
      document = XmlDocument.fromString(xml);
      validator.validate(document);
      return true;
    } catch {
      return false;
    } finally {
      document?.dispose();
    }
  };
}
