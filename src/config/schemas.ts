import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { findPackageRoot } from '../package-root.js';

const kinds = [
  'gateway',
  'client',
  'operator',
  'policy',
  'adapter',
  'query',
  'catalogue',
  'municipality',
] as const;

/** Each kind of configuration file has its schema. */
export type FileKind = (typeof kinds)[number];

/** What is wrong with the content of a file: place and rule, one line each; empty when nothing is. */
export type CheckFile = (kind: FileKind, value: unknown) => string[];

/** Compiles every schema of `config/schemas/`. */
export async function loadSchemas(): Promise<CheckFile> {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  const folder = join(findPackageRoot(), 'config', 'schemas');
  const schemas = await Promise.all(
    kinds.map(async (kind) => {
      const text = await readFile(join(folder, `${kind}.schema.json`), 'utf8');
      return [kind, JSON.parse(text) as { readonly $id: string }] as const;
    }),
  );
  // All of them first: one refers to another.
  for (const [, schema] of schemas) ajv.addSchema(schema);
  const validators = new Map(schemas.map(([kind, { $id }]) => [kind, ajv.getSchema($id)]));
  return (kind, value) => {
    const validate = validators.get(kind);
    if (!validate) throw new Error(`no schema for ${kind}`);
    validate(value);
    return (validate.errors ?? []).map((error) => {
      const name = error.params.additionalProperty ?? error.params.propertyName;
      const extra = name === undefined ? '' : ` (${name})`;
      return `${error.instancePath || '/'} ${error.message}${extra}`;
    });
  };
}
