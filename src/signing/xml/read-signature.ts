import { type RefusalCode, SignatureRefused } from '../refusals.js';
import {
  digestOfUri,
  type HashName,
  signatureAlgorithmOfUri,
  type XmlSignatureAlgorithm,
} from './algorithms.js';
import { decodeBase64 } from './base64.js';
import type { PartName } from './locate-parts.js';
import { dsNamespace, exclusiveC14n, wsuNamespace } from './names.js';
import { attributeOf, elementsOf, isNamed, textOf, type XmlElement } from './tree.js';

/** The Signature, read as a closed template: everything in it is known, or it is refused. */
export interface ReadSignature {
  readonly signedInfo: XmlElement;
  /** PrefixList of the canonicalisation of SignedInfo. */
  readonly prefixList: readonly string[];
  readonly algorithm: XmlSignatureAlgorithm;
  readonly references: readonly ReadReference[];
  readonly value: Buffer;
  readonly keyInfo: XmlElement;
}

/** One Reference, bound to the element that it covers. */
export interface ReadReference {
  readonly part: PartName;
  readonly element: XmlElement;
  readonly prefixList: readonly string[];
  readonly hash: HashName;
  readonly digest: Buffer;
}

type Target = Pick<ReadReference, 'part' | 'element'>;

const mostReferences = 10;
const mostPrefixes = 64;
const hashBytes: Record<HashName, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** What only some profiles allow; see `Expectation`. */
export interface SignatureOptions {
  readonly bodyMayBeUnsigned?: boolean | undefined;
  readonly acceptSha1?: boolean | undefined;
}

/** @throws {SignatureRefused} `signature-…` or `coverage-…`. */
export function readSignature(
  signature: XmlElement,
  parts: ReadonlyMap<PartName, XmlElement>,
  { bodyMayBeUnsigned = false, acceptSha1 = false }: SignatureOptions = {},
): ReadSignature {
  allowAttributes(signature, ['Id']);
  const [signedInfo, value, keyInfo] = children(
    signature,
    ['SignedInfo', 'SignatureValue', 'KeyInfo'],
    'signature-structure',
  );
  allowAttributes(signedInfo, ['Id']);
  allowAttributes(value, ['Id']);
  allowAttributes(keyInfo, ['Id']);

  const [canonicalization, method, ...references] = elementsOf(signedInfo) ?? [];
  if (
    canonicalization === undefined ||
    method === undefined ||
    !isNamed(canonicalization, dsNamespace, 'CanonicalizationMethod') ||
    !isNamed(method, dsNamespace, 'SignatureMethod') ||
    !references.every((reference) => isNamed(reference, dsNamespace, 'Reference'))
  ) {
    throw new SignatureRefused('signature-structure', 'SignedInfo');
  }
  if (references.length === 0 || references.length > mostReferences) {
    throw new SignatureRefused('signature-reference-count');
  }
  const prefixList = exclusive(canonicalization, 'signature-canonicalization');
  const algorithm = signatureAlgorithmOfUri(algorithmUri(method), acceptSha1);
  if (algorithm === undefined) throw new SignatureRefused('signature-algorithm');
  if (method.children.length > 0) throw new SignatureRefused('signature-method-content');

  const byId = new Map<string, Target>();
  for (const [part, element] of parts) {
    const id = attributeOf(element, wsuNamespace, 'Id');
    if (id !== undefined) byId.set(`#${id}`, { part, element });
  }
  const covered = new Set<PartName>();
  const read = references.map((reference) => {
    const target = byId.get(attributeOf(reference, '', 'URI') ?? '');
    if (target === undefined) throw new SignatureRefused('signature-reference-target');
    if (covered.has(target.part)) throw new SignatureRefused('signature-reference-repeated', target.part);
    covered.add(target.part);
    return readReference(reference, target, acceptSha1);
  });
  for (const part of parts.keys()) {
    if (part === 'body' && bodyMayBeUnsigned) continue;
    if (!covered.has(part)) throw new SignatureRefused(`coverage-${part}`);
  }
  return { signedInfo, prefixList, algorithm, references: read, value: base64Of(value), keyInfo };
}

function readReference(reference: XmlElement, { part, element }: Target, acceptSha1: boolean): ReadReference {
  allowAttributes(reference, ['URI', 'Id']);
  const [transforms, method, value] = children(
    reference,
    ['Transforms', 'DigestMethod', 'DigestValue'],
    'signature-reference-structure',
  );
  allowAttributes(transforms, []);
  const [transform, ...more] = elementsOf(transforms) ?? [];
  if (transform === undefined || more.length > 0 || !isNamed(transform, dsNamespace, 'Transform')) {
    throw new SignatureRefused('signature-transform');
  }
  const prefixList = exclusive(transform, 'signature-transform');
  const hash = digestOfUri(algorithmUri(method), acceptSha1);
  if (hash === undefined || method.children.length > 0)
    throw new SignatureRefused('signature-digest-algorithm');
  allowAttributes(value, []);
  const digest = base64Of(value);
  if (digest.length !== hashBytes[hash]) throw new SignatureRefused('signature-base64', 'digest length');
  return { part, element, prefixList, hash, digest };
}

/** Exactly these children in this order, nothing but white space between them. */
function children<Names extends readonly string[]>(
  element: XmlElement,
  names: readonly [...Names],
  code: RefusalCode,
): { [Index in keyof Names]: XmlElement } {
  const found = elementsOf(element) ?? [];
  if (
    found.length !== names.length ||
    !found.every((child, i) => isNamed(child, dsNamespace, names[i] ?? ''))
  ) {
    throw new SignatureRefused(code, element.local);
  }
  return found as { [Index in keyof Names]: XmlElement };
}

function allowAttributes(element: XmlElement, names: readonly string[]): void {
  for (const { local, namespace } of element.attributes) {
    if (namespace !== '' || !names.includes(local))
      throw new SignatureRefused('signature-attribute', element.local);
  }
}

function algorithmUri(element: XmlElement): string {
  allowAttributes(element, ['Algorithm']);
  return attributeOf(element, '', 'Algorithm') ?? '';
}

/** The PrefixList of an element that must name exclusive C14N without comments; empty without one. */
function exclusive(element: XmlElement, code: RefusalCode): readonly string[] {
  if (algorithmUri(element) !== exclusiveC14n) throw new SignatureRefused(code);
  const [inclusive, ...more] = elementsOf(element) ?? refuseContent(code);
  if (inclusive === undefined) return [];
  if (more.length > 0 || !isNamed(inclusive, exclusiveC14n, 'InclusiveNamespaces')) refuseContent(code);
  allowAttributes(inclusive, ['PrefixList']);
  const list = attributeOf(inclusive, '', 'PrefixList');
  if (list === undefined || inclusive.children.length > 0)
    throw new SignatureRefused('signature-prefix-list');
  const prefixes = list.split(/[ \t\r\n]+/).filter((prefix) => prefix !== '');
  if (prefixes.length > mostPrefixes) throw new SignatureRefused('signature-prefix-list');
  return prefixes;
}

function refuseContent(code: RefusalCode): never {
  throw new SignatureRefused(code, 'content');
}

function base64Of(element: XmlElement): Buffer {
  const bytes = decodeBase64(textOf(element) ?? '');
  if (bytes === undefined) throw new SignatureRefused('signature-base64', element.local);
  return bytes;
}
