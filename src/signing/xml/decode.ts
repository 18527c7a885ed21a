import { SignatureRefused } from '../refusals.js';

const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"utf-8"|'utf-8'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"yes"|'yes'|"no"|'no'))?[ \t\r\n]*\?>/i;

/**
 * The offset behind the XML declaration, 0 without one. Only version 1.0 and UTF-8 are known: XML 1.1 has other
 * line ends and control characters, and in another encoding the bytes would say something else.
 */
export function endOfDeclaration(text: string): number {
  if (!text.startsWith('<?xml') || !/[ \t\r\n?]/.test(text.charAt(5))) return 0;
  const found = declaration.exec(text);
  if (found === null) throw new SignatureRefused('xml-declaration');
  return found[0].length;
}

/**
 * Refuses every construct that begins with `<!` or `<?`. In well-formed XML those two pairs of characters
 * stand nowhere else (a `<` inside an attribute value is an error, and CDATA and comments are themselves
 * refused), so two searches keep DTDs, entities, comments, CDATA and processing instructions out before the
 * scanner has to be right about them.
 */
export function refuseMarkupDeclarations(text: string, from: number): void {
  // A single character is searched for in native code at many bytes a step, and both are rare.
  const bang = text.includes('!', from) ? text.indexOf('<!', from) : -1;
  const question = text.includes('?', from) ? text.indexOf('<?', from) : -1;
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
