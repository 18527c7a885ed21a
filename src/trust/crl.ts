import { verify, type X509Certificate } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { allowsUse } from '../signing/certificate-use.js';
import { CrlUnusable } from './crl-unusable.js';
import { type DerElement, DerMalformed, DerReader, derTag, plainSerial } from './der.js';

/** A complete revocation list, verified. Times in milliseconds since the epoch. */
export interface Crl {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Serial numbers as `plainSerial` writes them. */
  readonly revoked: ReadonlySet<string>;
}

/** Content of the OIDs in hex → hash, RFC 5758 §3 and RFC 8410 §3. SHA-1 is not among them. */
const hashOf: Readonly<Record<string, { type: string; hash: string | null }>> = {
  '2a864886f70d01010b': { type: 'rsa', hash: 'sha256' },
  '2a864886f70d01010c': { type: 'rsa', hash: 'sha384' },
  '2a864886f70d01010d': { type: 'rsa', hash: 'sha512' },
  '2a8648ce3d040302': { type: 'ec', hash: 'sha256' },
  '2a8648ce3d040303': { type: 'ec', hash: 'sha384' },
  '2a8648ce3d040304': { type: 'ec', hash: 'sha512' },
  '2b6570': { type: 'ed25519', hash: null },
};

/** How far the issuer's clock may be ahead of ours, milliseconds. */
const futureToleranceMs = 60_000;
/** Entries read before others get their turn: a list of 100,000 must not hold up the event loop. */
const entriesInOneGo = 500;

const verifyOffThread = promisify(verify);

/**
 * Reads and verifies a revocation list (RFC 5280 §5): issuer and signature first, then dates and entries. A list
 * without `nextUpdate` is refused (§5.1.2.5 requires it), as is every critical extension: partial, indirect and
 * delta lists would leave certificates out that this list seems to cover.
 *
 * @param bytes DER or PEM.
 * @param issuer the pinned certificate of whoever issued the partner's certificates.
 * @param now milliseconds since the epoch.
 * @throws {CrlUnusable}
 */
export async function readCrl(bytes: Uint8Array, issuer: X509Certificate, now: number): Promise<Crl> {
  if (!allowsUse(issuer, 'cRLSign') || !isValidAt(issuer, now)) throw new CrlUnusable('crl-issuer-unfit');
  try {
    return await read(fromPem(bytes), issuer, now);
  } catch (error) {
    throw error instanceof DerMalformed ? new CrlUnusable('crl-malformed', error) : error;
  }
}

async function read(der: Uint8Array, issuer: X509Certificate, now: number): Promise<Crl> {
  const outer = new DerReader(der);
  const list = outer.inside(outer.read(derTag.sequence));
  if (!outer.done) throw new DerMalformed('something follows the list');
  const signed = list.read(derTag.sequence);
  const algorithm = list.read(derTag.sequence);
  const signature = bitString(list);
  if (!list.done) throw new DerMalformed('something follows the signature');

  const content = list.inside(signed);
  const isVersion2 = content.isNext(derTag.integer);
  if (isVersion2 && content.serial() !== '1') throw new DerMalformed('not version 2');
  const named = content.whole(content.read(derTag.sequence));
  if (!Buffer.from(named).equals(list.whole(algorithm))) throw new DerMalformed('two algorithms');
  const name = content.whole(content.read(derTag.sequence));
  if (!Buffer.from(name).equals(subjectOf(issuer))) throw new CrlUnusable('crl-issuer-other');
  await requireSignature(list, { signed, algorithm, signature }, issuer);

  const thisUpdate = content.time();
  const hasNext = content.isNext(derTag.utcTime, derTag.generalizedTime);
  if (!hasNext) throw new CrlUnusable('crl-no-next-update');
  const nextUpdate = content.time();
  if (thisUpdate > now + futureToleranceMs) throw new CrlUnusable('crl-from-the-future');
  if (nextUpdate <= now) throw new CrlUnusable('crl-expired');
  const entries = content.isNext(derTag.sequence) ? content.inside(content.read(derTag.sequence)) : undefined;
  if (content.isNext(derTag.context0)) {
    const explicit = content.inside(content.read(derTag.context0));
    refuseCritical(explicit.inside(explicit.read(derTag.sequence)));
  }
  if (!content.done) throw new DerMalformed('something follows the entries');
  return { thisUpdate, nextUpdate, revoked: entries === undefined ? new Set() : await readEntries(entries) };
}

