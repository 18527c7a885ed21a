/**
 * Reading what node-soap decoded: untyped, with null for an element without content. Each reader takes a local
 * name and insists on the shape that the schema promised.
 */

/** The decoded content is not what the schema promises. Names the element, never its content. */
export class UnexpectedContent extends Error {
  override readonly name = 'UnexpectedContent';

  constructor(readonly element: string) {
    super(`unexpected content in ${element}`);
  }
}

/** A child element that must be there; null content reads as an element without children. */
export function child(parent: unknown, element: string): unknown {
  const found = optionalChild(parent, element);
  if (found === undefined) throw new UnexpectedContent(element);
  return found;
}

/** A child element that may be absent. */
export function optionalChild(parent: unknown, element: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, element)) return undefined;
  return (parent as Record<string, unknown>)[element];
}

/** The text of a child element that must be there. */
export function text(parent: unknown, element: string): string {
  const found = child(parent, element);
  if (typeof found !== 'string') throw new UnexpectedContent(element);
  return found;
}

/** `{ [key]: text }` for a child element that may be absent, ready to be spread into an object. */
export function optionalText<Key extends string>(
  parent: unknown,
  element: string,
  key: Key,
): { readonly [K in Key]?: string } {
  const found = optionalChild(parent, element);
  if (found === undefined) return {};
  if (typeof found !== 'string') throw new UnexpectedContent(element);
  return { [key]: found } as { readonly [K in Key]?: string };
}

/** A text that the schema limits to a few; the list must say the same. */
export function choice<Choice extends string>(
  parent: unknown,
  element: string,
  choices: readonly Choice[],
): Choice {
  const found = text(parent, element);
  const chosen = choices.find((each) => each === found);
  if (chosen === undefined) throw new UnexpectedContent(element);
  return chosen;
}

/** The repeated children of a wrapper element; none when the wrapper is empty. */
export function list(parent: unknown, wrapper: string, element: string): readonly unknown[] {
  const found = child(parent, wrapper);
  if (found === null) return [];
  const children = optionalChild(found, element);
  if (children === undefined) return [];
  return Array.isArray(children) ? children : [children];
}
