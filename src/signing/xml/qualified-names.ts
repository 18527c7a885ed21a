import { SignatureRefused } from '../refusals.js';
import { classes, continuesName, startsName } from './characters.js';
import { type NameText, nameText } from './name-texts.js';
import { knownNamespace, xmlNamespace, xmlnsNamespace } from './names.js';
import type { ScannedAttribute, ScannedElement } from './scanned-element.js';
import type { Source } from './source.js';
import type { NamespaceDeclaration } from './tree.js';

/** A name as it is written somewhere in a document; equal names of a document are one object. */
export interface QualifiedName extends Omit<NameText, 'usualValue'> {
  readonly text: NameText;
  /** Where it stands first, and its length in bytes. */
  readonly start: number;
  readonly length: number;
  /** Bit of the prefix in the sets of prefixes; 0 for `xml`, which is never declared. */
  readonly prefixBit: number;
  /** Number of the last start tag that had an attribute of this name. */
  lastTag: number;
  /** What the prefix stands for, and in which state of the scope that was looked up. */
  namespace: string;
  scopeState: number;
  /** The name of the element that began behind one of this name the last time. */
  follower: QualifiedName | undefined;
  /** The last start tag of this name that had attributes. */
  tag: RepeatableTag | undefined;
}

/** A start tag with attributes, without declarations and ids: what is the same wherever it is repeated. */
export interface RepeatableTag {
  readonly start: number;
  readonly length: number;
  /** In which the prefixes were looked up. */
  readonly scopeState: number;
  readonly attributes: readonly ScannedAttribute[];
  readonly namespace: string;
  readonly namePrefixes: number;
  readonly isCanonical: boolean;
  readonly isEmpty: boolean;
}

/** Stands for every prefix from the 32nd on: such a set says nothing. */
export const tooManyPrefixes = 1 << 31;

/** A power of two. */
const recentNames = 128;

/** The names of one document and the declarations in force at the place that has been reached. */
export class QualifiedNames {
  readonly #names = new Map<string, QualifiedName>();
  /** The last name of each hash, so that most names are found without making a string of them. */
  readonly #recent: (QualifiedName | undefined)[] = new Array(recentNames).fill(undefined);
  readonly #scope: NamespaceDeclaration[] = [];
  /** The state before each of them. */
  readonly #before: number[] = [];
  #state = 0;
  #states = 0;

  constructor(readonly source: Source) {}

  /** Number of different prefixes that were declared anywhere so far. */
  declaredPrefixes = 0;

  /** The name of the element that began last. */
  last: QualifiedName | undefined;

  /** What element probably begins next: records follow each other, and so do the parts of a Reference. */
  get followerOfLast(): QualifiedName | undefined {
    return this.last?.follower;
  }

  /** Number of declarations in force. */
  get inScope(): number {
    return this.#scope.length;
  }

  /** Behind the name that was read last. */
  end = 0;

  /**
   * The name that stands at `start`; {@link end} is behind it then.
   *
   * @throws {SignatureRefused} `xml-malformed` or `xml-namespace` for what is not a name.
   */
  read(start: number): QualifiedName {
    const { bytes } = this.source;
    const table = classes;
    let byte = bytes[start] as number;
    if (((table[byte] as number) & startsName) === 0) {
      throw new SignatureRefused('xml-malformed', `offset ${start}`);
    }
    let at = start;
    let hash = 0;
    do {
      hash = (hash * 31 + byte) | 0;
      byte = bytes[++at] as number;
    } while (((table[byte] as number) & continuesName) !== 0);
    this.end = at;
    return this.#find(start, at, hash);
  }

