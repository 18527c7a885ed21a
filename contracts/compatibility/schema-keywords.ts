import type { Effect } from './change.js';

type Schema = Readonly<Record<string, unknown>>;
type Difference = readonly [effect: Effect, what: string];

/** Keywords whose values cannot be compared: another one is another rule. */
export const exactKeywords: ReadonlySet<string> = new Set([
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'contentEncoding',
  'contentMediaType',
]);

/** Limits, and which way they narrow. */
export const limits: ReadonlyMap<string, 'lowest' | 'highest'> = new Map([
  ['minimum', 'lowest'],
  ['exclusiveMinimum', 'lowest'],
  ['minLength', 'lowest'],
  ['minItems', 'lowest'],
  ['minProperties', 'lowest'],
  ['maximum', 'highest'],
  ['exclusiveMaximum', 'highest'],
  ['maxLength', 'highest'],
  ['maxItems', 'highest'],
  ['maxProperties', 'highest'],
]);

/** A limit that is absent is none at all. */
export function compareLimit(keyword: string, before: unknown, after: unknown): readonly Difference[] {
  const least = limits.get(keyword) === 'lowest' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const [was, is] = [Number(before ?? least), Number(after ?? least)];
  if (was === is) return [];
  const narrower = limits.get(keyword) === 'lowest' ? is > was : is < was;
  const what = `${keyword} ${before ?? '(absent)'} became ${after ?? '(absent)'}`;
  return [[narrower ? 'narrowed' : 'widened', what]];
}

/** `type`, of JSON Schema or XSD. Every integer is a number. */
export function compareTypes(before: Schema, after: Schema): readonly Difference[] {
  const [was, is] = [typesOf(before), typesOf(after)];
  if (was === undefined && is === undefined) return [];
  const what = `type ${nameOf(before)} became ${nameOf(after)}`;
  if (was === undefined) return [['narrowed', what]];
  if (is === undefined) return [['widened', what]];
  const lost = was.some((type) => !is.includes(type));
  const gained = is.some((type) => !was.includes(type));
  if (!lost && !gained) return [];
  return [[lost && gained ? 'changed' : lost ? 'narrowed' : 'widened', what]];
}

function typesOf({ type }: Schema): readonly string[] | undefined {
  if (type === undefined) return undefined;
  const types = [type].flat() as string[];
  return types.includes('number') ? [...types, 'integer'] : types;
}

function nameOf({ type }: Schema): string {
  return type === undefined ? '(any)' : [type].flat().join('|');
}

/**
 * `enum` and `const`, which say the same for one value. Where the earlier version said `x-open: true`, readers were
 * told to expect further values.
 */
export function compareValues(before: Schema, after: Schema): readonly Difference[] {
  const [was, is] = [valuesOf(before), valuesOf(after)];
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [['narrowed', `only ${(is ?? []).join(', ')} is allowed now`]];
  if (is === undefined) return [['widened', `any value is allowed, only ${was.join(', ')} was before`]];
  const lost = was.filter((value) => !is.includes(value));
  const gained = is.filter((value) => !was.includes(value));
  return [
    ...lost.map((value): Difference => ['narrowed', `value ${value} is gone`]),
    ...gained.map((value): Difference => {
      return [before['x-open'] === true ? 'added' : 'widened', `value ${value} is new`];
    }),
  ];
}

function valuesOf(schema: Schema): readonly string[] | undefined {
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  return Array.isArray(schema.enum) ? schema.enum.map((value) => JSON.stringify(value)) : undefined;
}
