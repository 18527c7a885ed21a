import { createHash, type KeyObject, sign } from 'node:crypto';
import { canonicalize } from '../../../src/signing/xml/c14n.js';
import { wsuNamespace } from '../../../src/signing/xml/names.js';
import { parseXmlText } from '../../../src/signing/xml/parse.js';
import { attributeOf, type XmlElement } from '../../../src/signing/xml/tree.js';

const sha1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
const rsaSha1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';

/** What is made with SHA-1; the rest stays as it is. */
export interface Sha1Use {
  readonly digests?: boolean;
  readonly signature?: boolean;
}

/** Signs a message of ours again as an old registry would: SHA-1 digests under rsa-sha1. */
export function toSha1(
  text: string,
  key: KeyObject,
  { digests = true, signature = true }: Sha1Use = {},
): string {
  const root = parseXmlText(text);
  const digested = digests
    ? text.replace(/<ds:Reference URI="#([^"]*)">.*?<\/ds:Reference>/g, (reference: string, id: string) => {
        const part = find(root, (element) => attributeOf(element, wsuNamespace, 'Id') === id);
        if (part === undefined) throw new Error(`No part ${id}.`);
        const digest = createHash('sha1').update(canonicalize(part)).digest('base64');
        return reference
          .replace(/(<ds:DigestMethod Algorithm=")[^"]*/, (_, before: string) => before + sha1)
          .replace(/(<ds:DigestValue>)[^<]*/, (_, before: string) => before + digest);
      })
    : text;
  const named = signature
    ? digested.replace(/(<ds:SignatureMethod Algorithm=")[^"]*/, (_, before: string) => before + rsaSha1)
    : digested;
  const signedInfo = find(parseXmlText(named), ({ local }) => local === 'SignedInfo');
  if (signedInfo === undefined) throw new Error('Nothing to sign.');
  const value = sign(signature ? 'sha1' : 'sha256', Buffer.from(canonicalize(signedInfo)), key);
  return named.replace(
    /(<ds:SignatureValue>)[^<]*/,
    (_, before: string) => before + value.toString('base64'),
  );
}

function find(element: XmlElement, wanted: (element: XmlElement) => boolean): XmlElement | undefined {
  if (wanted(element)) return element;
  for (const child of element.children) {
    const found = typeof child === 'string' ? undefined : find(child, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