  /** @param hash of the bytes; it only says where to look first. */
  #find(start: number, end: number, hash: number): QualifiedName {
    const slot = (hash ^ (hash >>> 12)) & (recentNames - 1);
    const recent = this.#recent[slot];
    if (
      recent !== undefined &&
      recent.length === end - start &&
      this.source.repeats(recent.start, end - start, start)
    ) {
      return recent;
    }
    const text = nameText(this.source, start, end, hash);
    let found = this.#names.get(text.raw);
    if (found === undefined) {
      found = this.#make(text, start, end - start);
      this.#names.set(text.raw, found);
    }
    this.#recent[slot] = found;
    return found;
  }

  #make(text: NameText, start: number, length: number): QualifiedName {
    const { raw, name, prefix, local, declares, isId } = text;
    if (declares) this.declaredPrefixes++;
    return {
      text,
      start,
      length,
      raw,
      name,
      prefix,
      local,
      prefixBit: prefix === 'xml' || prefix === 'xmlns' ? 0 : this.#bitOf(prefix),
      declares,
      isId,
      lastTag: 0,
      namespace: '',
      scopeState: -1,
      follower: undefined,
      tag: undefined,
    };
  }

  #bitOf(prefix: string): number {
    const { prefixes } = this.source;
    let index = prefixes.indexOf(prefix);
    // No set is kept for more, and an attacker's thousands would only be searched again and again.
    if (index < 0) index = prefixes.length > 31 ? 31 : prefixes.push(prefix) - 1;
    return index < 31 ? 1 << index : tooManyPrefixes;
  }

  /** Comes into force at the element that has just begun. */
  declare(declaration: NamespaceDeclaration): void {
    this.#scope.push(declaration);
    this.#before.push(this.#state);
    this.#state = ++this.#states;
  }

  /** Forgets the last declarations: the element that made them has ended, and what was in force before is again. */
  forget(count: number): void {
    for (let i = count; i > 0; i--) {
      this.#scope.pop();
      this.#state = this.#before.pop() as number;
    }
  }

  /** Exactly these declarations are in force, in this order. */
  enter(declarations: readonly NamespaceDeclaration[]): void {
    this.forget(this.#scope.length);
    for (const declaration of declarations) this.declare(declaration);
  }

  /** Remembers a start tag that may be repeated. */
  noteTag(element: ScannedElement): void {
    const { qualified, start, contentStart, attributes, namespace, namePrefixes, tagIsCanonical } = element;
    qualified.tag = {
      start,
      length: contentStart - start,
      scopeState: this.#state,
      attributes,
      namespace,
      namePrefixes,
      isCanonical: tagIsCanonical,
      isEmpty: element.end !== 0,
    };
  }

  /** The tag that the one at `start` repeats, byte for byte and with the same meaning. */
  repeatedTag({ tag }: QualifiedName, start: number): RepeatableTag | undefined {
    if (tag === undefined || tag.scopeState !== this.#state) return undefined;
    return this.source.repeats(tag.start, tag.length, start) ? tag : undefined;
  }

  /** Namespace of an element, or of an attribute that has a prefix. @throws {SignatureRefused} `xml-namespace`. */
  resolve(name: QualifiedName): string {
    if (name.scopeState === this.#state) return name.namespace;
    name.namespace = this.#lookUp(name.prefix);
    name.scopeState = this.#state;
    return name.namespace;
  }

  #lookUp(prefix: string): string {
    for (let i = this.#scope.length - 1; i >= 0; i--) {
      const declaration = this.#scope[i] as NamespaceDeclaration;
      if (declaration.prefix === prefix) return declaration.uri;
    }
    if (prefix === '') return '';
    if (prefix === 'xml') return xmlNamespace;
    throw new SignatureRefused('xml-namespace', 'prefix not declared');
  }
}

// RFC 3986 §3.1
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/**
 * A declaration by its prefix ('' for `xmlns="…"`) and the value of its attribute.
 *
 * @throws {SignatureRefused} `xml-namespace`.
 * @see https://www.w3.org/TR/xml-names/ §3
 */
export function declarationOf(prefix: string, value: string): NamespaceDeclaration {
  const known = prefix === 'xml' || prefix === 'xmlns' ? undefined : knownNamespace(value);
  if (known !== undefined) return { prefix, uri: known };
  // Parsers disagree about white space around a namespace name, and libxml2 and others canonicalise these
  // characters without escaping them, so that a name could pose as an attribute. No real name has them.
  if (/[\s&<>"]/.test(value)) throw new SignatureRefused('xml-namespace', 'character in a namespace name');
  // Canonical XML 1.0 §1.3: a document with relative namespace names has no canonical form.
  if (value !== '' && !scheme.test(value))
    throw new SignatureRefused('xml-namespace', 'relative namespace name');
  if (prefix === 'xmlns' || value === xmlnsNamespace || (prefix === 'xml') !== (value === xmlNamespace)) {
    throw new SignatureRefused('xml-namespace', 'reserved prefix or namespace');
  }
  if (prefix !== '' && value === '') throw new SignatureRefused('xml-namespace', 'prefix undeclared');
  return { prefix, uri: value };
}
