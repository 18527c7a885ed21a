import { SignatureRefused } from '../refusals.js';
import { isName, startsLocalName } from './characters.js';
import type { Source } from './source.js';

/** What the letters of a name say, wherever it stands. */
export interface NameText {
  /** One character for each byte, to be compared with the document. */
  readonly raw: string;
  readonly name: string;
  /** Empty for none. */
  readonly prefix: string;
  readonly local: string;
  readonly declares: boolean;
  /** Some reader takes an attribute of this name for an id, in whatever namespace and case. */
  readonly isId: boolean;
  /**
   * A value that an attribute of this name had before: ASCII, canonical, without references and white space to
   * normalise. Identifiers of 70 characters stand in every message, and are recognised faster than read.
   */
  usualValue: string | undefined;
}

/** A power of two. */
const places = 1024;
const longestKept = 64;

/**
 * Names that were met before, in this document or in another: one message is made of the same sixty names as the
 * next, and taking one apart costs more than finding it. A name that is not found is taken apart, and displaces
 * the one in its place; so strangers can make this useless, but neither large nor wrong.
 */
const met: (NameText | undefined)[] = new Array(places).fill(undefined);

/**
 * @param hash of the bytes; it only says where to look.
 * @throws {SignatureRefused} `xml-malformed` or `xml-namespace` for what is not a name.
 */
export function nameText(source: Source, start: number, end: number, hash: number): NameText {
  const place = (hash ^ (hash >>> 10)) & (places - 1);
  const known = met[place];
  if (known !== undefined && source.says(known.raw, start, end)) return known;
  const made = takeApart(source, start, end);
  if (end - start <= longestKept && made.name.length === end - start) met[place] = made;
  return made;
}

function takeApart(source: Source, start: number, end: number): NameText {
  const written = source.decode(start, end);
  if (written.length !== end - start && !isName(written)) {
    throw new SignatureRefused('xml-malformed', `offset ${start}`);
  }
  const name = unique(written);
  const colon = name.indexOf(':');
  const prefix = colon < 0 ? '' : unique(name.slice(0, colon));
  const local = colon < 0 ? name : unique(localName(name, colon + 1));
  return {
    raw: written.length === end - start ? name : source.text.slice(start, end),
    name,
    prefix,
    local,
    declares: prefix === 'xmlns' || name === 'xmlns',
    isId: local.length === 2 && local.toLowerCase() === 'id',
    usualValue: undefined,
  };
}

/** What follows the colon must be a name of its own. */
function localName(name: string, from: number): string {
  const local = name.slice(from);
  if (from === 1 || local.includes(':') || !startsLocalName(local)) {
    throw new SignatureRefused('xml-namespace', 'malformed name');
  }
  return local;
}

const shortestUsual = 24;
const longestUsual = 128;

/** Remembers the first value worth it. */
export function noteValue(text: NameText, value: string): void {
  if (text.usualValue !== undefined || value.length < shortestUsual || value.length > longestUsual) return;
  text.usualValue = unique(value);
}

/**
 * The one string of this text that the engine keeps for names of properties: it does not hold the message in
 * memory as a slice would, and comparing two of them looks at no characters.
 */
function unique(text: string): string {
  return Object.keys({ [text]: 0 })[0] as string;
}
