import { isDeepStrictEqual } from 'node:util';
import { type XmlElement as LibxmlElement, XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { SignatureRefused } from '../../src/signing/refusals.js';
import { canonicalize } from '../../src/signing/xml/c14n.js';
import { defaultXmlLimits } from '../../src/signing/xml/limits.js';
import { parseXml } from '../../src/signing/xml/parse.js';
import type { XmlElement } from '../../src/signing/xml/tree.js';
import { elementsInOrder, type RandomDocument } from '../signing/xml/random-documents.js';
import { plainTree, treeBySaxes } from './saxes-tree.js';

/** A sentence about what differs; undefined when nothing does, or when it is known why. */
export type Difference = string | undefined;

/**
 * Exclusive canonicalisation of one element of a well-formed document: ours is libxml2's, byte for byte. Once as the
 * document was written, and once out of its canonical form, most of which can be taken over as it stands.
 */
export function compareCanonical(document: RandomDocument): Difference {
  const whole = libxmlCanonical(Buffer.from(document.xml));
  if (whole instanceof Error) return `libxml2 refuses: ${whole.message}`;
  return compareElement(document) ?? compareElement({ ...document, xml: whole });
}

function compareElement({ xml, apex, prefixList }: RandomDocument): Difference {
  const element = elementsInOrder(parseXml(Buffer.from(xml)))[apex] as XmlElement;
  const ours = canonicalize(element, prefixList);
  const late = elementsInOrder(parseUnread(Buffer.from(xml)))[apex] as XmlElement;
  if (canonicalize(late, prefixList) !== ours) return 'c14n of a tree made later differs';
  const theirs = libxmlCanonical(Buffer.from(xml), { apex, prefixList });
  return ours === theirs ? undefined : `c14n: ours ${ours}, libxml2's ${String(theirs)}`;
}

/**
 * What our parser takes, saxes and libxml2 take as well, and all three read the same. What only we refuse must
 * be refused for a reason on the list of `docs/decisions/0010-own-xml-scanner.md`.
 */
export function compareParsers(text: string): Difference {
  const bytes = Buffer.from(text);
  // Half a character becomes U+FFFD on its way into bytes: all three get to see that.
  const decoded = bytes.toString();
  const bySaxes = treeBySaxes(decoded);
  const byLibxml = libxmlCanonical(bytes);
  let root: XmlElement;
  try {
    root = parseXml(bytes);
  } catch (error) {
    if (!(error instanceof SignatureRefused)) return `ours failed: ${String(error)}`;
    if (refusalOf(() => parseUnread(bytes)) !== error.message) return 'refused otherwise without a tree';
    if (bySaxes instanceof Error || byLibxml instanceof Error) return undefined;
    return onStrictList.has(error.code) ? undefined : `only ours refuses: ${error.message}`;
  }
  if (bySaxes instanceof Error) return `saxes refuses: ${bySaxes.message}`;
  if (!isDeepStrictEqual(plainTree(root), bySaxes)) return 'saxes reads another tree';
  // libxml2 also looks whether a namespace name is a URI, which Namespaces in XML 1.0 leaves open.
  if (byLibxml instanceof Error && /is not a valid URI|is not absolute/.test(byLibxml.message))
    return undefined;
  if (byLibxml instanceof Error) return `libxml2 refuses: ${byLibxml.message}`;
  const ours = canonicalize(root);
  const unread = parseUnread(bytes);
  if (canonicalize(unread) !== ours) return 'c14n without a tree differs';
  if (!isDeepStrictEqual(plainTree(parseUnread(bytes)), bySaxes)) return 'a tree made later differs';
  return ours === byLibxml ? undefined : `libxml2 reads ${byLibxml}, ours ${ours}`;
}

/** As an envelope is parsed: of what is inside no tree is made before somebody asks. */
function parseUnread(bytes: Uint8Array): XmlElement {
  return parseXml(bytes, defaultXmlLimits, 'content');
}

function refusalOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return error instanceof SignatureRefused ? error.message : String(error);
  }
}

const onStrictList: ReadonlySet<string> = new Set([
  'xml-doctype',
  'xml-comment',
  'xml-cdata',
  'xml-processing-instruction',
  'xml-byte-order-mark',
  'xml-declaration',
  'xml-namespace',
]);

function libxmlCanonical(
  bytes: Uint8Array,
  part?: { readonly apex: number; readonly prefixList: readonly string[] },
): string | Error {
  try {
    const document = XmlDocument.fromBuffer(bytes);
    try {
      const mode = XmlC14NMode.XML_C14N_EXCLUSIVE_1_0;
      if (part === undefined) return document.canonicalizeToString({ mode });
      const element = document.get(`(//*)[${part.apex + 1}]`) as LibxmlElement;
      return element.canonicalizeToString({ mode, inclusiveNamespacePrefixes: [...part.prefixList] });
    } finally {
      document.dispose();
    }
  } catch (error) {
    return error as Error;
  }
}
