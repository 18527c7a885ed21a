import { SignatureRefused } from '../refusals.js';
import { classes, maybeNoncharacter, stopsText, stopsValue } from './characters.js';
import { endOfReference, isCanonicalReference } from './references.js';
import type { Source } from './source.js';

const ampersand = 0x26;
const lessThan = 0x3c;
const greaterThan = 0x3e;
const squareBracket = 0x5d;
const quotationMark = 0x22;
const carriageReturn = 0x0d;

/** From here on searches in native code are faster than looking at each character. */
const longRun = 192;

/** Finds where text and attribute values end, and refuses what XML 1.0 does not permit in them. */
export class CharacterData {
  readonly #text: string;
  readonly #bytes: Uint8Array;
  /** Whether canonical XML writes what was last found in the same way. */
  isCanonical = true;
  /** Whether a reader gets the value as it is written. */
  isPlain = true;

  constructor(readonly source: Source) {
    this.#text = source.text;
    this.#bytes = source.bytes;
  }

  /** Offset of the `<` that ends the text at `start`. @throws {SignatureRefused} `xml-malformed`. */
  endOfText(start: number): number {
    const bytes = this.#bytes;
    const table = classes;
    const { length } = bytes;
    this.isCanonical = true;
    const firstLook = Math.min(length, start + longRun);
    let at = start;
    let limit = firstLook;
    for (;;) {
      while (at < limit && ((table[bytes[at] as number] as number) & stopsText) === 0) at++;
      if (at >= limit) {
        if (at >= length) malformed(at);
        const end = limit === firstLook ? this.#endOfLongText(at) : -1;
        if (end >= 0) return end;
        limit = length;
        continue;
      }
      switch (bytes[at]) {
        case lessThan:
          return at;
        case ampersand:
          at = this.#reference(at, 'text');
          break;
        case greaterThan:
          // Written as a reference in canonical XML, and forbidden where it looks like the end of CDATA (§2.4).
          if (at - start >= 2 && endsBrackets(bytes, at)) malformed(at);
          this.isCanonical = false;
          at++;
          break;
        case carriageReturn:
          this.isCanonical = false;
          at++;
          break;
        case maybeNoncharacter:
          this.#refuseNoncharacter(at);
          at++;
          break;
        default:
          malformed(at);
      }
    }
  }

  /** As {@link endOfText} for text that holds nothing special, -1 for any other. */
  #endOfLongText(start: number): number {
    const end = this.#text.indexOf('<', start);
    if (end < 0) malformed(this.#text.length);
    const run = this.#text.slice(start, end);
    if (run.includes('&') || run.includes('>') || run.includes('\r') || run.includes('\xef')) return -1;
    if (!this.source.hasNoControls(start, end)) malformed(start);
    return end;
  }

  /** Offset of the quote that ends the value at `start`. @throws {SignatureRefused} `xml-malformed`. */
  endOfValue(start: number, quote: number): number {
    const bytes = this.#bytes;
    const table = classes;
    const { length } = bytes;
    this.isCanonical = quote === quotationMark;
    this.isPlain = true;
    let at = start;
    for (;;) {
      while (at < length && ((table[bytes[at] as number] as number) & stopsValue) === 0) at++;
      const byte = bytes[at];
      if (byte === quote) return at;
      switch (byte) {
        case ampersand:
          at = this.#reference(at, 'value');
          this.isPlain = false;
          break;
        case 0x22:
        case 0x27:
          at++;
          break;
        case 0x09:
        case 0x0a:
        case carriageReturn:
          // A space in canonical XML (§3.3.3).
          this.isCanonical = false;
          this.isPlain = false;
          at++;
          break;
        case maybeNoncharacter:
          this.#refuseNoncharacter(at);
          at++;
          break;
        default:
          malformed(at);
      }
    }
  }

  #reference(at: number, where: 'text' | 'value'): number {
    const end = endOfReference(this.#text, at);
    if (end < 0) malformed(at);
    if (this.isCanonical && !isCanonicalReference(this.#text.slice(at, end), where)) this.isCanonical = false;
    return end;
  }

  /** U+FFFE and U+FFFF are EF BF BE and EF BF BF (§2.2). */
  #refuseNoncharacter(at: number): void {
    if (this.#bytes[at + 1] === 0xbf && (this.#bytes[at + 2] as number) >= 0xbe) malformed(at);
  }
}

function endsBrackets(bytes: Uint8Array, at: number): boolean {
  return bytes[at - 1] === squareBracket && bytes[at - 2] === squareBracket;
}

function malformed(at: number): never {
  throw new SignatureRefused('xml-malformed', `offset ${at}`);
}
