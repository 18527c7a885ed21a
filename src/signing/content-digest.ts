import { createHash } from 'node:crypto';
import { parseDictionary, serializeDictionary } from 'structured-headers';
import { SignatureRefused } from './refusals.js';

/** Value of the Content-Digest field (RFC 9530 §2) for a body: `sha-256=:<base64>:`. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

/**
 * Compares a Content-Digest field with the body it came with. There must be a sha-256 member; a sha-512 beside it
 * is allowed, and must be right as well. Any other member is refused, because RFC 9530 §6 lets a sender add
 * digests that collide.
 *
 * @param value the field's only line.
 * @throws {SignatureRefused} `digest-malformed` or `digest-mismatch`.
 */
export function requireContentDigest(value: string, body: Uint8Array): void {
  // What nearly every sender writes; everything else takes the slower way through the parser.
  if (value === contentDigest(body)) return;
  const members = readDigests(value);
  if (!members.has('sha-256')) throw new SignatureRefused('digest-malformed', 'sha-256 absent');
  for (const [name, digest] of members) {
    const right = createHash(name.replace('-', '')).update(body).digest();
    if (!right.equals(digest)) throw new SignatureRefused('digest-mismatch', name);
  }
}

function readDigests(value: string): Map<'sha-256' | 'sha-512', Buffer> {
  const digests = new Map<'sha-256' | 'sha-512', Buffer>();
  let members: ReturnType<typeof parseDictionary>;
  try {
    members = parseDictionary(value);
  } catch (cause) {
    throw new SignatureRefused('digest-malformed', cause instanceof Error ? cause.name : '');
  }
  // A parser keeps the last of two equal keys; only the canonical form shows that there was one.
  if (serializeDictionary(members) !== value) throw new SignatureRefused('digest-malformed', 'not canonical');
  for (const [name, [member, parameters]] of members) {
    if (name !== 'sha-256' && name !== 'sha-512') throw new SignatureRefused('digest-malformed', 'algorithm');
    if (!(member instanceof ArrayBuffer) || parameters.size > 0) {
      throw new SignatureRefused('digest-malformed', 'type');
    }
    digests.set(name, Buffer.from(member));
  }
  return digests;
}
