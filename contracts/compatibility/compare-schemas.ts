import { isDeepStrictEqual } from 'node:util';
import type { Changes, Direction, Effect } from './change.js';
import { pairBranches } from './pair-branches.js';
import { compareLimit, compareTypes, compareValues, exactKeywords, limits } from './schema-keywords.js';
import { below, isAnnotation, type Place, settle, withValue } from './schema-place.js';

type Schema = Readonly<Record<string, unknown>>;

/**
 * Compares two JSON Schemas, wherever they stand, and everything below them.
 *
 * Fails closed: a keyword that is not known here counts as breaking as soon as it differs.
 *
 * @param directions in which messages of this schema travel; both when anybody may send or read them.
 */
export function compareSchemas(
  before: Place,
  after: Place,
  directions: readonly Direction[],
  changes: Changes,
): void {
  new Comparison(directions, changes).compare(before, after);
}

class Comparison {
  // Pairs that were compared or are being compared: schemas may contain themselves.
  readonly #seen = new Set<string>();

  constructor(
    private readonly directions: readonly Direction[],
    private readonly changes: Changes,
  ) {}

  compare(from: Place, to: Place): void {
    const [before, after] = asChoices(settle(from), settle(to));
    const pair = `${before.pointer} ${after.pointer}`;
    if (this.#seen.has(pair)) return;
    this.#seen.add(pair);
    if (before.value === false || after.value === false) {
      if (before.value !== false) this.#add(after, 'narrowed', 'nothing is valid here any more');
      if (after.value !== false) this.#add(after, 'widened', 'something is valid here, nothing was before');
      return;
    }
    const a = schemaOf(before);
    const b = schemaOf(after);
    for (const [effect, what] of [...compareTypes(a, b), ...compareValues(a, b)])
      this.#add(after, effect, what);
    this.#members(before, after, a, b);
    this.#required(after, a, b);
    for (const keyword of new Set([...Object.keys(a), ...Object.keys(b)]))
      this.#keyword(keyword, before, after);
    this.#default(after, a, b);
  }

  #keyword(keyword: string, before: Place, after: Place): void {
    if (comparedWhole.has(keyword) || isAnnotation(keyword)) return;
    const [a, b] = [schemaOf(before)[keyword], schemaOf(after)[keyword]];
    const at = below(after, keyword);
    if (keyword === 'items') {
      this.compare(orAnything(below(before, 'items')), orAnything(at));
    } else if (keyword === 'additionalProperties') {
      this.#additional(before, after);
    } else if (keyword === 'allOf' || keyword === 'anyOf' || keyword === 'oneOf') {
      this.#branches(keyword, before, after);
    } else if (keyword === 'if' || keyword === 'then' || keyword === 'else') {
      this.#condition(keyword, before, after);
    } else if (limits.has(keyword)) {
      for (const [effect, what] of compareLimit(keyword, a, b)) this.#add(after, effect, what);
    } else if (keyword === 'sequence') {
      this.#order(after, a as readonly string[] | undefined, b as readonly string[] | undefined);
    } else if (!isDeepStrictEqual(a, b)) {
      const how = `${keyword} ${show(a)} became ${show(b)}`;
      if (!exactKeywords.has(keyword)) this.#add(after, 'changed', how);
      else this.#add(after, a === undefined ? 'narrowed' : b === undefined ? 'widened' : 'changed', how);
    }
  }

