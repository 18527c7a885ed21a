import { type Place, settle } from './schema-place.js';

/** The branches of two `allOf`, `anyOf` or `oneOf`: those that belong together, and those that do not. */
export interface PairedBranches {
  readonly pairs: readonly (readonly [Place, Place])[];
  readonly removed: readonly Place[];
  readonly added: readonly Place[];
}

/**
 * Branches have no names, so they are recognised: by their text, by where they refer to, by what tells them
 * apart (condition, constants, title), and what is left, when it is as many on both sides, by its order.
 */
export function pairBranches(before: readonly Place[], after: readonly Place[]): PairedBranches {
  const pairs: (readonly [Place, Place])[] = [];
  let removed = [...before];
  let added = [...after];
  for (const mark of [asText, asReference, asDistinction]) {
    for (const old of [...removed]) {
      const wanted = mark(old);
      const match = wanted === undefined ? undefined : added.find((each) => mark(each) === wanted);
      if (match === undefined) continue;
      pairs.push([old, match]);
      removed = removed.filter((each) => each !== old);
      added = added.filter((each) => each !== match);
    }
  }
  if (removed.length !== added.length) return { pairs, removed, added };
  const rest = removed.map((old, index) => [old, added[index] as Place] as const);
  return { pairs: [...pairs, ...rest], removed: [], added: [] };
}

function asText({ value }: Place): string {
  return JSON.stringify(value);
}

function asReference({ value }: Place): string | undefined {
  return (value as { readonly $ref?: string }).$ref;
}

function asDistinction(place: Place): string | undefined {
  const schema = settle(place).value as {
    readonly if?: unknown;
    readonly title?: string;
    readonly type?: unknown;
    readonly properties?: Readonly<Record<string, { readonly const?: unknown }>>;
  };
  if (schema.if !== undefined) return JSON.stringify(schema.if);
  const constants = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    member.const === undefined ? [] : [[name, member.const]],
  );
  if (constants.length > 0) return JSON.stringify(constants);
  return schema.title ?? (schema.type === undefined ? undefined : JSON.stringify(schema.type));
}
