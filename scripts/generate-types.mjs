#!/usr/bin/env node
// Generates contracts/canonical/types.ts from the JSON Schemas beside it.
//
//   node scripts/generate-types.mjs           writes the file
//   node scripts/generate-types.mjs --check   exits 1 when the committed file is not what the schemas say
//
// All schemas are compiled in one run, so that a type which several of them name is declared once.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'contracts', 'canonical');
const target = join(folder, 'types.ts');
const banner = `/**
 * The canonical contracts as TypeScript types.
 * Generated from contracts/canonical/*.schema.json by scripts/generate-types.mjs; do not edit.
 */`;

const suffix = '.schema.json';
const names = readdirSync(folder)
  .filter((file) => file.endsWith(suffix))
  .sort()
  .map((file) => file.slice(0, -suffix.length));

const definitions = {};
for (const name of names) {
  const { $defs, ...schema } = JSON.parse(readFileSync(join(folder, name + suffix), 'utf8'));
  definitions[name] = forTypes(schema);
  for (const [key, definition] of Object.entries($defs ?? {})) {
    if (definitions[key] !== undefined) throw new Error(`${name}: $defs/${key} is declared twice`);
    definitions[key] = forTypes(definition);
  }
}

const generated = await compile({ definitions }, 'Contracts', {
  bannerComment: banner,
  additionalProperties: false,
  unreachableDefinitions: true,
  format: true,
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 110 },
});
// The compiler wants a root and says of every type that the root refers to it; neither tells a reader anything.
const types = `${generated
  .replace(/export interface Contracts \{[^}]*\}\n/, '')
  .replace(
    / \*\n \* This interface was referenced by `Contracts`'s JSON-Schema\n \* via the `definition` "[^"]*"\.\n/g,
    '',
  )
  .trimEnd()}\n`;

if (process.argv.includes('--check')) {
  const current = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (current !== types) {
    process.stderr.write(
      'contracts/canonical/types.ts is not current: run node scripts/generate-types.mjs\n',
    );
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, types);
}

/**
 * What a type needs of a schema. References lead to the one definition and stand alone (words beside `$ref`
 * would make the compiler declare the type again), `$id` goes (it would send the compiler to the network),
 * conditions go (a type cannot say them), and the titles of single fields go (each would become a type).
 */
function forTypes(schema, depth = 0) {
  if (Array.isArray(schema)) return schema.map((item) => forTypes(item, depth + 1));
  if (typeof schema !== 'object' || schema === null) return schema;
  if (typeof schema.$ref === 'string') return { $ref: `#/definitions/${definitionOf(schema.$ref)}` };
  const dropped = new Set(['$id', '$schema', 'allOf', 'if', 'then', 'else', 'examples', 'x-sq', 'x-term']);
  if (depth > 0 && schema.type !== 'object') dropped.add('title');
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !dropped.has(key))
      .map(([key, value]) => [
        key,
        key === 'properties' ? eachOf(value, depth + 1) : forTypes(value, depth + 1),
      ]),
  );
}

function eachOf(properties, depth) {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, forTypes(value, depth)]));
}

/** `person.schema.json` → `person`, `#/$defs/RelatedPerson` → `RelatedPerson`. */
function definitionOf(reference) {
  if (reference.startsWith('#/$defs/')) return reference.slice('#/$defs/'.length);
  if (reference.endsWith(suffix) && !reference.includes('/')) return reference.slice(0, -suffix.length);
  throw new Error(`unexpected reference ${reference}`);
}
