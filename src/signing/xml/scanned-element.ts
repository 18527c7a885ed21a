import type { QualifiedName } from './qualified-names.js';
import { readText, readValue } from './references.js';
import type { Source } from './source.js';
import type { NamespaceDeclaration, XmlAttribute, XmlElement } from './tree.js';

/** Offsets of the pieces of an element in its {@link Source}. */
export interface Extent {
  /** Of the `<` of the start tag. */
  readonly start: number;
  /** Behind the `>` of the start tag. */
  readonly contentStart: number;
  /** Of the `<` of the end tag; the same as `contentStart` in `<a/>`. */
  readonly contentEnd: number;
  /** Behind the `>` of the end tag. */
  readonly end: number;
}

/**
 * An element that is offsets into its document: text and values are decoded when somebody reads them, and
 * most of a message is only ever hashed.
 */
export class ScannedElement implements XmlElement, Extent {
  contentStart = 0;
  contentEnd = 0;
  end = 0;
  namespace = '';
  attributes: readonly ScannedAttribute[] = none;
  declarations: readonly NamespaceDeclaration[] = none;
  nextElement: ScannedElement | undefined = undefined;
  /** The start tag is canonical as it stands, but for declarations that the outside may make necessary. */
  tagIsCanonical = false;
  /** Everything inside is canonical as it stands, as long as {@link contentPrefixes} are written around it. */
  contentIsCanonical = true;
  /** Prefixes of the names in the start tag, one bit each; see `QualifiedNames`. */
  namePrefixes = 0;
  /** The same of names inside. */
  contentPrefixes = 0;
  /** What is inside was scanned, but no tree was made of it yet. */
  isUnread = false;
  #firstElement: ScannedElement | undefined = undefined;
  #lastElement: ScannedElement | undefined = undefined;

  constructor(
    readonly source: Source,
    public qualified: QualifiedName,
    public parent: ScannedElement | undefined,
    /** Of the `<` of the start tag. */
    public start: number,
  ) {}

  /** Makes it stand for another element: of those that nobody keeps, there is one object a depth. */
  reuse(qualified: QualifiedName, parent: ScannedElement | undefined, start: number): void {
    this.qualified = qualified;
    this.parent = parent;
    this.start = start;
    this.contentEnd = 0;
    this.end = 0;
    this.attributes = none;
    this.declarations = none;
    this.contentIsCanonical = true;
    this.contentPrefixes = 0;
  }

  get name(): string {
    return this.qualified.name;
  }

  get prefix(): string {
    return this.qualified.prefix;
  }

  get local(): string {
    return this.qualified.local;
  }

  get firstElement(): ScannedElement | undefined {
    if (this.isUnread) this.source.readContent(this);
    return this.#firstElement;
  }

  get children(): readonly (ScannedElement | string)[] {
    const children: (ScannedElement | string)[] = [];
    let at = this.contentStart;
    for (let child = this.firstElement; child !== undefined; child = child.nextElement) {
      if (child.start > at) children.push(readText(this.source.decode(at, child.start)));
      children.push(child);
      at = child.end;
    }
    if (this.contentEnd > at) children.push(readText(this.source.decode(at, this.contentEnd)));
    return children;
  }

  /** Undefined when it holds elements. */
  get text(): string | undefined {
    if (this.firstElement !== undefined) return undefined;
    const { contentStart, contentEnd } = this;
    return contentStart === contentEnd ? '' : readText(this.source.decode(contentStart, contentEnd));
  }

  /** The child elements. */
  get elements(): readonly ScannedElement[] {
    let child = this.firstElement;
    if (child === undefined) return none;
    const elements: ScannedElement[] = [];
    for (; child !== undefined; child = child.nextElement) elements.push(child);
    return elements;
  }

  /** Nothing but elements: a child begins where the one before it ends. */
  get holdsOnlyElements(): boolean {
    let at = this.contentStart;
    for (let child = this.firstElement; child !== undefined; child = child.nextElement) {
      if (child.start !== at) return false;
      at = child.end;
    }
    return at === this.contentEnd;
  }

  addElement(element: ScannedElement): void {
    if (this.#lastElement === undefined) this.#firstElement = element;
    else this.#lastElement.nextElement = element;
    this.#lastElement = element;
  }
}

export class ScannedAttribute implements XmlAttribute {
  namespace = '';

  constructor(
    readonly source: Source,
    readonly qualified: QualifiedName,
    /** Of the first byte of the value. */
    readonly start: number,
    /** Of the closing quote. */
    readonly end: number,
    /** Neither references nor white space that has to be normalised. */
    readonly isPlain: boolean,
    /** The value, where it is known already. */
    readonly known: string | undefined,
  ) {}

  get name(): string {
    return this.qualified.name;
  }

  get prefix(): string {
    return this.qualified.prefix;
  }

  get local(): string {
    return this.qualified.local;
  }

  get value(): string {
    if (this.known !== undefined) return this.known;
    const written = this.source.decode(this.start, this.end);
    return this.isPlain ? written : readValue(written);
  }
}

const none: readonly never[] = [];
