import { isDeepStrictEqual } from 'node:util';

/** One difference between two configurations, for people. */
export interface Change {
  /** Whom it concerns, for example `all municipalities`, `municipality 20 (Divjakë)`, `client oss-divjake`. */
  readonly who: string;
  /** What is different for them, one line. */
  readonly what: string;
}

/** A value that differs, and where: `http.tls.certificate`, `whereToApply[0].hours`. */
export interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Everything that differs, as deep as both sides have something to compare; texts in two languages are one value. */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isBranch(before) || !isBranch(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const isList = Array.isArray(before);
  return names.flatMap((name) => {
    const place = isList ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
    return differences(memberOf(before, name), memberOf(after, name), place);
  });
}

function isBranch(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isText(value);
}

function isText(value: object): value is { sq: string; en: string } {
  return 'sq' in value && 'en' in value;
}

function memberOf(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** A difference as words: `hours “8 to 16” → “8 to 14”`. */
export function inWords({ path, before, after }: Difference): string {
  if (before === undefined) return `${path} added: ${shown(after)}`;
  if (after === undefined) return `${path} removed (was ${shown(before)})`;
  const [left, right] = [shown(before), shown(after)];
  // A text whose English stayed the same has changed in Albanian.
  return left === right
    ? `${path} ${shown(before, 'sq')} → ${shown(after, 'sq')}`
    : `${path} ${left} → ${right}`;
}

const longestShown = 100;

/** A value short enough for a line. */
export function shown(value: unknown, language: 'sq' | 'en' = 'en'): string {
  const text =
    typeof value === 'string'
      ? `“${value}”`
      : typeof value === 'object' && value !== null && isText(value)
        ? `“${value[language]}”`
        : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
