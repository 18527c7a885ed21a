import { hash } from 'node:crypto';
import { readJoseHeader } from '../jose-header.js';
import { SignatureRefused } from '../refusals.js';
import type { TrustedKey } from '../signer.js';
import { algorithmName } from './sign-token.js';

const known = new Set(['alg', 'typ', 'kid', 'x5c', 'x5t#S256']);
const foreignKeys = ['jku', 'jwk', 'x5u'];
/** A leaf, some intermediates and a root: more certificates than this are no chain. */
const longestChain = 5;

/**
 * Reads the protected header and finds the pinned key that it names. A certificate in the header selects a
 * pinned one by being equal to it, byte for byte; the rest of the chain is of no interest.
 *
 * @throws {SignatureRefused} `jws-…`, `modi-key-selector`, `keyid-unknown`, `algorithm-mismatch`.
 */
export function selectKey(encoded: string, pinned: readonly TrustedKey[]): TrustedKey {
  const header = readJoseHeader(encoded);
  for (const name of foreignKeys) if (header.has(name)) throw new SignatureRefused('jws-key-in-header', name);
  if (header.has('crit') || header.has('b64')) throw new SignatureRefused('jws-crit');
  for (const name of header.keys()) {
    if (!known.has(name)) throw new SignatureRefused('jws-header-not-allowed');
  }
  if (header.get('typ') !== 'JWT') throw new SignatureRefused('jws-typ');
  const matches = selectorOf(header);
  const named = pinned.filter(matches);
  const algorithm = header.get('alg');
  const key = named.find((one) => algorithmName(one.algorithm) === algorithm);
  if (key !== undefined) return key;
  throw new SignatureRefused(named.length > 0 ? 'algorithm-mismatch' : 'keyid-unknown');
}

function selectorOf(header: ReadonlyMap<string, unknown>): (key: TrustedKey) => boolean {
  const kid = header.get('kid');
  const x5c = header.get('x5c');
  const x5t = header.get('x5t#S256');
  const given = [kid, x5c, x5t].filter((value) => value !== undefined);
  if (given.length !== 1) throw new SignatureRefused('modi-key-selector', `${given.length}`);
  if (typeof kid === 'string' && kid !== '') return ({ keyId }) => keyId === kid;
  if (typeof x5t === 'string' && /^[A-Za-z0-9_-]{43}$/.test(x5t)) {
    return ({ certificate }) =>
      certificate !== undefined && hash('sha256', certificate.raw, 'base64url') === x5t;
  }
  if (Array.isArray(x5c) && x5c.length > 0 && x5c.length <= longestChain) {
    const [leaf] = x5c as [string];
    return ({ certificate }) => certificate?.raw.toString('base64') === leaf;
  }
  throw new SignatureRefused('modi-key-selector', 'type');
}
