import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { findPackageRoot } from '../../../src/package-root.js';

interface Node {
  readonly $id?: string;
  readonly $ref?: string;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly 'x-sq'?: { readonly title?: string; readonly description?: string };
  readonly 'x-term'?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly $defs?: Readonly<Record<string, Node>>;
}

type Role = 'schema' | 'definition' | 'member' | 'item';

const folder = join(findPackageRoot(), 'contracts', 'canonical');
const files = readdirSync(folder).filter((name) => name.endsWith('.schema.json'));

/** Every place that describes something; conditions describe nothing, they only say when. */
function* places(node: Node, pointer = '', role: Role = 'schema'): Generator<[Node, string, Role]> {
  yield [node, pointer, role];
  for (const [name, member] of Object.entries(node.properties ?? {}))
    yield* places(member, `${pointer}/properties/${name}`, 'member');
  if (node.items) yield* places(node.items, `${pointer}/items`, 'item');
  for (const [name, definition] of Object.entries(node.$defs ?? {}))
    yield* places(definition, `${pointer}/$defs/${name}`, 'definition');
}

/** What the words of a place lack; empty when nothing. */
function lacking(node: Node, role: Role): string[] {
  const isLeaf = node.$ref === undefined && node.type !== 'object' && node.type !== 'array';
  // An item that is a reference, or a plain value, has been described by its list.
  const speaks = role !== 'item' || node.type === 'object';
  const termed = role === 'schema' || role === 'member';
  return [
    ...(speaks && !node.title?.trim() ? ['title'] : []),
    ...(speaks && !node.description?.trim() ? ['description'] : []),
    ...(speaks && !node['x-sq']?.title?.trim() ? ['x-sq.title'] : []),
    ...(speaks && !node['x-sq']?.description?.trim() ? ['x-sq.description'] : []),
    ...(termed && !/^(adms|al|cccev|cv|dct|foaf|legal|locn|org|person|skos):\w+$/.test(node['x-term'] ?? '')
      ? ['x-term']
      : []),
    ...((isLeaf || role === 'schema') && !node.examples?.length ? ['examples'] : []),
  ];
}

describe('words of the canonical contracts', () => {
  const schemas = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Node);
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  for (const schema of schemas) ajv.addSchema(schema);

  for (const [index, file] of files.entries()) {
    const schema = schemas[index] as Node;

    it(`${file}: titles, descriptions, Albanian, terms and examples are complete`, () => {
      const problems = [...places(schema)].flatMap(([node, pointer, role]) =>
        lacking(node, role).map((what) => `${pointer || '/'} lacks ${what}`),
      );
      assert.deepEqual(problems, []);
    });

    it(`${file}: every example is valid where it stands`, () => {
      let count = 0;
      for (const [node, pointer] of places(schema)) {
        for (const example of node.examples ?? []) {
          count += 1;
          const fragment = pointer
            .split('/')
            .map((part) => encodeURIComponent(part))
            .join('/');
          const validate = ajv.getSchema(`${schema.$id}#${fragment}`);
          assert.ok(validate?.(example), `${pointer}: ${JSON.stringify(example)}`);
        }
      }
      assert.ok(count >= 1);
    });
  }

  it('an empty place is found to lack everything', () => {
    assert.deepEqual(lacking({ type: 'string' }, 'member'), [
      'title',
      'description',
      'x-sq.title',
      'x-sq.description',
      'x-term',
      'examples',
    ]);
  });
});
