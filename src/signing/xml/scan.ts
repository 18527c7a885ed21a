import { SignatureRefused } from '../refusals.js';
import { classes, continuesName, stopsText, whiteSpace } from './characters.js';
import type { XmlLimits } from './limits.js';
import { type QualifiedName, QualifiedNames } from './qualified-names.js';
import { ReferenceCount, referenceDepth } from './reference-count.js';
import { AttributeScanner } from './scan-attributes.js';
import { CharacterData } from './scan-data.js';
import { ScannedElement } from './scanned-element.js';
import type { ContentReader, Source } from './source.js';

const slash = 0x2f;
const lessThan = 0x3c;
const greaterThan = 0x3e;

/**
 * Of which elements no tree is made until somebody asks: what is only hashed needs none. They are looked at as
 * closely as all others.
 *
 * - `nothing`: the tree is whole.
 * - `content`: of what is inside the root.
 * - `body-content`: of what is inside the children of `Body`, the child of the root.
 */
export type Unread = 'nothing' | 'content' | 'body-content';

/**
 * The one pass over a document: well-formedness, namespaces, limits, and what of it is canonical already.
 *
 * @param from offset behind the XML declaration.
 * @throws {SignatureRefused} with an `xml-…` code; `where` is an offset, never a piece of the message.
 */
export function scan(source: Source, from: number, limits: XmlLimits, unread: Unread): ScannedElement {
  return new Scanner(source, from, limits, unread).document();
}

class Scanner implements ContentReader {
  readonly #bytes: Uint8Array;
  readonly #names: QualifiedNames;
  readonly #data: CharacterData;
  readonly #attributes: AttributeScanner;
  readonly #references: ReferenceCount;
  #at: number;
  #depth = 0;
  #elements = 0;
  /** The open element of whose content no tree is made. */
  #unread: ScannedElement | undefined;
  /** What stands for the open elements in it, by depth. */
  readonly #passing: ScannedElement[] = [];

  constructor(
    readonly source: Source,
    from: number,
    readonly limits: XmlLimits,
    readonly unread: Unread,
  ) {
    this.#bytes = source.bytes;
    this.#at = from;
    this.#names = new QualifiedNames(source);
    this.#data = new CharacterData(source);
    this.#attributes = new AttributeScanner(source, this.#names, this.#data, limits);
    this.#references = new ReferenceCount(limits.references);
    if (unread !== 'nothing') source.contentReader = this;
  }

