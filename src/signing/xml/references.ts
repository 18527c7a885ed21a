/** Predefined entities (XML 1.0 §4.6); no others exist without a DTD. */
const predefined: readonly (readonly [reference: string, character: string])[] = [
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&apos;', "'"],
];

/**
 * The end of the reference that begins at `at`.
 *
 * @returns the offset behind its `;`, -1 when it is none or not of a permitted character.
 */
export function endOfReference(text: string, at: number): number {
  if (text.charCodeAt(at + 1) === 0x23) return endOfCharacterReference(text, at);
  for (const [reference] of predefined) {
    if (text.startsWith(reference, at)) return at + reference.length;
  }
  return -1;
}

/** XML 1.0 §4.1, CharRef. */
function endOfCharacterReference(text: string, at: number): number {
  const hexadecimal = text.charCodeAt(at + 2) === 0x78;
  const first = at + (hexadecimal ? 3 : 2);
  let next = first;
  let value = 0;
  for (; ; next++) {
    const digit = digitOf(text.charCodeAt(next));
    if (digit < 0 || (digit > 9 && !hexadecimal)) break;
    // Large enough to be refused, however many digits follow.
    value = Math.min(value * (hexadecimal ? 16 : 10) + digit, 0x110000);
  }
  return next > first && text.charCodeAt(next) === 0x3b && isCharacter(value) ? next + 1 : -1;
}

function digitOf(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** XML 1.0 §2.2, Char. */
function isCharacter(codePoint: number): boolean {
  if (codePoint < 0x20) return codePoint === 0x09 || codePoint === 0x0a || codePoint === 0x0d;
  if (codePoint < 0xe000) return codePoint < 0xd800;
  return codePoint < 0x110000 && codePoint !== 0xfffe && codePoint !== 0xffff;
}

const canonicalInText = new Set(['&amp;', '&lt;', '&gt;', '&#xD;']);
const canonicalInValue = new Set(['&amp;', '&lt;', '&quot;', '&#x9;', '&#xA;', '&#xD;']);

/** Whether canonical XML writes this reference in the same way (Canonical XML 1.0 §2.3). */
export function isCanonicalReference(reference: string, where: 'text' | 'value'): boolean {
  return (where === 'text' ? canonicalInText : canonicalInValue).has(reference);
}

const anyReference = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));/g;

/** Character data as a reader gets it: line ends normalised (XML 1.0 §2.11), references resolved. */
export function readText(raw: string): string {
  const lines = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return lines.includes('&') ? resolveReferences(lines) : lines;
}

/** An attribute value as a reader gets it: raw white space is a space each (§3.3.3), references resolved. */
export function readValue(raw: string): string {
  const spaces = /[\t\n\r]/.test(raw) ? raw.replace(/\r\n|[\t\n\r]/g, ' ') : raw;
  return spaces.includes('&') ? resolveReferences(spaces) : spaces;
}

/** Every reference was looked at by {@link endOfReference} before. */
function resolveReferences(text: string): string {
  return text.replace(anyReference, (whole, hexadecimal?: string, decimal?: string) => {
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number.parseInt(decimal, 10));
    return predefined.find(([reference]) => reference === whole)?.[1] ?? whole;
  });
}
