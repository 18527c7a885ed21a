import { compactDecrypt, errors } from 'jose';
import { parseStrictJson } from '../../strict-json.js';
import { SignatureRefused } from '../refusals.js';
import { encryptedEventType, signedEventContent, splitSigned } from './encrypt.js';
import { type EventDecryptionKey, encryptionOf } from './event-keys.js';

const known = new Set(['alg', 'enc', 'kid', 'typ', 'cty', 'epk']);
const longestHeaderChars = 8192;

/**
 * Decrypts the value of an event. The key follows from `kid` among our own, and the algorithms from the key;
 * compression is refused (it would let a sender of 1 KB fill the memory), as is every parameter that the profile
 * does not write.
 *
 * @returns the detached JWS and the bytes that it signs. Nothing is verified yet: anybody can encrypt.
 * @throws {SignatureRefused} `jwe-…` or `event-signature-inside`.
 */
export async function decryptSigned(
  value: Uint8Array,
  keys: readonly EventDecryptionKey[],
): Promise<{ readonly signature: string; readonly value: Uint8Array }> {
  const jwe = Buffer.from(value).toString('latin1');
  const header = readHeader(jwe);
  const kid = header.get('kid');
  const key = typeof kid === 'string' ? keys.find(({ keyId }) => keyId === kid) : undefined;
  if (key === undefined) throw new SignatureRefused('jwe-key-unknown');
  const algorithm = encryptionOf(key.privateKey);
  if (header.get('alg') !== algorithm || header.get('enc') !== 'A256GCM') {
    throw new SignatureRefused('jwe-algorithm');
  }
  const split = splitSigned(await plaintextOf(jwe, key, algorithm));
  if (split === undefined) throw new SignatureRefused('event-signature-inside');
  return split;
}

function readHeader(jwe: string): ReadonlyMap<string, unknown> {
  const parts = jwe.split('.', 6);
  if (parts.length !== 5 || !parts.every(isCanonical)) throw new SignatureRefused('jwe-malformed');
  const [encoded] = parts as [string];
  if (encoded.length > longestHeaderChars) throw new SignatureRefused('jwe-malformed', 'header size');
  let parsed: unknown;
  try {
    parsed = parseStrictJson(Buffer.from(encoded, 'base64url'));
  } catch {
    throw new SignatureRefused('jwe-malformed', 'header');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new SignatureRefused('jwe-malformed', 'header');
  }
  const header = new Map(Object.entries(parsed));
  for (const name of header.keys()) {
    if (!known.has(name)) throw new SignatureRefused('jwe-header-not-allowed');
  }
  if (header.get('typ') !== encryptedEventType || header.get('cty') !== signedEventContent) {
    throw new SignatureRefused('jwe-typ');
  }
  return header;
}

/** Base64url in its only spelling, so that an event cannot be sent again in another one. */
function isCanonical(part: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(part) && Buffer.from(part, 'base64url').toString('base64url') === part;
}

async function plaintextOf(jwe: string, key: EventDecryptionKey, algorithm: string): Promise<Uint8Array> {
  try {
    const options = { keyManagementAlgorithms: [algorithm], contentEncryptionAlgorithms: ['A256GCM'] };
    return (await compactDecrypt(jwe, key.privateKey, options)).plaintext;
  } catch (cause) {
    const code = cause instanceof errors.JOSEError ? cause.code : 'unexpected';
    throw new SignatureRefused('jwe-decryption', code);
  }
}
