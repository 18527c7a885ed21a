/**
 * Just enough of DER (ITU-T X.690) to walk a revocation list: definite lengths in their shortest form, tags of one
 * byte, no recursion. Whatever is longer than its container ends the walk with an error.
 */

/** One element: its tag, where its content lies, and where it ends. */
export interface DerElement {
  readonly tag: number;
  /** Of the tag itself. */
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;
}

export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** `[0] EXPLICIT` */
  context0: 0xa0,
} as const;

/** Bytes that are not the DER that was expected. */
export class DerMalformed extends Error {
  override readonly name = 'DerMalformed';
}

/** Reads elements one after the other inside one range of bytes. */
export class DerReader {
  #at: number;
  /** The same bytes, not a copy. */
  readonly #buffer: Buffer;

  constructor(
    readonly bytes: Uint8Array,
    start = 0,
    readonly end = bytes.length,
  ) {
    this.#at = start;
    this.#buffer = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.end;
  }

  /** Whether an element of one of these tags comes next. */
  isNext(...tags: readonly number[]): boolean {
    return !this.done && tags.includes(this.bytes[this.#at] as number);
  }

  /** @throws {DerMalformed} when something else comes next, or nothing. */
  read(tag: number): DerElement {
    const element = this.readAny();
    if (element.tag !== tag) throw new DerMalformed(`tag ${element.tag} where ${tag} is expected`);
    return element;
  }

  /** @throws {DerMalformed} */
  readAny(): DerElement {
    const { bytes } = this;
    const start = this.#at;
    const tag = bytes[start];
    let length = bytes[start + 1];
    if (tag === undefined || length === undefined || start + 2 > this.end)
      throw new DerMalformed('cut short');
    if ((tag & 0x1f) === 0x1f) throw new DerMalformed('tag of several bytes');
    let contentStart = start + 2;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw new DerMalformed('length of unknown form');
      length = 0;
      for (let index = 0; index < count; index += 1)
        length = length * 256 + (bytes[contentStart + index] ?? 0);
      contentStart += count;
      if (length < 0x80 || length < 256 ** (count - 1)) throw new DerMalformed('length not in shortest form');
    }
    const end = contentStart + length;
    if (end > this.end) throw new DerMalformed('longer than its container');
    this.#at = end;
    return { tag, start, contentStart, end };
  }

  /** Reads inside an element. */
  inside({ contentStart, end }: DerElement): DerReader {
    return new DerReader(this.bytes, contentStart, end);
  }

  /** An element with its tag and length. */
  whole({ start, end }: DerElement): Uint8Array {
    return this.bytes.subarray(start, end);
  }

  content({ contentStart, end }: DerElement): Uint8Array {
    return this.bytes.subarray(contentStart, end);
  }

  /** A positive INTEGER as {@link plainSerial} writes it. */
  serial(): string {
    const { contentStart, end } = this.read(derTag.integer);
    return plainSerial(this.#buffer.toString('hex', contentStart, end));
  }

  /** Dotted form is not needed: hex of the content is as unique. */
  oid(): string {
    const { contentStart, end } = this.read(derTag.oid);
    return this.#buffer.toString('hex', contentStart, end);
  }

  /** UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 allows them: whole seconds, `Z`. @returns milliseconds. */
  time(): number {
    const element = this.readAny();
    const text = this.#buffer.toString('latin1', element.contentStart, element.end);
    const pattern =
      element.tag === derTag.utcTime
        ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
        : element.tag === derTag.generalizedTime
          ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
          : undefined;
    const parts = pattern?.exec(text)?.slice(1);
    if (parts === undefined) throw new DerMalformed('not a time');
    const [first = '', ...rest] = parts;
    const year = first.length === 4 ? first : `${Number(first) >= 50 ? '19' : '20'}${first}`;
    const at = Date.parse(`${year}-${rest[0]}-${rest[1]}T${rest[2]}:${rest[3]}:${rest[4]}Z`);
    if (Number.isNaN(at)) throw new DerMalformed('not a time');
    return at;
  }
}

/** Lower-case hex without leading zeros, so that serial numbers of different sources can be compared. */
export function plainSerial(hex: string): string {
  const lower = hex.toLowerCase();
  return lower.startsWith('0') ? lower.replace(/^0+(?=.)/, '') : lower;
}
