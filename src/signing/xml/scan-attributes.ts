import { SignatureRefused } from '../refusals.js';
import { inCanonicalOrder, refuseDuplicates, refuseTwice } from './attribute-rules.js';
import { classes, whiteSpace } from './characters.js';
import type { XmlLimits } from './limits.js';
import { noteValue } from './name-texts.js';
import { xsiNamespace } from './names.js';
import { declarationOf, type QualifiedName, type QualifiedNames } from './qualified-names.js';
import type { CharacterData } from './scan-data.js';
import { ScannedAttribute, type ScannedElement } from './scanned-element.js';
import type { Source } from './source.js';
import type { NamespaceDeclaration } from './tree.js';

const slash = 0x2f;
const quotationMark = 0x22;
const equals = 0x3d;
const greaterThan = 0x3e;

/** Reads what stands in a start tag behind the name. */
export class AttributeScanner {
  readonly #bytes: Uint8Array;
  #at = 0;
  #attributes = 0;
  #declarations = 0;
  /** Number of the start tag that is being read, and whether it is canonical so far. */
  #tag = 0;
  #tagIsCanonical = true;
  /** Ids are noted once, however often a part is read. */
  #notesIds = true;

  constructor(
    readonly source: Source,
    readonly names: QualifiedNames,
    readonly data: CharacterData,
    readonly limits: XmlLimits,
  ) {
    this.#bytes = source.bytes;
  }

  /** What follows was read before. */
  again(): void {
    this.#notesIds = false;
    this.#attributes = 0;
    this.#declarations = 0;
  }

  /**
   * Completes an element of which name and start are known. It has an end then when it is empty by its tag.
   *
   * @param from behind the name, and not at `>`.
   * @returns the offset behind the `>`.
   * @throws {SignatureRefused} with an `xml-…` code.
   */
  read(element: ScannedElement, from: number): number {
    if (this.#isRepeated(element)) return element.contentStart;
    const bytes = this.#bytes;
    this.#at = from;
    this.#tag++;
    this.#tagIsCanonical = true;
    const attributes: ScannedAttribute[] = [];
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
      if (attributes.length >= this.limits.attributesPerElement) {
        throw new SignatureRefused('xml-too-many-attributes');
      }
      attributes.push(this.#attribute());
    }
    element.contentStart = this.#at + 1;
    const ids = this.source.ids.length;
    this.#take(element, attributes);
    element.namespace = this.names.resolve(element.qualified);
    element.tagIsCanonical = this.#tagIsCanonical;
    if (element.declarations.length === 0 && this.source.ids.length === ids) this.names.noteTag(element);
    return element.contentStart;
  }

  /**
   * The same start tag, byte for byte, was read where the same declarations are in force: a signature repeats
   * some for each Reference. It holds neither declarations nor ids.
   */
  #isRepeated(element: ScannedElement): boolean {
    const tag = this.names.repeatedTag(element.qualified, element.start);
    if (tag === undefined) return false;
    this.#attributes += tag.attributes.length;
    this.#limitAttributes();
    element.attributes = tag.attributes;
    element.namespace = tag.namespace;
    element.namePrefixes = tag.namePrefixes;
    element.tagIsCanonical = tag.isCanonical;
    element.contentStart = element.start + tag.length;
    if (tag.isEmpty) {
      element.contentEnd = element.contentStart;
      element.end = element.contentStart;
    }
    return true;
  }

  #attribute(): ScannedAttribute {
    const bytes = this.#bytes;
    const qualified = this.names.read(this.#at);
    this.#at = this.names.end;
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
    const usual = this.#usualValue(qualified, start, quote);
    const end = usual === undefined ? this.#endOfValue(qualified, start, quote) : start + usual.length;
    if (end - start > this.limits.attributeLength) throw new SignatureRefused('xml-attribute-too-long');
    this.#at = end + 1;
    if (qualified.lastTag === this.#tag) refuseTwice(start);
    qualified.lastTag = this.#tag;
    return new ScannedAttribute(
      this.source,
      qualified,
      start,
      end,
      usual !== undefined || this.data.isPlain,
      usual,
    );
  }

  /** The value, when it is the one that an attribute of this name had before. */
  #usualValue({ text }: QualifiedName, start: number, quote: number): string | undefined {
    const { usualValue } = text;
    if (usualValue === undefined || quote !== quotationMark) return undefined;
    if (this.#bytes[start + usualValue.length] !== quotationMark) return undefined;
    return this.source.text.startsWith(usualValue, start) ? usualValue : undefined;
  }

  #endOfValue({ text }: QualifiedName, start: number, quote: number): number {
    const { data, source } = this;
    const end = data.endOfValue(start, quote);
    if (!data.isCanonical) this.#tagIsCanonical = false;
    else if (data.isPlain && text.usualValue === undefined && source.isAsciiUntil(end)) {
      noteValue(text, source.text.slice(start, end));
    }
    return end;
  }

  #skipSpace(): void {
    while (((classes[this.#bytes[this.#at] as number] as number) & whiteSpace) !== 0) this.#at++;
  }

  #spaceAround(): void {
    this.#tagIsCanonical = false;
    this.#skipSpace();
  }

  /** Sorts declarations out, counts, resolves the rest. */
  #take(element: ScannedElement, all: ScannedAttribute[]): void {
    const { limits, names } = this;
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
    this.#limitAttributes();
    if (
      this.#declarations > limits.namespaces ||
      names.inScope > limits.namespacesInScope ||
      names.declaredPrefixes > limits.prefixes
    ) {
      throw new SignatureRefused('xml-too-many-namespaces');
    }
    let prefixed = 0;
    let prefixes = element.qualified.prefixBit;
    for (const attribute of attributes) {
      const { qualified } = attribute;
      if (qualified.isId && this.#notesIds) this.source.ids.push(attribute);
      if (qualified.prefix === '') continue;
      attribute.namespace = names.resolve(qualified);
      if (attribute.namespace === xsiNamespace && attribute.local === 'type') this.source.hasTypes = true;
      prefixes |= qualified.prefixBit;
      prefixed++;
    }
    if (prefixed > 1) refuseDuplicates(attributes);
    if (this.#tagIsCanonical && !inCanonicalOrder(attributes)) this.#tagIsCanonical = false;
    element.namePrefixes = prefixes;
    if (attributes.length > 0) element.attributes = attributes;
  }

  #limitAttributes(): void {
    if (this.#attributes > this.limits.attributes) throw new SignatureRefused('xml-too-many-attributes');
  }
}

function malformed(at: number): never {
  throw new SignatureRefused('xml-malformed', `offset ${at}`);
}
