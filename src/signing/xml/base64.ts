const whiteSpace = /[ \t\r\n]+/g;
// The last digit before padding has spare bits, and they must be zero (RFC 4648 §3.5).
const canonical = /^[A-Za-z0-9+/]+(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/;

/**
 * Base64 as XML Schema writes it: white space may stand anywhere, everything else is canonical. Each value has
 * one spelling then, so nobody can send the same signature in another one, and equal texts are equal bytes.
 *
 * @returns the text without white space, undefined when it is empty or not canonical.
 */
export function packBase64(text: string): string | undefined {
  if (text.length % 4 === 0 && canonical.test(text)) return text;
  const packed = text.replace(whiteSpace, '');
  return packed.length % 4 === 0 && canonical.test(packed) ? packed : undefined;
}

/** The bytes of it; see {@link packBase64}. */
export function decodeBase64(text: string): Buffer | undefined {
  // What comes back as it was written is canonical. For long values that is faster than an expression.
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > 0 && bytes.toString('base64') === text) return bytes;
  const packed = packBase64(text);
  return packed === undefined ? undefined : Buffer.from(packed, 'base64');
}

/** How many bytes canonical base64 stands for. */
export function bytesOfBase64(packed: string): number {
  const padding = packed.endsWith('==') ? 2 : packed.endsWith('=') ? 1 : 0;
  return (packed.length / 4) * 3 - padding;
}
