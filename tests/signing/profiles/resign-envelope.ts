import { createHash, type KeyObject, sign } from 'node:crypto';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { wsuNamespace } from '../../../src/signing/xml/names.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { attributeOf, type XmlElement } from '../../../src/signing/xml/tree.js';

/** Which hash is used, and how the message names it. */
export interface Hashing {
  readonly hash: string;
  readonly uri: string;
}

export const sha1Digest: Hashing = { hash: 'sha1', uri: 'http://www.w3.org/2000/09/xmldsig#sha1' };
export const rsaSha1: Hashing = { hash: 'sha1', uri: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' };
const sha256Digest: Hashing = { hash: 'sha256', uri: 'http://www.w3.org/2001/04/xmlenc#sha256' };
const rsaSha256: Hashing = { hash: 'sha256', uri: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' };

/** As an old registry would sign it: SHA-1 digests under rsa-sha1. */
export function toSha1(text: string, key: KeyObject): string {
  return resign(text, key, sha1Digest, rsaSha1);
}

/**
 * Computes digests and signature of a message of ours again: what a partner gone bad could send.
 *
 * @param only ids of the parts whose digests are computed. Default: all.
 */
export function resign(
  text: string,
  key: KeyObject,
  digest: Hashing = sha256Digest,
  signature: Hashing = rsaSha256,
  only?: readonly string[],
): string {
  const root = parseXmlText(text);
  const digested = text.replace(
    /<ds:Reference [^>]*?URI="#([^"]*)">.*?<\/ds:Reference>/gs,
    (reference: string, id: string) => {
      const part = find(root, (element) => attributeOf(element, wsuNamespace, 'Id') === id);
      if (part === undefined || only?.includes(id) === false) return reference;
      const value = createHash(digest.hash)
        .update(canonicalize(part, prefixListOf(reference)))
        .digest('base64');
      return reference
        .replace(/(<ds:DigestMethod Algorithm=")[^"]*/, (_, before: string) => before + digest.uri)
        .replace(/(<ds:DigestValue>)[^<]*/, (_, before: string) => before + value);
    },
  );
  const named = digested.replace(
    /(<ds:SignatureMethod Algorithm=")[^"]*/,
    (_, before: string) => before + signature.uri,
  );
  const signedInfo = find(parseXmlText(named), ({ local }) => local === 'SignedInfo');
  if (signedInfo === undefined) throw new Error('Nothing to sign.');
  const method = /<ds:CanonicalizationMethod .*?<\/ds:CanonicalizationMethod>/s.exec(named)?.[0] ?? '';
  const bytes = Buffer.from(canonicalize(signedInfo, prefixListOf(method)));
  const value = sign(signature.hash, bytes, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  return named.replace(/(<ds:SignatureValue[^>]*>)[^<]*/, (_, before: string) => before + value);
}

/** By splitting at white space, as the recommendation says (Exclusive XML Canonicalization §4). */
function prefixListOf(text: string): readonly string[] {
  return (/ PrefixList="([^"]*)"/.exec(text)?.[1] ?? '').split(/\s+/).filter((prefix) => prefix !== '');
}

function find(element: XmlElement, wanted: (element: XmlElement) => boolean): XmlElement | undefined {
  if (wanted(element)) return element;
  for (const child of element.children) {
    const found = typeof child === 'string' ? undefined : find(child, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
