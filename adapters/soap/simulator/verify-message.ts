import { createVerify, type KeyObject, X509Certificate } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import type { Clock } from '../../../src/clock.js';
import {
  childElements,
  type DomElement,
  elementsOf,
  isNamed,
  onlyChild,
  parseXml,
  textOf,
} from './read-xml.js';
import { checkTemplate } from './signature-template.js';
import { type SoapVersion, soapUri, uri } from './wire-names.js';

/** What a message says; read from its signed parts alone. */
export interface VerifiedMessage {
  readonly messageId: string;
  readonly action: string;
  /** Address of wsa:ReplyTo. */
  readonly replyTo: string;
  /** The one child of Body, in canonical form. */
  readonly payload: string;
}

/** A message that is not accepted; `reason` is for the simulator's own counters and never for the sender. */
export type Verification =
  | { readonly ok: true; readonly message: VerifiedMessage }
  | { readonly ok: false; readonly reason: string };

export interface MessageVerifierSettings {
  readonly soapVersion: SoapVersion;
  /** Pinned certificates of the partner, PEM; several while it changes its key. */
  readonly partnerCertificatesPem: readonly string[];
  /** What wsa:To must be; asked at every message. */
  readonly address: () => string;
  readonly clock: Clock;
}

const maximumLifetimeMs = 300_000;
const futureToleranceMs = 60_000;
/** So many characters of message; a real one has about 5,000. */
const maximumCharacters = 200_000;
const maximumElements = 500;

/**
 * Verifies requests, and answers to what the registry asks by itself, by the profile `wss-x509-integrity` with xml-crypto and xmldom. It shares no code with the
 * gateway's own signer and verifier: that two implementations agree is what the simulator is there to show.
 *
 * @returns takes `relatesTo` for an answer: wsa:RelatesTo must then be there, signed, and equal to it.
 * @throws {Error} when a certificate cannot be read.
 */
export function messageVerifier(
  settings: MessageVerifierSettings,
): (text: string, relatesTo?: string) => Verification {
  const pinned = new Map(
    settings.partnerCertificatesPem.map((pem) => {
      const certificate = new X509Certificate(pem);
      return [certificate.raw.toString('base64'), pin(certificate)] as const;
    }),
  );
  return (text, relatesTo) => {
    try {
      return { ok: true, message: verify(text, relatesTo, pinned, settings) };
    } catch (error) {
      // Everything that goes wrong on the way means the same: not accepted.
      return {
        ok: false,
        reason: error instanceof Error ? error.message : 'unreadable',
      };
    }
  };
}

