import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageRoot } from '../src/package-root.js';

/** One of the 61 municipalities; a row of `contracts/municipalities.json`. */
export interface Municipality {
  /** Two digits, a string: `01` to `61`. */
  readonly code: string;
  readonly nameSq: string;
  /** Where the municipality was renamed. */
  readonly formerNameSq?: string;
  /** Local administrative unit (Eurostat LAU), for example `AL321`. */
  readonly lau: string;
  /** County as NUTS 3, for example `AL032`. */
  readonly nuts3: string;
  /** Name of the county. */
  readonly countySq: string;
}

/** Reads `contracts/municipalities.json`, in the order of the codes. */
export function readMunicipalities(): readonly Municipality[] {
  return JSON.parse(readFileSync(join(findPackageRoot(), 'contracts', 'municipalities.json'), 'utf8'));
}
