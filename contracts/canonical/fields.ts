import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface SchemaNode {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
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
  const walk = (node: SchemaNode, prefix: string, above: readonly string[]): void => {
    if (node.$ref !== undefined) {
      // A schema that contains itself ends here: its fields below are those that were already named.
      if (above.includes(node.$ref)) return;
      walk(read(folder, node.$ref), prefix, [...above, node.$ref]);
    }
    if (node.items) walk(node.items, prefix, above);
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      names.add(path);
      walk(child, path, above);
    }
  };
  walk(read(folder, `${evidenceType}.schema.json`), '', []);
  return names;
}

function read(folder: string, file: string): SchemaNode {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as SchemaNode;
}
