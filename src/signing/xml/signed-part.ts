import { createHash, hash } from 'node:crypto';
import { sha256Uri } from './algorithms.js';
import { bytesOfText } from './decode-text.js';
import { escapeAttribute } from './escape.js';
import { exclusiveC14n } from './names.js';
import { passingBytes } from './pieces.js';

/** Bytes of the ids that we write; content may not use them, or a Reference would be ambiguous. */
export const idStem = 'ura-';

/** A signed element that we write. All text here is UTF-8 with one character for each byte; see `Source`. */
export interface SignedPart {
  /** As it stands in the message. */
  readonly xml: string;
  /** Its Reference, canonical, with the SHA-256 of its canonical form. */
  readonly reference: string;
}

export interface PartContent {
  readonly name: string;
  /** Declarations that the canonical form has, in the order of their prefixes. */
  readonly declarations: string;
  /** Those of them that the Envelope does not have. Default: none. */
  readonly ownDeclarations?: string;
  /** Attributes without namespace: in canonical order they come before wsu:Id. */
  readonly attributes?: string;
  readonly content: string;
  readonly prefixList?: readonly string[];
}

/** Writes a part both ways: as it stands in the message, and as it is digested. */
export function signedPart(id: string, described: PartContent): SignedPart {
  const { name, declarations, ownDeclarations = '', attributes = '', content, prefixList } = described;
  const tag = `${attributes} wsu:Id="${idStem}${id}">`;
  const end = `</${name}>`;
  const digest = digestOfPart(`<${name}${declarations}${tag}`, content, end);
  return {
    xml: `<${name}${ownDeclarations}${tag}${content}${end}`,
    reference:
      `<ds:Reference URI="#${idStem}${id}${transformStart}${writePrefixList(prefixList)}` +
      `${digestStart}${digest}</ds:DigestValue></ds:Reference>`,
  };
}

const mostKept = 256;
const longestKept = 512;
const kept = new Map<string, SignedPart>();

/** The same for a part that most messages repeat, such as wsa:To: its digest is computed once. */
export function repeatedPart(id: string, described: PartContent): SignedPart {
  const { content } = described;
  if (content.length > longestKept) return signedPart(id, described);
  const key = `${id} ${content}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const part = signedPart(id, described);
  if (kept.size >= mostKept) kept.clear();
  kept.set(key, part);
  return part;
}

const longContent = 16_384;

function digestOfPart(start: string, content: string, end: string): string {
  if (content.length < longContent) {
    return hash('sha256', passingBytes([`${start}${content}${end}`]), 'base64');
  }
  // A long content is not copied once more to stand between its tags.
  const digest = createHash('sha256').update(start, 'latin1');
  return digest.update(content, 'latin1').update(end, 'latin1').digest('base64');
}

const transformStart = `"><ds:Transforms><ds:Transform Algorithm="${exclusiveC14n}">`;
const digestStart =
  '</ds:Transform></ds:Transforms>' +
  `<ds:DigestMethod Algorithm="${sha256Uri}"></ds:DigestMethod><ds:DigestValue>`;

function writePrefixList(prefixes: readonly string[] | undefined): string {
  if (prefixes === undefined || prefixes.length === 0) return '';
  const list = bytesOfText(escapeAttribute(prefixes.join(' ')));
  return `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="${list}"></ec:InclusiveNamespaces>`;
}
