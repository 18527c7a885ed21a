import { SignatureRefused } from '../refusals.js';
import { isName, startsLocalName } from './characters.js';
import { knownNamespace, xmlNamespace, xmlnsNamespace } from './names.js';
import type { Source } from './source.js';
import type { NamespaceDeclaration } from './tree.js';

/** A name as it is written somewhere in a document; equal names of a document are one object. */
export interface QualifiedName {
  /** Where it stands first, and its length in bytes. */
  readonly start: number;
  readonly length: number;
  /** One character for each byte, to be compared with the document. */
  readonly raw: string;
  readonly name: string;
  /** Empty for none. */
  readonly prefix: string;
  readonly local: string;
  /** Bit of the prefix in the sets of prefixes; 0 for `xml`, which is never declared. */
  readonly prefixBit: number;
  readonly declares: boolean;
  /** Some reader takes an attribute of this name for an id, in whatever namespace and case. */
  readonly isId: boolean;
  /** Number of the last element that had an attribute of this name. */
  lastElement: number;
  /** What the prefix stands for, and in which state of the scope that was looked up. */
  namespace: string;
  scopeState: number;
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
  #state = 0;
  #states = 0;

  constructor(readonly source: Source) {}

  /** Number of different prefixes that were declared anywhere so far. */
  declaredPrefixes = 0;

  /** Number of declarations in force. */
  get inScope(): number {
    return this.#scope.length;
  }

  /**
   * @param hash of the bytes; it only says where to look first.
   * @throws {SignatureRefused} `xml-malformed` or `xml-namespace` for what is not a name.
   */
  find(start: number, end: number, hash: number): QualifiedName {
    const slot = (hash ^ (hash >>> 12)) & (recentNames - 1);
    const recent = this.#recent[slot];
    if (
      recent !== undefined &&
      recent.length === end - start &&
      this.source.repeats(recent.start, end - start, start)
    ) {
      return recent;
    }
    const raw = this.source.text.slice(start, end);
    let found = this.#names.get(raw);
    if (found === undefined) {
      found = this.#make(raw, start, end);
      this.#names.set(raw, found);
    }
    this.#recent[slot] = found;
    return found;
  }

  #make(raw: string, start: number, end: number): QualifiedName {
    const name = this.source.decode(start, end);
    if (name.length !== raw.length && !isName(name))
      throw new SignatureRefused('xml-malformed', `offset ${start}`);
    const colon = name.indexOf(':');
    const prefix = colon < 0 ? '' : name.slice(0, colon);
    const local = colon < 0 ? name : localName(name, colon + 1);
    const declares = prefix === 'xmlns' || name === 'xmlns';
    if (declares) this.declaredPrefixes++;
    const isId = local.length === 2 && local.toLowerCase() === 'id';
    const prefixBit = prefix === 'xml' || prefix === 'xmlns' ? 0 : this.#bitOf(prefix);
    return {
      start,
      length: raw.length,
      raw,
      name,
      prefix,
      local,
      prefixBit,
      declares,
      isId,
      lastElement: 0,
      namespace: '',
      scopeState: -1,
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
    this.#state = ++this.#states;
  }

  /** Forgets the last declarations: the element that made them has ended. */
  forget(count: number): void {
    for (let i = count; i > 0; i--) this.#scope.pop();
    this.#state = ++this.#states;
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

/** What follows the colon must be a name of its own. */
function localName(name: string, from: number): string {
  const local = name.slice(from);
  if (from === 1 || local.includes(':') || !startsLocalName(local)) {
    throw new SignatureRefused('xml-namespace', 'malformed name');
  }
  return local;
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
