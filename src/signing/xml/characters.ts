/**
 * What one byte of a UTF-8 document may be (XML 1.0 §2.2, §2.3), as bits. Bytes from 0x80 on belong to
 * characters beyond ASCII: no markup is among them, so that bytes can be scanned without decoding them.
 */
export const startsName = 1;
export const continuesName = 2;
/** In character data: ends it, is a reference, has to be normalised or escaped, or may not be there. */
export const stopsText = 4;
/** The same in an attribute value; both quotes are among them. */
export const stopsValue = 8;
export const whiteSpace = 16;

/** First byte of U+F000 to U+FFFF, two of which XML forbids. */
export const maybeNoncharacter = 0xef;

export const classes: Uint8Array = classify();

function classify(): Uint8Array {
  const table = new Uint8Array(256);
  const mark = (characters: string, bits: number) => {
    for (const character of characters) {
      const at = character.charCodeAt(0);
      table[at] = (table[at] as number) | bits;
    }
  };
  mark('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:_', startsName | continuesName);
  mark('0123456789-.', continuesName);
  // Every name with one of these is decoded and looked at again.
  for (let byte = 0x80; byte < 0x100; byte++) table[byte] = startsName | continuesName;
  for (let byte = 0; byte < 0x20; byte++) table[byte] = stopsText | stopsValue;
  table[0x09] = stopsValue;
  table[0x0a] = stopsValue;
  mark(' \t\n\r', whiteSpace);
  mark('<&', stopsText | stopsValue);
  mark('>', stopsText);
  mark('"\'', stopsValue);
  table[maybeNoncharacter] = (table[maybeNoncharacter] as number) | stopsText | stopsValue;
  return table;
}

const start =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F' +
  '\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const name = new RegExp(`^[:${start}][:${start}0-9.\\-\\u00B7\\u0300-\\u036F\\u203F-\\u2040]*$`, 'u');
const nameStart = new RegExp(`^[${start}]`, 'u');

/** XML 1.0 §2.3, Name. */
export function isName(text: string): boolean {
  return name.test(text);
}

/** Namespaces in XML 1.0 §3: whether what follows a colon begins as a name of its own. */
export function startsLocalName(local: string): boolean {
  const lower = local.charCodeAt(0) | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || nameStart.test(local);
}
