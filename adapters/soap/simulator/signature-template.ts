import { childElements, type DomElement, isNamed, onlyChild } from './read-xml.js';
import { uri } from './wire-names.js';

/**
 * Holds the form of a signature against the only one that the profile allows, before anything is computed:
 * exclusive C14N, one Reference a part, one transform, SHA-256, and exactly the required parts.
 *
 * @param algorithm URI that belongs to the pinned key.
 * @param required every element that must be signed; no other may be.
 * @returns the referenced elements in the order of the References.
 * @throws {Error} for anything else.
 */
export function checkTemplate(
  signature: DomElement,
  token: DomElement,
  algorithm: string,
  required: readonly DomElement[],
): DomElement[] {
  const [signedInfo, value, keyInfo, ...rest] = childElements(signature);
  if (
    !isNamed(signedInfo, uri.ds, 'SignedInfo') ||
    !isNamed(value, uri.ds, 'SignatureValue') ||
    !isNamed(keyInfo, uri.ds, 'KeyInfo') ||
    rest.length > 0
  ) {
    throw new Error('not the form of a signature');
  }
  checkKeyInfo(keyInfo, idOf(token));

  const [canonicalization, method, ...references] = childElements(signedInfo);
  mustBe(canonicalization, 'CanonicalizationMethod', uri.exclusiveC14n);
  mustBe(method, 'SignatureMethod', algorithm);
  if (method !== undefined && childElements(method).length > 0)
    throw new Error('parameters of the signature method');
  const byId = new Map(required.map((element) => [`#${idOf(element)}`, element]));
  const covered = references.map((reference) => {
    const element = byId.get(checkReference(reference));
    if (element === undefined) throw new Error('a reference to something else');
    return element;
  });
  if (covered.length !== required.length || new Set(covered).size !== required.length) {
    throw new Error('a required part is not signed');
  }
  return covered;
}

function checkKeyInfo(keyInfo: DomElement, tokenId: string): void {
  const [wrapper, ...others] = childElements(keyInfo);
  if (!isNamed(wrapper, uri.wsse, 'SecurityTokenReference') || others.length > 0)
    throw new Error('not the form of KeyInfo');
  const reference = onlyChild(wrapper, uri.wsse, 'Reference');
  if (reference.getAttribute('URI') !== `#${tokenId}`) throw new Error('KeyInfo names another token');
}

/** @returns its URI. */
function checkReference(reference: DomElement): string {
  if (!isNamed(reference, uri.ds, 'Reference')) throw new Error('not a reference');
  const [transforms, digestMethod, digestValue, ...rest] = childElements(reference);
  if (
    !isNamed(transforms, uri.ds, 'Transforms') ||
    !isNamed(digestValue, uri.ds, 'DigestValue') ||
    rest.length > 0
  ) {
    throw new Error('not the form of a reference');
  }
  mustBe(digestMethod, 'DigestMethod', uri.sha256);
  const [transform, ...others] = childElements(transforms);
  mustBe(transform, 'Transform', uri.exclusiveC14n);
  if (others.length > 0) throw new Error('more than one transform');
  return reference.getAttribute('URI') ?? '';
}

function mustBe(element: DomElement | undefined, localName: string, algorithm: string): void {
  if (!isNamed(element, uri.ds, localName) || element.getAttribute('Algorithm') !== algorithm) {
    throw new Error(`${localName} that is not accepted`);
  }
}

function idOf(element: DomElement): string {
  const id = element.getAttributeNS(uri.wsu, 'Id');
  // Quotes would end the XPath literal in which xml-crypto looks ids up.
  if (id === null || !/^[A-Za-z_][\w.-]*$/.test(id)) throw new Error(`${element.localName} has no usable id`);
  return id;
}
