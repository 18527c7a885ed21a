import { SignatureRefused } from '../refusals.js';
import { inCanonicalOrder, refuseDuplicates, refuseTwice } from './attribute-rules.js';
import { classes, continuesName, startsName, whiteSpace } from './characters.js';
import type { XmlLimits } from './limits.js';
import { xsiNamespace } from './names.js';
import { declarationOf, type QualifiedName, QualifiedNames } from './qualified-names.js';
import { CharacterData } from './scan-data.js';
import { ScannedAttribute, ScannedElement } from './scanned-element.js';
import type { Source } from './source.js';
import type { NamespaceDeclaration } from './tree.js';

const slash = 0x2f;
const lessThan = 0x3c;
const equals = 0x3d;
const greaterThan = 0x3e;

/**
 * The one pass over a document: well-formedness, namespaces, limits, and what of it is canonical already.
 *
 * @param from offset behind the XML declaration.
 * @throws {SignatureRefused} with an `xml-…` code; `where` is an offset, never a piece of the message.
 */
export function scan(source: Source, from: number, limits: XmlLimits): ScannedElement {
  return new Scanner(source, from, limits).document();
}

class Scanner {
  readonly #bytes: Uint8Array;
  readonly #names: QualifiedNames;
  readonly #data: CharacterData;
  #at: number;
  #depth = 0;
  #elements = 0;
  #attributes = 0;
  #declarations = 0;
  /** Of the start tag that is being read. */
  #tagIsCanonical = true;

  constructor(
    readonly source: Source,
    from: number,
    readonly limits: XmlLimits,
  ) {
    this.#bytes = source.bytes;
    this.#at = from;
    this.#names = new QualifiedNames(source);
    this.#data = new CharacterData(source);
  }

