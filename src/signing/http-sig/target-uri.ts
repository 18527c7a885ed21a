import { SignatureRefused } from '../refusals.js';

/**
 * `@target-uri` of a request that reached a server (RFC 9421 §2.2.2).
 *
 * @param origin the server's own public origin from its configuration, `https://ura.example`; never Host.
 * @param requestTarget as on the wire (Node: `req.url`), in origin form; the absolute form must name `origin`.
 * @throws {SignatureRefused} `field-malformed` for any other form.
 */
export function targetUri(origin: string, requestTarget: string): string {
  const path = requestTarget.startsWith(`${origin}/`) ? requestTarget.slice(origin.length) : requestTarget;
  if (!path.startsWith('/') || !/^[\x21-\x7e]{1,8192}$/.test(path)) {
    throw new SignatureRefused('field-malformed', 'request target');
  }
  return `${origin}${path}`;
}
