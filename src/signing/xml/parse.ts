import { SignatureRefused } from '../refusals.js';
import { endOfDeclaration, refuseMarkupDeclarations } from './decode.js';
import { defaultXmlLimits, type XmlLimits } from './limits.js';
import { scan, type Unread } from './scan.js';
import type { ScannedElement } from './scanned-element.js';
import { Source } from './source.js';

/**
 * The one strict parse: bytes to a small immutable tree. Well-formed XML 1.0 with namespaces, UTF-8, without
 * DOCTYPE, comments, CDATA sections and processing instructions; an XML declaration may stand in front.
 *
 * The tree reads its texts out of `bytes` when it is asked for them: they may not be written to meanwhile.
 *
 * @param unread what of the tree is made only for those who ask for it.
 * @throws {SignatureRefused} with an `xml-…` code; `where` is an offset, never a piece of the message.
 */
export function parseXml(
  bytes: Uint8Array,
  limits: XmlLimits = defaultXmlLimits,
  unread: Unread = 'nothing',
): ScannedElement {
  if (bytes.byteLength > limits.bytes) throw new SignatureRefused('xml-too-large');
  const source = new Source(bytes);
  const from = endOfDeclaration(source.text);
  refuseMarkupDeclarations(source.text, from);
  refuseManyTags(source.text, limits);
  return scan(source, from, limits, unread);
}

/** As {@link parseXml}, for text that is already decoded (a Body that is about to be signed). */
export function parseXmlText(
  text: string,
  limits: XmlLimits = defaultXmlLimits,
  unread: Unread = 'nothing',
): ScannedElement {
  if (text.length > limits.bytes) throw new SignatureRefused('xml-too-large');
  const bytes = Buffer.from(text);
  // Half a character has no UTF-8; it would silently become another one.
  if (bytes.length !== text.length && !text.isWellFormed()) throw new SignatureRefused('xml-malformed');
  return parseXml(bytes, limits, unread);
}

/** Every element has at most two `<`, so counting them bounds the work before any of it is done. */
function refuseManyTags(text: string, limits: XmlLimits): void {
  let left = limits.elements * 2;
  if (text.length <= left) return;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (--left < 0) throw new SignatureRefused('xml-too-many-elements');
  }
}