  document(): ScannedElement {
    this.#skipSpace();
    if (this.#bytes[this.#at] !== lessThan) malformed(this.#at);
    const root = this.#startTag(undefined);
    let open: ScannedElement | undefined = root.end === 0 ? root : undefined;
    while (open !== undefined) {
      this.#characterData(open);
      if (this.#bytes[this.#at + 1] === slash) {
        open = this.#endTag(open);
      } else {
        const child = this.#startTag(open);
        open.addElement(child);
        if (child.end === 0) open = child;
        else this.#close(child);
      }
    }
    this.#skipSpace();
    if (this.#at < this.#bytes.length) malformed(this.#at);
    return root;
  }

  #skipSpace(): void {
    while (((classes[this.#bytes[this.#at] as number] as number) & whiteSpace) !== 0) this.#at++;
  }

  #characterData(open: ScannedElement): void {
    const start = this.#at;
    if (this.#bytes[start] === lessThan) return;
    const data = this.#data;
    const end = data.endOfText(start);
    if (end - start > this.limits.textLength) throw new SignatureRefused('xml-text-too-long');
    if (!data.isCanonical) open.contentIsCanonical = false;
    this.#at = end;
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
    const { declarations, parent, qualified } = element;
    if (declarations.length > 0) this.#names.forget(declarations.length);
    if (parent === undefined) return;
    if (!element.tagIsCanonical || !element.contentIsCanonical) parent.contentIsCanonical = false;
    let prefixes = element.contentPrefixes | qualified.prefixBit;
    for (const attribute of element.attributes) {
      if (attribute.qualified.prefix !== '') prefixes |= attribute.qualified.prefixBit;
    }
    parent.contentPrefixes |= prefixes;
  }

  /** At `<`. The element has an end already when it is empty by its tag. */
  #startTag(parent: ScannedElement | undefined): ScannedElement {
    const { limits } = this;
    const bytes = this.#bytes;
    const start = this.#at;
    if (++this.#depth > limits.depth) throw new SignatureRefused('xml-too-deep');
    if (++this.#elements > limits.elements) throw new SignatureRefused('xml-too-many-elements');
    const element = new ScannedElement(this.source, this.#name(start + 1), parent, start);
    this.#tagIsCanonical = true;
    let attributes: ScannedAttribute[] | undefined;
    while (bytes[this.#at] !== greaterThan) {
      const before = this.#at;
      this.#skipSpace();
      const next = bytes[this.#at];
      if (next === greaterThan || next === slash) {
        this.#tagIsCanonical = false;
        if (next === greaterThan) break;
        if (bytes[this.#at + 1] !== greaterThan) malformed(this.#at);
        element.contentEnd = this.#at + 2;
        element.end = this.#at + 2;
        this.#at++;
        break;
      }
      if (this.#at === before) malformed(this.#at);
      if (this.#at !== before + 1 || bytes[before] !== 0x20) this.#tagIsCanonical = false;
      attributes ??= [];
      if (attributes.length >= limits.attributesPerElement) {
        throw new SignatureRefused('xml-too-many-attributes');
      }
      attributes.push(this.#attribute());
    }
    this.#at++;
    element.contentStart = this.#at;
    if (attributes !== undefined) this.#takeAttributes(element, attributes);
    element.namespace = this.#names.resolve(element.qualified);
    element.tagIsCanonical = this.#tagIsCanonical;
    return element;
  }

  #name(start: number): QualifiedName {
    const bytes = this.#bytes;
    const table = classes;
    let byte = bytes[start] as number;
    if (((table[byte] as number) & startsName) === 0) malformed(start);
    let at = start;
    let hash = 0;
    do {
      hash = (hash * 31 + byte) | 0;
      byte = bytes[++at] as number;
    } while (((table[byte] as number) & continuesName) !== 0);
    this.#at = at;
    return this.#names.find(start, at, hash);
  }

  #attribute(): ScannedAttribute {
    const bytes = this.#bytes;
    const qualified = this.#name(this.#at);
    if (bytes[this.#at] !== equals) this.#spaceAround();
    if (bytes[this.#at] !== equals) malformed(this.#at);
    this.#at++;
    let quote = bytes[this.#at] as number;
    if (((classes[quote] as number) & whiteSpace) !== 0) {
      this.#spaceAround();
      quote = bytes[this.#at] as number;
    }
    if (quote !== 0x22 && quote !== 0x27) malformed(this.#at);
    const start = this.#at + 1;
    const data = this.#data;
    const end = data.endOfValue(start, quote);
    if (end - start > this.limits.attributeLength) throw new SignatureRefused('xml-attribute-too-long');
    if (!data.isCanonical) this.#tagIsCanonical = false;
    this.#at = end + 1;
    if (qualified.lastElement === this.#elements) refuseTwice(start);
    qualified.lastElement = this.#elements;
    return new ScannedAttribute(this.source, qualified, start, end, data.isPlain);
  }

  #spaceAround(): void {
    this.#tagIsCanonical = false;
    this.#skipSpace();
  }

  /** Sorts declarations out, counts, resolves the rest. */
  #takeAttributes(element: ScannedElement, all: ScannedAttribute[]): void {
    const { limits } = this;
    const names = this.#names;
    let attributes = all;
    if (all.some(({ qualified }) => qualified.declares)) {
      attributes = [];
      const declarations: NamespaceDeclaration[] = [];
      for (const attribute of all) {
        const { declares, prefix, local } = attribute.qualified;
        if (declares) declarations.push(declarationOf(prefix === '' ? '' : local, attribute.value));
        else attributes.push(attribute);
      }
      this.#tagIsCanonical = false;
      element.declarations = declarations;
      this.#declarations += declarations.length;
      for (const declaration of declarations) names.declare(declaration);
    }
    this.#attributes += attributes.length;
    if (this.#attributes > limits.attributes) throw new SignatureRefused('xml-too-many-attributes');
    if (
      this.#declarations > limits.namespaces ||
      names.inScope > limits.namespacesInScope ||
      names.declaredPrefixes > limits.prefixes
    ) {
      throw new SignatureRefused('xml-too-many-namespaces');
    }
    let prefixed = 0;
    for (const attribute of attributes) {
      if (attribute.qualified.isId) this.source.ids.push(attribute);
      if (attribute.qualified.prefix === '') continue;
      attribute.namespace = names.resolve(attribute.qualified);
      if (attribute.namespace === xsiNamespace && attribute.local === 'type') this.source.hasTypes = true;
      prefixed++;
    }
    if (prefixed > 1) refuseDuplicates(attributes);
    if (this.#tagIsCanonical && !inCanonicalOrder(attributes)) this.#tagIsCanonical = false;
    element.attributes = attributes;
  }
}

function malformed(at: number): never {
  throw new SignatureRefused('xml-malformed', `offset ${at}`);
}
