import { SignatureRefused } from './refusals.js';

/** Longest protected header that is looked at, in base64url characters. */
const longestHeaderChars = 8192;

/**
 * Reads a protected header (RFC 7515 §4) strictly: canonical base64url, UTF-8, one JSON object of strings, whole
 * numbers, booleans and lists of strings, no name twice (§4 leaves the choice; `JSON.parse` would keep the last).
 *
 * @throws {SignatureRefused} `jws-malformed`, `jws-header-repeated`.
 */
export function readJoseHeader(encoded: string): ReadonlyMap<string, unknown> {
  const bytes = Buffer.from(encoded, 'base64url');
  if (encoded.length > longestHeaderChars || bytes.toString('base64url') !== encoded) {
    throw new SignatureRefused('jws-malformed', 'header encoding');
  }
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch {
    throw new SignatureRefused('jws-malformed', 'header');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SignatureRefused('jws-malformed', 'header');
  }
  const header = new Map(Object.entries(parsed));
  for (const value of header.values()) {
    if (!isPlain(value)) throw new SignatureRefused('jws-malformed', 'header value');
  }
  if (countNames(text) !== header.size) throw new SignatureRefused('jws-header-repeated');
  return header;
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string');
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

/** Names in the text of a flat JSON object: every string that a colon follows. */
function countNames(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)) if (colon === ':') names += 1;
  return names;
}