interface PinnedKey {
  readonly publicKey: KeyObject;
  readonly algorithm: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

function pin(certificate: X509Certificate): PinnedKey {
  const { publicKey } = certificate;
  const { modulusLength = 0, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  const times = { notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) };
  if (publicKey.asymmetricKeyType === 'rsa' && modulusLength >= 2048) {
    return { publicKey, algorithm: uri.rsaSha256, ...times };
  }
  if (publicKey.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') {
    return { publicKey, algorithm: uri.ecdsaSha256, ...times };
  }
  throw new Error('the partner needs an RSA key of 2048 bits or more, or a key on P-256');
}

function verify(
  text: string,
  relatesTo: string | undefined,
  pinned: ReadonlyMap<string, PinnedKey>,
  settings: MessageVerifierSettings,
): VerifiedMessage {
  if (text.length > maximumCharacters) throw new Error('too long');
  // No comments, CDATA or DOCTYPE, and no processing instruction but the XML declaration.
  if (/<!|<\?(?!xml )/.test(text)) throw new Error('markup that is not accepted');
  const envelope = parseXml(text);
  const soap = soapUri[settings.soapVersion];
  if (!isNamed(envelope, soap, 'Envelope')) throw new Error('no envelope');
  const [header, body, ...rest] = childElements(envelope);
  if (!isNamed(header, soap, 'Header') || !isNamed(body, soap, 'Body') || rest.length > 0) {
    throw new Error('an envelope has a header and a body');
  }
  checkIds(envelope);

  const security = onlyChild(header, uri.wsse, 'Security');
  const token = onlyChild(security, uri.wsse, 'BinarySecurityToken');
  const signature = onlyChild(security, uri.ds, 'Signature');
  const required = new Map([
    ['Body', body],
    ['Timestamp', onlyChild(security, uri.wsu, 'Timestamp')],
    ['BinarySecurityToken', token],
    ...['To', 'Action', 'MessageID', 'ReplyTo', ...(relatesTo === undefined ? [] : ['RelatesTo'])].map(
      (name) => [name, onlyChild(header, uri.wsa, name)] as const,
    ),
  ]);
  if (childElements(security).length !== 3) throw new Error('something else in Security');

  const key = pinned.get((token.textContent ?? '').replace(/\s/g, ''));
  if (key === undefined) throw new Error('not a pinned certificate');
  const now = settings.clock.now();
  if (now < key.notBefore || now > key.notAfter) throw new Error('certificate out of its dates');

  const covered = checkTemplate(signature, token, key.algorithm, [...required.values()]);
  const signed = signedParts(envelope, signature, key);
  if (signed.length !== covered.length) throw new Error('references that were not verified');
  const canonicalOf = (name: string): string => {
    const canonical = signed[covered.indexOf(required.get(name) as DomElement)];
    if (canonical === undefined) throw new Error(`${name} is not signed`);
    return canonical;
  };
  const partNamed = (name: string): DomElement => {
    const part = parseXml(canonicalOf(name));
    if (part.localName !== name) throw new Error(`${name} is not signed`);
    return part;
  };

  checkFreshness(partNamed('Timestamp'), now);
  if (textOf(partNamed('To')) !== settings.address()) throw new Error('meant for another address');
  if (relatesTo !== undefined && textOf(partNamed('RelatesTo')) !== relatesTo) {
    throw new Error('an answer to another message');
  }
  if (childElements(partNamed('Body')).length !== 1) throw new Error('a body has one child');
  return {
    messageId: textOf(partNamed('MessageID')),
    action: textOf(partNamed('Action')),
    replyTo: textOf(onlyChild(partNamed('ReplyTo'), uri.wsa, 'Address')),
    payload: contentOf(canonicalOf('Body')),
  };
}

/**
 * What xml-crypto verified, in canonical form and in the order of the references. It walks the whole document
 * several times for each reference, so the signature, most of the document and never signed itself, is taken out.
 */
function signedParts(envelope: DomElement, signature: DomElement, key: PinnedKey): string[] {
  const signatureXml = signature.toString();
  signature.parentNode?.removeChild(signature);
  const checker = new SignedXml({ publicCert: key.publicKey, getCertFromKeyInfo: () => null });
  // Each name costs such a walk; `checkIds` has made sure that one is enough.
  checker.idAttributes = ['Id'];
  checker.SignatureAlgorithms = {
    [uri.rsaSha256]: verifierOf('pkcs1'),
    [uri.ecdsaSha256]: verifierOf('p1363'),
  };
  let digestsHold = false;
  try {
    checker.loadSignature(signatureXml);
    digestsHold = checker.checkSignature(envelope.toString());
  } catch {
    // xml-crypto's own words quote the signature value.
    throw new Error('invalid signature');
  }
  if (!digestsHold) throw new Error('a digest differs');
  return checker.getSignedReferences();
}

/** xml-crypto's own algorithms know no ECDSA, and more than the profile allows. */
function verifierOf(encoding: 'pkcs1' | 'p1363') {
  return class {
    getSignature(): string {
      throw new Error('this side only verifies');
    }
    verifySignature(material: string, key: unknown, value: string): boolean {
      const verifier = createVerify('sha256').update(material);
      const publicKey = key as KeyObject;
      return verifier.verify(
        encoding === 'p1363' ? { key: publicKey, dsaEncoding: 'ieee-p1363' } : publicKey,
        value,
        'base64',
      );
    }
    getAlgorithmName(): string {
      return encoding === 'p1363' ? uri.ecdsaSha256 : uri.rsaSha256;
    }
  };
}

/** What stands between the tags of one canonical element. C14N leaves `>` in attribute values as it is. */
export function contentOf(canonical: string): string {
  const [start = ''] = /^<[^<>"]*(?:"[^<"]*"[^<>"]*)*>/.exec(canonical) ?? [];
  return canonical.slice(start.length, canonical.lastIndexOf('</'));
}

/** An id names one element, whatever the attribute is called. */
function checkIds(envelope: DomElement): void {
  const ids = new Set<string>();
  let count = 0;
  for (const element of elementsOf(envelope)) {
    count += 1;
    if (count > maximumElements) throw new Error('too many elements');
    for (const attribute of element.attributes) {
      if (attribute.localName?.toLowerCase() !== 'id') continue;
      if (ids.has(attribute.value)) throw new Error('an id twice');
      ids.add(attribute.value);
    }
  }
}

function checkFreshness(timestamp: DomElement, now: number): void {
  const created = instantOf(onlyChild(timestamp, uri.wsu, 'Created'));
  const expires = instantOf(onlyChild(timestamp, uri.wsu, 'Expires'));
  if (created > now + futureToleranceMs) throw new Error('from the future');
  if (expires <= now || created <= now - maximumLifetimeMs) throw new Error('too old');
  if (expires <= created || expires - created > maximumLifetimeMs) throw new Error('lives too long');
}

function instantOf(element: DomElement): number {
  const text = textOf(element);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/.test(text))
    throw new Error('not a moment in UTC');
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Error('not a moment in UTC');
  return at;
}