async function readEntries(entries: DerReader): Promise<Set<string>> {
  const revoked = new Set<string>();
  for (let count = 1; !entries.done; count += 1) {
    const entry = entries.inside(entries.read(derTag.sequence));
    revoked.add(entry.serial());
    // When it was revoked is of no interest: it is.
    if (!entry.isNext(derTag.utcTime, derTag.generalizedTime)) throw new DerMalformed('no time');
    entry.readAny();
    if (!entry.done) refuseCritical(entry.inside(entry.read(derTag.sequence)));
    if (!entry.done) throw new DerMalformed('something follows an entry');
    if (count % entriesInOneGo === 0) await nextTurn();
  }
  return revoked;
}

/** Extensions ::= SEQUENCE OF { oid, critical BOOLEAN DEFAULT FALSE, OCTET STRING } */
function refuseCritical(extensions: DerReader): void {
  while (!extensions.done) {
    const extension = extensions.inside(extensions.read(derTag.sequence));
    extension.read(derTag.oid);
    if (extension.isNext(derTag.boolean)) {
      const [critical] = extension.content(extension.read(derTag.boolean));
      if (critical !== 0) throw new CrlUnusable('crl-partial');
    }
    extension.read(derTag.octetString);
  }
}

async function requireSignature(
  list: DerReader,
  parts: { signed: DerElement; algorithm: DerElement; signature: Uint8Array },
  issuer: X509Certificate,
): Promise<void> {
  const oid = list.inside(parts.algorithm).oid();
  const method = Object.hasOwn(hashOf, oid) ? hashOf[oid] : undefined;
  if (method === undefined || method.type !== issuer.publicKey.asymmetricKeyType) {
    throw new CrlUnusable('crl-algorithm');
  }
  const isGood = await verifyOffThread(
    method.hash,
    list.whole(parts.signed),
    issuer.publicKey,
    parts.signature,
  ).catch(() => false);
  if (isGood !== true) throw new CrlUnusable('crl-signature');
}

function bitString(reader: DerReader): Uint8Array {
  const content = reader.content(reader.read(derTag.bitString));
  if (content[0] !== 0) throw new DerMalformed('bits that are no whole bytes');
  return content.subarray(1);
}

/** Subject of a certificate as DER (RFC 5280 §4.1): version, serial, algorithm, issuer and validity come before. */
function subjectOf(certificate: X509Certificate): Uint8Array {
  const outer = new DerReader(certificate.raw);
  const whole = outer.inside(outer.read(derTag.sequence));
  const content = whole.inside(whole.read(derTag.sequence));
  if (content.isNext(derTag.context0)) content.read(derTag.context0);
  content.read(derTag.integer);
  for (let index = 0; index < 3; index += 1) content.read(derTag.sequence);
  return content.whole(content.read(derTag.sequence));
}

/** Whether this list speaks about a certificate: only its own issuer can revoke it. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** How the list names a certificate; undefined for a number that no list can hold. */
export function serialOf(certificate: X509Certificate): string | undefined {
  const { serialNumber } = certificate;
  return /^[0-9A-Fa-f]+$/.test(serialNumber) ? plainSerial(serialNumber) : undefined;
}

function isValidAt(certificate: X509Certificate, now: number): boolean {
  return Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
}

function fromPem(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === derTag.sequence) return bytes;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const body = /^\s*-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----\s*$/.exec(text)?.[1];
  if (body === undefined) throw new DerMalformed('neither DER nor PEM');
  return Buffer.from(body, 'base64');
}
