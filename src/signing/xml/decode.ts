import { isUtf8 } from 'node:buffer';
import { SignatureRefused } from '../refusals.js';

/** Bytes to text: UTF-8 without a byte order mark, and nothing else. */
export function decodeUtf8(bytes: Uint8Array): string {
  // The same as a fatal TextDecoder, at a tenth of its cost.
  if (!isUtf8(bytes)) throw new SignatureRefused('xml-encoding');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  // A reader that drops it reads other bytes than were signed.
  if (text.charCodeAt(0) === 0xfeff) throw new SignatureRefused('xml-byte-order-mark');
  return text;
}

const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"utf-8"|'utf-8'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"yes"|'yes'|"no"|'no'))?[ \t\r\n]*\?>/i;

/**
 * Takes the XML declaration off. Only version 1.0 and UTF-8 are known: XML 1.1 has other line ends and control
 * characters, and another encoding would not be what {@link decodeUtf8} read.
 */
export function withoutDeclaration(text: string): string {
  if (!text.startsWith('<?xml') || !/[ \t\r\n?]/.test(text.charAt(5))) return text;
  const found = declaration.exec(text);
  if (found === null) throw new SignatureRefused('xml-declaration');
  return text.slice(found[0].length);
}

/**
 * Refuses every construct that begins with `<!` or `<?`. In well-formed XML those two pairs of characters
 * stand nowhere else (a `<` inside an attribute value is an error, and CDATA and comments are themselves
 * refused), so two searches keep DTDs, entities, comments, CDATA and processing instructions out before any
 * parser has to be right about them.
 */
export function refuseMarkupDeclarations(text: string): void {
  const bang = text.indexOf('<!');
  const question = text.indexOf('<?');
  if (question >= 0 && (bang < 0 || question < bang)) {
    throw new SignatureRefused('xml-processing-instruction', `offset ${question}`);
  }
  if (bang < 0) return;
  const where = `offset ${bang}`;
  if (text.startsWith('<!--', bang)) throw new SignatureRefused('xml-comment', where);
  if (text.startsWith('<![CDATA[', bang)) throw new SignatureRefused('xml-cdata', where);
  if (text.startsWith('<!DOCTYPE', bang)) throw new SignatureRefused('xml-doctype', where);
  throw new SignatureRefused('xml-malformed', where);
}
