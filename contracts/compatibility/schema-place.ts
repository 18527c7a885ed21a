/** One place in a document, with what is needed to follow the references that stand there. */
export interface Place {
  /** A JSON Schema (object or boolean) or any other node of the document. */
  readonly value: unknown;
  /** JSON Pointer of the place. */
  readonly pointer: string;
  /** What `#` means here: the nearest node around it with an `$id`, or the document. */
  readonly resource: Resource;
  readonly resourcesById: ReadonlyMap<string, Resource>;
}

interface Resource {
  readonly value: unknown;
  readonly pointer: string;
}

/** Words that say nothing about which messages are valid. */
export function isAnnotation(keyword: string): boolean {
  return annotations.has(keyword) || keyword.startsWith('x-');
}

const annotations = new Set(
  (
    '$id $schema $comment $defs $anchor definitions title description example examples deprecated ' +
    'readOnly writeOnly externalDocs discriminator xml default'
  ).split(' '),
);

/** The root of a document, whose embedded schemas can be referred to by their `$id`. */
export function documentRoot(document: unknown): Place {
  const resourcesById = new Map<string, Resource>();
  const visit = (value: unknown, pointer: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { $id } = value as { readonly $id?: unknown };
    if (typeof $id === 'string') resourcesById.set($id, { value, pointer });
    for (const [name, inner] of Object.entries(value)) visit(inner, `${pointer}/${toToken(name)}`);
  };
  visit(document, '');
  return { value: document, pointer: '', resource: { value: document, pointer: '' }, resourcesById };
}

/** The place that some member names lead to from here; its value is `undefined` when there is none. */
export function below(place: Place, ...names: readonly (string | number)[]): Place {
  let at = place;
  for (const name of names) {
    const value = (at.value as Record<string, unknown> | undefined)?.[name];
    const pointer = `${at.pointer}/${toToken(String(name))}`;
    const opens = typeof (value as { $id?: unknown } | undefined)?.$id === 'string';
    const resource = opens ? { value, pointer } : at.resource;
    at = { value, pointer, resource, resourcesById: at.resourcesById };
  }
  return at;
}

/** The same place with another value, for words that stand for something longer. */
export function withValue(place: Place, value: unknown): Place {
  return { ...place, value };
}

/**
 * Follows a reference as long as nothing but annotations stands beside it. What stands beside it otherwise
 * becomes a further part of an `allOf`, which means the same.
 *
 * @throws {Error} when a reference leads nowhere.
 */
export function settle(place: Place): Place {
  const { value } = place;
  if (typeof value !== 'object' || value === null) return place;
  const { $ref, ...beside } = value as { readonly $ref?: unknown; readonly allOf?: readonly unknown[] };
  if (typeof $ref !== 'string') return place;
  if (Object.keys(beside).every(isAnnotation)) return settle(resolve(place, $ref));
  return withValue(place, { ...beside, allOf: [{ $ref }, ...(beside.allOf ?? [])] });
}

function resolve(place: Place, reference: string): Place {
  const [address = '', fragment = ''] = reference.split('#');
  const own = (place.resource.value as { readonly $id?: string }).$id;
  const resource =
    address === '' ? place.resource : place.resourcesById.get(own ? new URL(address, own).href : address);
  if (resource === undefined) throw new Error(`${place.pointer}: ${reference} leads out of the document`);
  const names = fragment.split('/').slice(1).map(fromToken);
  const target = below({ ...place, ...resource, resource }, ...names);
  if (target.value === undefined) throw new Error(`${place.pointer}: ${reference} leads nowhere`);
  return target;
}

function toToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function fromToken(name: string): string {
  return decodeURIComponent(name).replaceAll('~1', '/').replaceAll('~0', '~');
}
