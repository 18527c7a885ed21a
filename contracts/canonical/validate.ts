import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { findPackageRoot } from '../../src/package-root.js';

/**
 * Validates a value against `contracts/canonical/<evidenceType>.schema.json`.
 *
 * @returns `<JSON Pointer> <keyword>` for each error, without values, because these lines go to logs; empty
 *   when the value is valid. An unknown evidence type is an error as well.
 */
export type ValidateEvidence = (evidenceType: string, value: unknown) => string[];

/**
 * Compiles every canonical schema once. Formats are checked, and nothing is coerced, defaulted or removed.
 *
 * @throws {Error} when a schema is missing, malformed or uses a keyword that nobody knows.
 */
export function createEvidenceValidator(
  folder: string = join(findPackageRoot(), 'contracts', 'canonical'),
): ValidateEvidence {
  // The Albanian texts and the terms of the core vocabularies are annotations.
  const ajv = new Ajv2020({
    strict: true,
    strictTypes: false,
    allErrors: false,
    // They come with the program, and its tests hold them against the meta-schema: here it would cost time.
    validateSchema: false,
    keywords: ['x-sq', 'x-term'],
  });
  addFormats.default(ajv);
  const ids = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.schema.json'))) {
    const schema = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { $id: string };
    ajv.addSchema(schema);
    ids.set(file.replace(/\.schema\.json$/, ''), schema.$id);
  }
  const validators = new Map<string, ValidateFunction>();
  for (const [evidenceType, id] of ids) {
    const validate = ajv.getSchema(id);
    if (validate === undefined) throw new Error(`the schema ${evidenceType} does not compile`);
    validators.set(evidenceType, validate);
  }
  return (evidenceType, value) => {
    const validate = validators.get(evidenceType);
    if (validate === undefined) return ['/ unknown-evidence-type'];
    return validate(value) ? [] : (validate.errors ?? []).map(describe);
  };
}

function describe({ instancePath, keyword }: ErrorObject): string {
  return `${instancePath === '' ? '/' : instancePath} ${keyword}`;
}
