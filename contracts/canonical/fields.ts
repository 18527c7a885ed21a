import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface SchemaNode {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/**
 * Every dotted field name that one kind of evidence can have, arrays passed through, intermediate names
 * included: `members`, `members.person`, `members.person.givenName`.
 *
 * @param folder the folder of the canonical schemas.
 * @param evidenceType file stem, for example `family-composition`.
 * @throws when there is no such schema.
 */
export function fieldsOf(folder: string, evidenceType: string): ReadonlySet<string> {
  const names = new Set<string>();
  const walk = (
    node: SchemaNode,
    document: SchemaNode,
    prefix: string,
    above: readonly SchemaNode[],
  ): void => {
    // A schema that contains itself ends here: its fields below are those that were already named.
    if (above.includes(node)) return;
    const inside = [...above, node];
    if (node.$ref?.startsWith('#/$defs/')) {
      walk(definition(document, node.$ref.slice('#/$defs/'.length)), document, prefix, inside);
    } else if (node.$ref !== undefined) {
      const other = read(folder, node.$ref);
      walk(other, other, prefix, inside);
    }
    if (node.items) walk(node.items, document, prefix, inside);
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      names.add(path);
      walk(child, document, path, inside);
    }
  };
  const schema = read(folder, `${evidenceType}.schema.json`);
  walk(schema, schema, '', []);
  return names;
}

function definition(document: SchemaNode, name: string): SchemaNode {
  const found = document.$defs?.[name];
  if (found === undefined) throw new Error(`no definition ${name} in the schema`);
  return found;
}

function read(folder: string, file: string): SchemaNode {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as SchemaNode;
}
