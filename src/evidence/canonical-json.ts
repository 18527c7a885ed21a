/**
 * JSON with members sorted and no white space (RFC 8785), for data of objects, arrays, strings, booleans and
 * whole numbers: exactly what receipts hold. For those, the platform's own string escaping is the canonical one.
 *
 * @throws {TypeError} for a number that is not a safe integer, whose canonical form would need more rules.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError('only whole numbers have a canonical form here');
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
