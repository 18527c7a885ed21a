import { isAscii, isUtf8 } from 'node:buffer';
import { SignatureRefused } from '../refusals.js';
import { isAsciiText } from './decode-text.js';
import type { ScannedElement } from './scanned-element.js';
import type { XmlAttribute } from './tree.js';

/** Makes the tree of what is inside an element, when somebody asks for it. */
export interface ContentReader {
  readContent(element: ScannedElement): void;
}

/**
 * A document as its bytes and as text with one character for each byte. Offsets are the same in both: markup is
 * ASCII in UTF-8, so it is found in the text by searches that run in native code, and what stands between it is
 * decoded where somebody reads it.
 */
export class Source {
  readonly bytes: Buffer;
  readonly text: string;
  /** No byte beyond 0x7f: text and decoded text are the same. */
  readonly ascii: boolean;
  /** Prefixes in the order of their first appearance, which numbers the bits of the sets of prefixes. */
  readonly prefixes: string[] = [];
  /** Every attribute that a reader could take for an id, in document order. */
  readonly ids: XmlAttribute[] = [];
  /** Somewhere stands `xsi:type`, whatever the prefix. */
  hasTypes = false;
  /** For elements that are unread. */
  contentReader: ContentReader | undefined;
  /** Everything in front of it is ASCII: in most messages all headers are. */
  readonly #asciiUntil: number;
  #words: Int32Array | undefined;

  /** @throws {SignatureRefused} `xml-encoding` unless it is UTF-8, `xml-byte-order-mark`. */
  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.ascii = isAscii(this.bytes);
    if (!this.ascii && !isUtf8(this.bytes)) throw new SignatureRefused('xml-encoding');
    this.#asciiUntil = this.ascii ? this.bytes.length : asciiPrefix(this.bytes);
    this.text = this.bytes.toString('latin1');
    // A reader that drops it reads other bytes than were signed.
    if (this.text.startsWith('\xef\xbb\xbf')) throw new SignatureRefused('xml-byte-order-mark');
  }

  /** Makes the tree of an element's content, once. */
  readContent(element: ScannedElement): void {
    element.isUnread = false;
    this.contentReader?.readContent(element);
  }

  /** What the bytes between two offsets say. The result may keep the whole document in memory. */
  decode(start: number, end: number): string {
    const written = this.text.slice(start, end);
    return end <= this.#asciiUntil || isAsciiText(written)
      ? written
      : this.bytes.toString('utf8', start, end);
  }

  /** Whether all in front of an offset is known to be ASCII. */
  isAsciiUntil(end: number): boolean {
    return end <= this.#asciiUntil;
  }

  /** Whether the bytes at `other` are those at `start`. Names are short: a loop beats every search. */
  repeats(start: number, length: number, other: number): boolean {
    const { bytes } = this;
    for (let i = length - 1; i >= 0; i--) {
      if (bytes[start + i] !== bytes[other + i]) return false;
    }
    return true;
  }

  /** Whether the bytes between two offsets are these, one character for each. */
  says(raw: string, start: number, end: number): boolean {
    if (raw.length !== end - start) return false;
    const { bytes } = this;
    for (let i = raw.length - 1; i >= 0; i--) {
      if (bytes[start + i] !== raw.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Whether no control character but tab and line feed stands there; four bytes a step. */
  hasNoControls(start: number, end: number): boolean {
    const { bytes } = this;
    const lead = (4 - (bytes.byteOffset & 3)) & 3;
    this.#words ??= new Int32Array(bytes.buffer, bytes.byteOffset + lead, (bytes.byteLength - lead) >> 2);
    const words = this.#words;
    const firstWord = Math.max(0, (start - lead + 3) >> 2);
    const lastWord = Math.max(firstWord, (end - lead) >> 2);
    const wordsStart = Math.min(end, lead + firstWord * 4);
    if (!this.#bytesAreFree(start, wordsStart)) return false;
    for (let i = firstWord; i < lastWord; i++) {
      const word = words[i] as number;
      // Some byte is under 0x20: the subtraction borrows, and the byte itself had no high bit.
      if (((word - 0x20202020) & ~word & 0x80808080) !== 0) {
        if (!this.#bytesAreFree(lead + i * 4, lead + i * 4 + 4)) return false;
      }
    }
    return this.#bytesAreFree(Math.max(wordsStart, lead + lastWord * 4), end);
  }

  #bytesAreFree(start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      const byte = this.bytes[at] as number;
      if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a) return false;
    }
    return true;
  }
}

/** Length of a part in front that is all ASCII: not the longest, but found in a few steps of native code. */
function asciiPrefix(bytes: Buffer): number {
  let known = 0;
  for (let step = bytes.length >> 1; step >= 64; step >>= 1) {
    if (isAscii(bytes.subarray(known, known + step))) known += step;
  }
  return known;
}