  #members(before: Place, after: Place, a: Schema, b: Schema): void {
    const [old, now] = [membersOf(a), membersOf(b)];
    for (const name of Object.keys(old)) {
      const at = below(after, 'properties', name);
      if (Object.hasOwn(now, name)) this.compare(below(before, 'properties', name), at);
      else this.#add(at, 'removed', `member ${name} is gone`);
    }
    for (const name of Object.keys(now).filter((each) => !Object.hasOwn(old, each))) {
      const at = below(after, 'properties', name);
      if (a.additionalProperties === false) this.#add(at, 'added', `member ${name} is new`);
      else this.#add(at, 'narrowed', `member ${name} is described, it was free before`);
    }
  }

  #required(after: Place, a: Schema, b: Schema): void {
    const [old, now] = [namesOf(a.required), namesOf(b.required)];
    for (const name of now.filter((each) => !old.includes(each))) {
      const isNew = !Object.hasOwn(membersOf(a), name);
      this.#add(after, 'narrowed', `${isNew ? 'new required member' : 'member is required now:'} ${name}`);
    }
    for (const name of old.filter((each) => !now.includes(each))) {
      // A member that is gone altogether is named as such.
      if (Object.hasOwn(membersOf(b), name) || !Object.hasOwn(membersOf(a), name))
        this.#add(after, 'widened', `member is not required any more: ${name}`);
    }
  }

  #additional(before: Place, after: Place): void {
    const [was, is] = [below(before, 'additionalProperties'), below(after, 'additionalProperties')];
    if (was.value === false && is.value === false) return;
    if (is.value === false) {
      this.#add(after, 'narrowed', 'members that are not described are refused now');
    } else if (was.value === false) {
      // Readers ignore what they do not know; that is the rule by which members can be added at all.
      this.#add(after, 'added', 'members that are not described are allowed now');
    } else {
      this.compare(orAnything(was), orAnything(is));
    }
  }

  #branches(keyword: 'allOf' | 'anyOf' | 'oneOf', before: Place, after: Place): void {
    const branches = (place: Place): Place[] =>
      listOf(schemaOf(place)[keyword]).map((_, index) => below(place, keyword, index));
    const old = branches(before);
    const now = branches(after);
    const { pairs, removed, added } = pairBranches(old, now);
    for (const [from, to] of pairs) this.compare(from, to);
    const all = keyword === 'allOf';
    for (const { value } of removed)
      this.#add(after, all ? 'widened' : 'narrowed', `${keyword} lost ${show(value)}`);
    for (const { value } of added) {
      // The first branches of a choice limit what was free; further ones extend it.
      const effect = all || old.length === 0 ? 'narrowed' : 'widened';
      this.#add(after, effect, `${keyword} gained ${show(value)}`);
    }
  }

  #condition(keyword: 'if' | 'then' | 'else', before: Place, after: Place): void {
    const [was, is] = [below(before, 'if'), below(after, 'if')];
    if (!isDeepStrictEqual(was.value, is.value)) {
      this.#add(below(after, 'if'), 'changed', 'the condition changed');
    } else if (keyword !== 'if') {
      this.compare(orAnything(below(before, keyword)), orAnything(below(after, keyword)));
    }
  }

  /** XSD only: elements come in this order. */
  #order(after: Place, a: readonly string[] = [], b: readonly string[] = []): void {
    const old = a.filter((name) => b.includes(name));
    const now = b.filter((name) => a.includes(name));
    if (!isDeepStrictEqual(old, now))
      this.#add(after, 'changed', `the order ${old.join(', ')} became ${now.join(', ')}`);
  }

  #default(after: Place, a: Schema, b: Schema): void {
    if (isDeepStrictEqual(a.default, b.default) || !this.directions.includes('request')) return;
    const effect = a.default === undefined ? 'added' : 'changed';
    this.#add(after, effect, `default ${show(a.default)} became ${show(b.default)}`);
  }

  #add(place: Place, effect: Effect, what: string): void {
    this.changes.add(place.pointer, effect, this.directions, what);
  }
}

const comparedWhole = new Set(['type', 'enum', 'const', 'properties', 'required']);

/** A schema that becomes one of several, or was, is compared as a choice of one. */
function asChoices(before: Place, after: Place): readonly [Place, Place] {
  for (const choice of ['oneOf', 'anyOf']) {
    const [a, b] = [schemaOf(before), schemaOf(after)];
    const isOnlyChoice = (schema: Schema): boolean =>
      Object.keys(schema).every((keyword) => keyword === choice || isAnnotation(keyword));
    const isOther = (schema: Schema): boolean =>
      Object.keys(schema).some((keyword) => !isAnnotation(keyword));
    const one = ({ value }: Place): object => ({ [choice]: [value] });
    if (choice in b && isOnlyChoice(b) && !(choice in a) && isOther(a))
      return [withValue(before, one(before)), after];
    if (choice in a && isOnlyChoice(a) && !(choice in b) && isOther(b))
      return [before, withValue(after, one(after))];
  }
  return [before, after];
}

function schemaOf({ value }: Place): Schema {
  return typeof value === 'object' && value !== null ? (value as Schema) : {};
}

function orAnything(place: Place): Place {
  return place.value === undefined ? withValue(place, true) : place;
}

function membersOf(schema: Schema): Schema {
  return (schema.properties ?? {}) as Schema;
}

function namesOf(value: unknown): readonly string[] {
  return listOf(value) as readonly string[];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function show(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