  document(): ScannedElement {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== lessThan) malformed(this.#at);
    const root = this.#startTag(undefined);
    if (root.end === 0) this.#content(root, undefined);
    this.#skipSpace();
    if (this.#at < this.#bytes.length) malformed(this.#at);
    return root;
  }

  /** Everything up to the end tag of the first open element. */
  #content(first: ScannedElement, parent: ScannedElement | undefined): void {
    const bytes = this.#bytes;
    let open: ScannedElement | undefined = first;
    do {
      if (bytes[this.#at] !== lessThan) this.#characterData(open);
      if (bytes[this.#at + 1] === slash) {
        open = this.#endTag(open);
      } else if (this.#unread === undefined || !this.#skipPlain(open)) {
        const isKept: boolean = this.#unread === undefined;
        const child = this.#startTag(open);
        if (isKept) open.addElement(child);
        if (child.end === 0) open = child;
        else this.#close(child);
      }
    } while (open !== parent && open !== undefined);
  }

  /** Makes the tree that was left out; nothing can be wrong with it any more. */
  readContent(element: ScannedElement): void {
    const around: ScannedElement[] = [];
    for (let at: ScannedElement | undefined = element; at !== undefined; at = at.parent) around.unshift(at);
    this.#names.enter(around.flatMap(({ declarations }) => declarations));
    this.#attributes.again();
    this.#depth = around.length;
    this.#elements = 0;
    this.#at = element.contentStart;
    this.#content(element, element.parent);
  }

  #skipSpace(): void {
    while (((classes[this.#bytes[this.#at] as number] as number) & whiteSpace) !== 0) this.#at++;
  }

  #characterData(open: ScannedElement): void {
    const start = this.#at;
    const data = this.#data;
    const end = data.endOfText(start);
    if (end - start > this.limits.textLength) throw new SignatureRefused('xml-text-too-long');
    if (!data.isCanonical) open.contentIsCanonical = false;
    this.#at = end;
  }

  /**
   * Steps over an element of which no tree is made, when it is the one expected, without attributes, with short text
   * that needs no second look, and within the limits. Records are made of these.
   *
   * @returns false when it is anything else; nothing is changed then.
   */
  #skipPlain(open: ScannedElement): boolean {
    const { source, limits } = this;
    const bytes = this.#bytes;
    const table = classes;
    const expected = this.#names.followerOfLast;
    if (expected === undefined) return false;
    const { start, length } = expected;
    const name = this.#at + 1;
    let at = name + length;
    if (bytes[at] !== greaterThan || !source.repeats(start, length, name)) return false;
    const last = Math.min(bytes.length - 1, ++at + Math.min(longestPlain, limits.textLength));
    while (at < last && ((table[bytes[at] as number] as number) & stopsText) === 0) at++;
    if (bytes[at] !== lessThan || bytes[at + 1] !== slash) return false;
    at += 2;
    if (bytes[at + length] !== greaterThan || !source.repeats(start, length, at)) return false;
    if (this.#depth >= limits.depth || this.#elements >= limits.elements) return false;
    this.#elements++;
    this.#names.resolve(expected);
    this.#names.last = expected;
    open.contentPrefixes |= expected.prefixBit;
    this.#at = at + length + 1;
    return true;
  }

  /** At `</`. @returns the element that is open then. */
  #endTag(open: ScannedElement): ScannedElement | undefined {
    const { source } = this;
    const bytes = this.#bytes;
    const start = this.#at;
    const name = open.qualified;
    let at = start + 2 + name.length;
    if (!source.repeats(name.start, name.length, start + 2)) malformed(bytes.indexOf(greaterThan, start) + 1);
    open.contentEnd = start;
    if (bytes[at] !== greaterThan) {
      this.#at = at;
      this.#skipSpace();
      at = this.#at;
      if (bytes[at] !== greaterThan) malformed(at);
      // The enclosing content cannot be taken as it stands, although this element's can.
      open.tagIsCanonical = false;
    }
    this.#at = at + 1;
    open.end = at + 1;
    this.#close(open);
    return open.parent;
  }

  /** Leaves an element and tells its parent what it may take over as it stands. */
  #close(element: ScannedElement): void {
    this.#depth--;
    const { declarations, parent } = element;
    if (declarations.length > 0) this.#names.forget(declarations.length);
    if (element === this.#unread) this.#unread = undefined;
    if (parent === undefined) return;
    if (!element.tagIsCanonical || !element.contentIsCanonical) parent.contentIsCanonical = false;
    parent.contentPrefixes |= element.contentPrefixes | element.namePrefixes;
  }

  /** At `<`. The element has an end already when it is empty by its tag. */
  #startTag(parent: ScannedElement | undefined): ScannedElement {
    const { limits } = this;
    const start = this.#at;
    if (++this.#depth > limits.depth) throw new SignatureRefused('xml-too-deep');
    if (++this.#elements > limits.elements) throw new SignatureRefused('xml-too-many-elements');
    const qualified = this.#name(start + 1);
    const element = this.#open(qualified, parent, start);
    if (this.#bytes[this.#at] === greaterThan) {
      element.contentStart = ++this.#at;
      element.namespace = this.#names.resolve(qualified);
      element.namePrefixes = qualified.prefixBit;
      element.tagIsCanonical = true;
    } else {
      this.#at = this.#attributes.read(element, this.#at);
    }
    if (this.#depth === referenceDepth) this.#references.add(element);
    if (this.unread !== 'nothing' && this.#unread === undefined && this.#canWait(element)) {
      element.isUnread = true;
      this.#unread = element;
    }
    return element;
  }

  #open(qualified: QualifiedName, parent: ScannedElement | undefined, start: number): ScannedElement {
    if (this.#unread === undefined) return new ScannedElement(this.source, qualified, parent, start);
    const passing = this.#passing[this.#depth];
    if (passing !== undefined) {
      passing.reuse(qualified, parent, start);
      return passing;
    }
    const made = new ScannedElement(this.source, qualified, parent, start);
    this.#passing[this.#depth] = made;
    return made;
  }

  #canWait(element: ScannedElement): boolean {
    if (element.end !== 0) return false;
    if (this.unread === 'content') return this.#depth === 1;
    return this.#depth === 3 && element.parent?.local === 'Body';
  }

  #name(start: number): QualifiedName {
    const names = this.#names;
    const expected = names.followerOfLast;
    if (expected !== undefined) {
      const end = start + expected.length;
      if (
        ((classes[this.#bytes[end] as number] as number) & continuesName) === 0 &&
        this.source.repeats(expected.start, expected.length, start)
      ) {
        this.#at = end;
        names.last = expected;
        return expected;
      }
    }
    const found = names.read(start);
    this.#at = names.end;
    if (names.last !== undefined) names.last.follower = found;
    names.last = found;
    return found;
  }
}

/** Bytes of text. Longer ones are found in native code. */
const longestPlain = 128;

function malformed(at: number): never {
  throw new SignatureRefused('xml-malformed', `offset ${at}`);
}
