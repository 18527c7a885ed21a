import { SignatureRefused } from '../refusals.js';

/**
 * Header fields as they came in, name and value by turns, so that a field sent twice can be seen: what Node gives
 * as `rawHeaders`. A joined form (`req.headers`) must not be used here, because `a, b` hides that there were two.
 */
export type RawHeaders = readonly string[];

/** Longer values than any honest signature or digest, shorter than what keeps a parser busy. */
const longestValueChars = 4096;

/** Printable ASCII: what a signature base can carry without two messages having the same one (RFC 9421 §7.5.4). */
const printable = /^[\x20-\x7e]*$/;

/**
 * The only line of a field, without surrounding white space.
 *
 * @param name lower case.
 * @param longestChars default 4 096, enough for signatures and digests; a token with a certificate needs more.
 * @returns undefined when the field is absent.
 * @throws {SignatureRefused} `field-repeated`, `field-malformed`.
 */
export function onlyLine(
  headers: RawHeaders,
  name: string,
  longestChars = longestValueChars,
): string | undefined {
  let found: string | undefined;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const candidate = headers[index] as string;
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue;
    if (found !== undefined) throw new SignatureRefused('field-repeated', name);
    found = headers[index + 1] as string;
  }
  if (found === undefined) return undefined;
  if (found.length > longestChars || !printable.test(found))
    throw new SignatureRefused('field-malformed', name);
  return found.trim();
}
