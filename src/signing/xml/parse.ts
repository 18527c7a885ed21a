import { SaxesParser } from 'saxes';
import { SignatureRefused } from '../refusals.js';
import { decodeUtf8, refuseMarkupDeclarations, withoutDeclaration } from './decode.js';
import { defaultXmlLimits, type XmlLimits } from './limits.js';
import {
  declarationOf,
  type NameScope,
  refuseDuplicates,
  resolveAttribute,
  resolveElement,
} from './resolve.js';
import type { NamespaceDeclaration, XmlElement } from './tree.js';

/**
 * The one strict parse: bytes to a small immutable tree. Well-formed XML 1.0 with namespaces, UTF-8, without
 * DOCTYPE, comments, CDATA sections and processing instructions; an XML declaration may stand in front.
 *
 * @throws {SignatureRefused} with an `xml-…` code; `where` is an offset, never a piece of the message.
 */
export function parseXml(bytes: Uint8Array, limits: XmlLimits = defaultXmlLimits): XmlElement {
  if (bytes.byteLength > limits.bytes) throw new SignatureRefused('xml-too-large');
  return parseXmlText(decodeUtf8(bytes), limits);
}

/** As {@link parseXml}, for text that is already decoded (a Body that is about to be signed). */
export function parseXmlText(text: string, limits: XmlLimits = defaultXmlLimits): XmlElement {
  if (text.length > limits.bytes) throw new SignatureRefused('xml-too-large');
  const document = withoutDeclaration(text);
  refuseMarkupDeclarations(document);
  refuseManyTags(document, limits);
  const builder = new TreeBuilder(limits);
  const parser = new SaxesParser({ position: false });
  parser.on('opentagstart', () => builder.begin());
  parser.on('attribute', ({ name, value }) => builder.attribute(name, value));
  parser.on('opentag', ({ name }) => builder.open(name));
  parser.on('closetag', () => builder.close());
  parser.on('text', (run) => builder.text(run));
  try {
    parser.write(document).close();
  } catch (error) {
    if (error instanceof SignatureRefused) throw error;
    // The parser's own sentence may quote the message, so only the place is kept.
    throw new SignatureRefused('xml-malformed', `offset ${parser.position + text.length - document.length}`);
  }
  return builder.root();
}

/** Every element has at most two `<`, so counting them bounds the work before any of it is done. */
function refuseManyTags(text: string, limits: XmlLimits): void {
  let left = limits.elements * 2;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (--left < 0) throw new SignatureRefused('xml-too-many-elements');
  }
}

/** The same shape as {@link XmlElement}, open until the parse is over. */
interface OpenElement extends XmlElement {
  readonly children: (XmlElement | string)[];
  readonly parent: OpenElement | undefined;
}

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** Receives the parser's events, counts, resolves names and builds the tree. */
class TreeBuilder {
  #root: OpenElement | undefined;
  #current: OpenElement | undefined;
  #pending: Attribute[] = [];
  #depth = 0;
  #elements = 0;
  #attributes = 0;
  #declarations = 0;
  readonly #scope: NameScope = [];

  constructor(readonly limits: XmlLimits) {}

  begin(): void {
    if (++this.#depth > this.limits.depth) throw new SignatureRefused('xml-too-deep');
    if (++this.#elements > this.limits.elements) throw new SignatureRefused('xml-too-many-elements');
    this.#pending = [];
  }

  attribute(name: string, value: string): void {
    if (this.#pending.length >= this.limits.attributesPerElement) {
      throw new SignatureRefused('xml-too-many-attributes');
    }
    if (value.length > this.limits.attributeLength) throw new SignatureRefused('xml-attribute-too-long');
    this.#pending.push({ name, value });
  }

  open(name: string): void {
    const declarations: NamespaceDeclaration[] = [];
    const written: Attribute[] = [];
    for (const pending of this.#pending) {
      const declaration = declarationOf(pending.name, pending.value);
      if (declaration === undefined) written.push(pending);
      else declarations.push(declaration);
    }
    this.#count(written.length, declarations);
    const attributes = written.map((attribute) =>
      resolveAttribute(this.#scope, attribute.name, attribute.value),
    );
    refuseDuplicates(attributes);
    const { prefix, local, namespace } = resolveElement(this.#scope, name);
    const parent = this.#current;
    const element: OpenElement = {
      name,
      prefix,
      local,
      namespace,
      attributes,
      declarations,
      children: [],
      parent,
    };
    if (this.#current === undefined) this.#root = element;
    else this.#current.children.push(element);
    this.#current = element;
  }

  #count(attributes: number, declarations: readonly NamespaceDeclaration[]): void {
    this.#attributes += attributes;
    this.#declarations += declarations.length;
    if (this.#attributes > this.limits.attributes) throw new SignatureRefused('xml-too-many-attributes');
    for (const declaration of declarations) this.#scope.push(declaration);
    if (this.#declarations > this.limits.namespaces || this.#scope.length > this.limits.namespacesInScope) {
      throw new SignatureRefused('xml-too-many-namespaces');
    }
  }

  close(): void {
    const closed = this.#current as OpenElement;
    for (let i = closed.declarations.length; i > 0; i--) this.#scope.pop();
    this.#current = closed.parent;
    this.#depth--;
  }

  text(run: string): void {
    // Outside the root the parser lets nothing but white space through.
    if (this.#current === undefined) return;
    if (run.length > this.limits.textLength) throw new SignatureRefused('xml-text-too-long');
    this.#current.children.push(run);
  }

  root(): XmlElement {
    if (this.#root === undefined) throw new SignatureRefused('xml-malformed');
    return this.#root;
  }
}
