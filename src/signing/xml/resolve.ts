import { SignatureRefused } from '../refusals.js';
import { xmlNamespace, xmlnsNamespace } from './names.js';
import type { NamespaceDeclaration, XmlAttribute } from './tree.js';

/** Declarations in force, outermost first. */
export type NameScope = NamespaceDeclaration[];

/** The parts of an element's name. */
export interface ElementName {
  readonly name: string;
  readonly prefix: string;
  readonly local: string;
  readonly namespace: string;
}

/**
 * Reads an attribute as a namespace declaration.
 *
 * @returns undefined when it is an ordinary attribute.
 * @see https://www.w3.org/TR/xml-names/ §3
 */
export function declarationOf(name: string, value: string): NamespaceDeclaration | undefined {
  if (!name.startsWith('xmlns') || (name.length > 5 && name.charCodeAt(5) !== colon)) return undefined;
  const prefix = name.length === 5 ? '' : localName(name, 6);
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

export function resolveElement(scope: NameScope, name: string): ElementName {
  const at = name.indexOf(':');
  if (at < 0) return { name, prefix: '', local: name, namespace: lookUp(scope, '') };
  const prefix = name.slice(0, at);
  return { name, prefix, local: localName(name, at + 1), namespace: lookUp(scope, prefix) };
}

export function resolveAttribute(scope: NameScope, name: string, value: string): XmlAttribute {
  const at = name.indexOf(':');
  if (at < 0) return { name, prefix: '', local: name, namespace: '', value };
  const prefix = name.slice(0, at);
  return { name, prefix, local: localName(name, at + 1), namespace: lookUp(scope, prefix), value };
}

/** Two attributes may not have the same namespace and local name, whatever their prefixes (§6.3). */
export function refuseDuplicates(attributes: readonly XmlAttribute[]): void {
  for (let i = 1; i < attributes.length; i++) {
    const { local, namespace } = attributes[i] as XmlAttribute;
    for (let j = 0; j < i; j++) {
      const other = attributes[j] as XmlAttribute;
      if (other.local === local && other.namespace === namespace) {
        throw new SignatureRefused('xml-malformed', 'attribute twice');
      }
    }
  }
}

const colon = 0x3a;
// RFC 3986 §3.1
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/;

function lookUp(scope: NameScope, prefix: string): string {
  for (let i = scope.length - 1; i >= 0; i--) {
    const declaration = scope[i] as NamespaceDeclaration;
    if (declaration.prefix === prefix) return declaration.uri;
  }
  if (prefix === '') return '';
  if (prefix === 'xml') return xmlNamespace;
  throw new SignatureRefused('xml-namespace', 'prefix not declared');
}

/** What follows the colon must be a name of its own: the parser only looked at the whole. */
function localName(name: string, from: number): string {
  const local = name.slice(from);
  if (from === 1 || local.includes(':') || !startsName(local)) {
    throw new SignatureRefused('xml-namespace', 'malformed name');
  }
  return local;
}

function startsName(local: string): boolean {
  const lower = local.charCodeAt(0) | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || nameStart.test(local);
}

// Namespaces in XML 1.0 §3, NCNameStartChar.
const nameStart =
  /^[A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}]/u;
