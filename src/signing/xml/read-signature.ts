import { type RefusalCode, SignatureRefused } from '../refusals.js';
import {
  digestOfUri,
  type HashName,
  signatureAlgorithmOfUri,
  type XmlSignatureAlgorithm,
} from './algorithms.js';
import { bytesOfBase64, decodeBase64, packBase64 } from './base64.js';
import { defaultXmlLimits } from './limits.js';
import type { PartName } from './locate-parts.js';
import { dsNamespace, exclusiveC14n, wsuNamespace } from './names.js';
import { attributeOf, elementsOf, isEmpty, isNamed, textOf, type XmlElement } from './tree.js';

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
  /** Canonical base64, of as many bytes as the hash has. */
  readonly digest: string;
}

interface Target extends Pick<ReadReference, 'part' | 'element'> {
  readonly id: string;
}

const { references: mostReferences } = defaultXmlLimits;
const mostPrefixes = 64;
const hashBytes: Record<HashName, number> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

const signatureContent = ['SignedInfo', 'SignatureValue', 'KeyInfo'] as const;
const referenceContent = ['Transforms', 'DigestMethod', 'DigestValue'] as const;

const none: readonly never[] = [];
const idAlone = ['Id'];
const uriAndId = ['URI', 'Id'];
const algorithmAlone = ['Algorithm'];
const prefixListAlone = ['PrefixList'];

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
  allowAttributes(signature, idAlone);
  const [signedInfo, value, keyInfo] = children(signature, signatureContent, 'signature-structure');
  allowAttributes(signedInfo, idAlone);
  allowAttributes(value, idAlone);
  allowAttributes(keyInfo, idAlone);

  const content = elementsOf(signedInfo) ?? [];
  const [canonicalization, method] = content;
  if (
    canonicalization === undefined ||
    method === undefined ||
    !isNamed(canonicalization, dsNamespace, 'CanonicalizationMethod') ||
    !isNamed(method, dsNamespace, 'SignatureMethod')
  ) {
    throw new SignatureRefused('signature-structure', 'SignedInfo');
  }
  for (let i = 2; i < content.length; i++) {
    if (!isNamed(content[i] as XmlElement, dsNamespace, 'Reference'))
      throw new SignatureRefused('signature-structure', 'SignedInfo');
  }
  if (content.length === 2 || content.length > 2 + mostReferences) {
    throw new SignatureRefused('signature-reference-count');
  }
  const prefixList = exclusive(canonicalization, 'signature-canonicalization');
  const algorithm = signatureAlgorithmOfUri(algorithmUri(method), acceptSha1);
  if (algorithm === undefined) throw new SignatureRefused('signature-algorithm');
  if (!isEmpty(method)) throw new SignatureRefused('signature-method-content');

  const targets: Target[] = [];
  for (const [part, element] of parts) {
    const id = attributeOf(element, wsuNamespace, 'Id');
    if (id !== undefined) targets.push({ id, part, element });
  }
  const covered = new Set<PartName>();
  const references: ReadReference[] = [];
  for (let i = 2; i < content.length; i++) {
    const reference = content[i] as XmlElement;
    const target = targetOf(attributeOf(reference, '', 'URI') ?? '', targets);
    if (target === undefined) throw new SignatureRefused('signature-reference-target');
    if (covered.has(target.part)) throw new SignatureRefused('signature-reference-repeated', target.part);
    covered.add(target.part);
    references.push(readReference(reference, target, acceptSha1));
  }
  for (const part of parts.keys()) {
    if (part === 'body' && bodyMayBeUnsigned) continue;
    if (!covered.has(part)) throw new SignatureRefused(`coverage-${part}`);
  }
  const signatureValue = decodeBase64(textOf(value) ?? '');
  if (signatureValue === undefined) throw new SignatureRefused('signature-base64', value.local);
  return { signedInfo, prefixList, algorithm, references, value: signatureValue, keyInfo };
}

/** Each id names one element: a repeated one was refused before. */
function targetOf(uri: string, targets: readonly Target[]): Target | undefined {
  if (!uri.startsWith('#')) return undefined;
  for (const target of targets) {
    if (uri.length === target.id.length + 1 && uri.endsWith(target.id)) return target;
  }
  return undefined;
}

function readReference(reference: XmlElement, { part, element }: Target, acceptSha1: boolean): ReadReference {
  allowAttributes(reference, uriAndId);
  const [transforms, method, value] = children(reference, referenceContent, 'signature-reference-structure');
  allowAttributes(transforms, none);
  const inTransforms = elementsOf(transforms) ?? none;
  const [transform] = inTransforms;
  if (transform === undefined || inTransforms.length > 1 || !isNamed(transform, dsNamespace, 'Transform')) {
    throw new SignatureRefused('signature-transform');
  }
  const prefixList = exclusive(transform, 'signature-transform');
  const hash = digestOfUri(algorithmUri(method), acceptSha1);
  if (hash === undefined || !isEmpty(method)) throw new SignatureRefused('signature-digest-algorithm');
  allowAttributes(value, none);
  const digest = base64Of(value);
  if (bytesOfBase64(digest) !== hashBytes[hash])
    throw new SignatureRefused('signature-base64', 'digest length');
  return { part, element, prefixList, hash, digest };
}

/** Exactly these children in this order, nothing but white space between them. */
function children<Names extends readonly string[]>(
  element: XmlElement,
  names: readonly [...Names],
  code: RefusalCode,
): { [Index in keyof Names]: XmlElement } {
  const found = elementsOf(element) ?? [];
  if (found.length !== names.length) throw new SignatureRefused(code, element.local);
  for (let i = 0; i < names.length; i++) {
    if (!isNamed(found[i] as XmlElement, dsNamespace, names[i] as string))
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
  allowAttributes(element, algorithmAlone);
  return attributeOf(element, '', 'Algorithm') ?? '';
}

/** The PrefixList of an element that must name exclusive C14N without comments; empty without one. */
function exclusive(element: XmlElement, code: RefusalCode): readonly string[] {
  if (algorithmUri(element) !== exclusiveC14n) throw new SignatureRefused(code);
  const content = elementsOf(element) ?? refuseContent(code);
  const [inclusive] = content;
  if (inclusive === undefined) return none;
  if (content.length > 1 || !isNamed(inclusive, exclusiveC14n, 'InclusiveNamespaces')) refuseContent(code);
  allowAttributes(inclusive, prefixListAlone);
  const list = attributeOf(inclusive, '', 'PrefixList');
  if (list === undefined || !isEmpty(inclusive)) throw new SignatureRefused('signature-prefix-list');
  const prefixes = list.split(/[ \t\r\n]+/).filter((prefix) => prefix !== '');
  if (prefixes.length > mostPrefixes) throw new SignatureRefused('signature-prefix-list');
  return prefixes;
}

function refuseContent(code: RefusalCode): never {
  throw new SignatureRefused(code, 'content');
}

function base64Of(element: XmlElement): string {
  const packed = packBase64(textOf(element) ?? '');
  if (packed === undefined) throw new SignatureRefused('signature-base64', element.local);
  return packed;
}
