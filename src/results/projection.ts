/**
 * Keeps of a canonical answer only what the client may see (Law 124/2024: minimisation).
 *
 * @param fields dotted names; arrays are passed through (`members.person.givenName`), and a name covers
 *   everything below it. Names that the answer does not have are ignored; nothing else is ever let through.
 */
export function project(evidence: unknown, fields: readonly string[]): unknown {
  const tree: FieldTree = new Map();
  for (const field of fields) {
    let node = tree;
    for (const name of field.split('.')) {
      const next = node.get(name) ?? new Map();
      node.set(name, next);
      node = next;
    }
    node.set(ALL_BELOW, new Map());
  }
  return pick(evidence, tree);
}

type FieldTree = Map<string | typeof ALL_BELOW, FieldTree>;

const ALL_BELOW = Symbol('all below');

function pick(value: unknown, tree: FieldTree): unknown {
  if (tree.has(ALL_BELOW)) return value;
  if (Array.isArray(value)) return value.map((item) => pick(item, tree));
  // A name below a leaf selects nothing: the leaf itself was not granted.
  if (typeof value !== 'object' || value === null) return undefined;
  const kept: [string, unknown][] = [];
  for (const [name, below] of tree) {
    if (typeof name === 'symbol' || !Object.hasOwn(value, name)) continue;
    const picked = pick((value as Record<string, unknown>)[name], below);
    if (picked !== undefined) kept.push([name, picked]);
  }
  return Object.fromEntries(kept);
}

/** Whether a granted name covers the asked one: it is the same, or stands above it. */
export function covers(granted: string, asked: string): boolean {
  return asked === granted || asked.startsWith(`${granted}.`);
}
