import type { Source } from './source.js';

/** Shorter stretches are copied: a piece of its own costs more than that. */
export const longStretch = 16_384;

/**
 * Canonical XML on its way to a digest: text (one character for each byte of UTF-8), and long stretches of the
 * document itself where it is canonical already, so that an attached document is never copied.
 */
export class CanonicalOutput {
  readonly #pieces: Buffer[] = [];
  #text = '';

  /** @param longest bytes of the stretches that are copied. */
  constructor(readonly longest = longStretch) {}

  /** What was added since the last long stretch. */
  get text(): string {
    return this.#text;
  }

  add(bytes: string): void {
    this.#text += bytes;
  }

  take(source: Source, start: number, end: number): void {
    if (end - start < this.longest) {
      this.#text += source.text.slice(start, end);
      return;
    }
    this.#flush();
    this.#pieces.push(source.bytes.subarray(start, end));
  }

  /** All of it in order; nothing can be added any more. */
  pieces(): readonly Buffer[] {
    this.#flush();
    return this.#pieces;
  }

  #flush(): void {
    if (this.#text === '') return;
    this.#pieces.push(Buffer.from(this.#text, 'latin1'));
    this.#text = '';
  }
}
