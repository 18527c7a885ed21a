import { join } from 'node:path';
import { findPackageRoot } from '../../../src/package-root.js';
import { requestSchema } from '../../soap/simulator/request-schema.js';

/**
 * Compiles `contracts/registries/civil/civil.xsd`.
 *
 * @returns whether a text is one element that the schema accepts.
 * @throws when the schema cannot be read or compiled.
 */
export function civilSchema(): (xml: string) => boolean {
  return requestSchema(join(findPackageRoot(), 'contracts', 'registries', 'civil', 'civil.xsd'));
}
