import { onlyLine } from '../../src/signing/http-sig/field-lines.js';
import type { RawHeaders, SentRequest } from '../../src/signing/profiles/profile.js';

/**
 * What the signature of a request needs besides its bytes, by camelCase names of the header fields
 * (`signatureInput`, `agidJwtSignature`), to be kept as evidence and verified again.
 */
export function requestMeta(targetUri: string, { fields }: SentRequest): Record<string, string> {
  return {
    method: 'POST',
    targetUri,
    contentType: jsonType,
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [camelCase(name), value])),
  };
}

/** The same for an answer; a profile uses the same fields in both directions. Absent ones are left out. */
export function answerMeta(
  status: number,
  headers: RawHeaders,
  { fields }: SentRequest,
): Record<string, string | number> {
  const meta: Record<string, string | number> = { status };
  for (const name of ['content-type', ...Object.keys(fields)]) {
    const value = lineOf(headers, name);
    if (value !== undefined) meta[camelCase(name)] = value;
  }
  return meta;
}

export const jsonType = 'application/json';
const problemType = 'application/problem+json';

/**
 * @returns the media type when the answer names exactly one, and it is one that is read: JSON or a problem
 *   (RFC 9457), in UTF-8.
 */
export function jsonMediaType(headers: RawHeaders): typeof jsonType | typeof problemType | undefined {
  const [type = '', ...parameters] = lineOf(headers, 'content-type')?.toLowerCase().split(';') ?? [];
  if (!parameters.every((each) => /^\s*charset\s*=\s*"?utf-8"?\s*$/.test(each))) return undefined;
  const named = type.trim();
  return named === jsonType || named === problemType ? named : undefined;
}

/** A token with its certificate chain is the longest of all. */
const longestChars = 12_288;

/** Undefined also for a field that came twice: the verifier says what is wrong with it. */
function lineOf(headers: RawHeaders, name: string): string | undefined {
  try {
    return onlyLine(headers, name, longestChars);
  } catch {
    return undefined;
  }
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
