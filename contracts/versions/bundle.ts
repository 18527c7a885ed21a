import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';

interface Schema {
  readonly $defs?: Readonly<Record<string, unknown>>;
  readonly [keyword: string]: unknown;
}

/**
 * A JSON Schema with all schemas that it refers to, by the rules of JSON Schema 2020-12 §9.3.1: they stand in
 * `$defs` under their own `$id`, and no reference is rewritten.
 *
 * @param path of a schema file that refers to neighbours by their file names.
 */
export function bundleSchema(path: string): Schema {
  const root = readSchema(path);
  const neighbours = new Map<string, Schema>();
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { $ref } = node as Schema;
    if (typeof $ref === 'string' && !$ref.startsWith('#')) {
      const file = $ref.split('#')[0] ?? '';
      if (!neighbours.has(file) && file !== basename(path)) {
        const neighbour = readSchema(join(dirname(path), file));
        neighbours.set(file, neighbour);
        collect(neighbour);
      }
    }
    for (const inner of Object.values(node)) collect(inner);
  };
  collect(root);
  if (neighbours.size === 0) return root;
  return { ...root, $defs: { ...root.$defs, ...Object.fromEntries([...neighbours].sort(byName)) } };
}

/**
 * An AsyncAPI document as one piece: the schemas that it refers to by file stand where they are referred to, those of
 * an OpenAPI 3.1 document (which are JSON Schema 2020-12 too) with all that they refer to in their turn.
 */
export function bundleAsyncApi(path: string): unknown {
  const resolve = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(resolve);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref } = node as Schema;
    if (typeof $ref === 'string' && $ref.startsWith('./')) return bundleSchema(join(dirname(path), $ref));
    if (typeof $ref === 'string' && $ref.startsWith('../')) return fromOpenApi(join(dirname(path), $ref));
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, resolve(value)]));
  };
  return resolve(parse(readFileSync(path, 'utf8')));
}

/** @param reference file, `#` and JSON Pointer. */
function fromOpenApi(reference: string): unknown {
  const [file = '', pointer = ''] = reference.split('#');
  if (!existsSync(file)) throw new Error(`${file} is referred to and missing`);
  const document: unknown = parse(readFileSync(file, 'utf8'));
  const inline = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(inline);
    if (typeof node !== 'object' || node === null) return node;
    const { $ref } = node as Schema;
    if (typeof $ref === 'string') return inline(at($ref.slice(1)));
    return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, inline(value)]));
  };
  const at = (place: string): unknown => {
    const found = place
      .split('/')
      .slice(1)
      .reduce<unknown>((node, step) => (node as Schema | undefined)?.[step], document);
    if (found === undefined) throw new Error(`${file}#${place} is referred to and missing`);
    return found;
  };
  return inline(at(pointer));
}

function readSchema(path: string): Schema {
  if (!existsSync(path)) throw new Error(`${path} is referred to and missing`);
  return JSON.parse(readFileSync(path, 'utf8')) as Schema;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
