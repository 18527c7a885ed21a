/**
 * Reads an address below which the paths of a document can be put.
 *
 * @returns in its normal form, without the slash at its end; undefined unless it is http(s), without query, fragment
 *   and account.
 */
export function readBaseAddress(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  if (`${url.search}${url.hash}${url.username}${url.password}` !== '') return undefined;
  return url.href.replace(/\/+$/, '');
}
