import { UraError } from './errors.js';

/** Deeper than any honest request, shallow enough for every later recursion. */
const MAX_DEPTH = 32;

/**
 * JSON without the freedoms that two readers could use differently: UTF-8 only, no repeated keys, no
 * `__proto__`, no NUL and no half surrogates in strings, no number that a double cannot hold, bounded depth.
 *
 * @throws {UraError} `malformed-json`.
 * @see RFC 8259, RFC 7493 (I-JSON)
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new UraError('malformed-json', 'The body has to be JSON in UTF-8, without a byte order mark.');
  }
  refuseRepeatedKeys(text);
  refuseOddValues(value, 0);
  return value;
}

/** The text is known to be JSON, so only strings and brackets need to be told apart. */
function refuseRepeatedKeys(text: string): void {
  // One entry an open bracket: the keys seen for an object, null for an array.
  const open: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const [found, colon] = match;
    if (found === '{') open.push(new Set());
    else if (found === '[') open.push(null);
    else if (found === '}' || found === ']') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(found.slice(0, -colon.length)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) throw new UraError('malformed-json', 'An object repeats a key.');
      keys?.add(key);
    }
  }
}

function refuseOddValues(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw new UraError('malformed-json', `The body is nested deeper than ${MAX_DEPTH}.`);
  if (typeof value === 'string') refuseOddText(value);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new UraError('malformed-json', 'A number is out of range.');
  } else if (Array.isArray(value)) {
    for (const item of value) refuseOddValues(item, depth + 1);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') throw new UraError('malformed-json', 'A key named __proto__ is not taken.');
      refuseOddText(key);
      refuseOddValues(item, depth + 1);
    }
  }
}

function refuseOddText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new UraError('malformed-json', 'A string holds a NUL or half a surrogate pair.');
  }
}
