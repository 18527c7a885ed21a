const whiteSpace = /[ \t\r\n]+/g;
// The last digit before padding has spare bits, and they must be zero (RFC 4648 §3.5).
const canonical = /^[A-Za-z0-9+/]+(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/;

/**
 * Base64 as XML Schema writes it: white space may stand anywhere, everything else is canonical. Each value has
 * one spelling then, so nobody can send the same signature in another one.
 *
 * @returns undefined when it is empty or not canonical.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const packed = canonical.test(text) ? text : text.replace(whiteSpace, '');
  if (packed.length % 4 !== 0 || !canonical.test(packed)) return undefined;
  return Buffer.from(packed, 'base64');
}
