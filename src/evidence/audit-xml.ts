import { createHash, createVerify, type KeyObject, type X509Certificate } from 'node:crypto';
import type { Element as DomElement } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { childrenNamed, elementsOf, onlyChild, parse, textWithin } from './audit-dom.js';

/**
 * The auditor's own reading of a WS-Security message, with xml-crypto and xmldom. It shares no code with
 * `src/signing/xml/`, not even the names of the algorithms: it is there to notice when that code is wrong.
 */

const soapNamespaces = [
  'http://schemas.xmlsoap.org/soap/envelope/',
  'http://www.w3.org/2003/05/soap-envelope',
];
const wsa = 'http://www.w3.org/2005/08/addressing';
const wss = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const wsse = `${wss}wssecurity-secext-1.0.xsd`;
const wsu = `${wss}wssecurity-utility-1.0.xsd`;
const ds = 'http://www.w3.org/2000/09/xmldsig#';
const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const more = 'http://www.w3.org/2001/04/xmldsig-more#';

/** Message parts by local name, each parsed from the canonical bytes that the signature covers. */
export interface SignedParts {
  /** Text of a header such as `RelatesTo`. @throws {Error} when the signature does not cover it. */
  textOf(name: 'To' | 'Action' | 'MessageID' | 'RelatesTo' | 'ReplyTo'): string;
  /** Whether some element of the signed Body has exactly this text. */
  bodySays(text: string): boolean;
  /** Of the signed Timestamp, milliseconds since the epoch. */
  readonly createdAt: number;
}

/**
 * Verifies a message against one pinned certificate.
 *
 * @param required headers that the signature has to cover beside Body, Timestamp and the token.
 * @throws {Error} with a sentence that quotes nothing of the message.
 */
export function verifyXmlMessage(
  bytes: Uint8Array,
  certificate: X509Certificate,
  required: readonly string[],
): SignedParts {
  const text = textWithin(bytes);
  const envelope = parse(text);
  requireUniqueIds(envelope);
  const located = locate(envelope, required);
  const token = located.get('BinarySecurityToken')?.textContent?.replace(/\s/g, '');
  if (token !== undefined && token !== certificate.raw.toString('base64')) {
    throw new Error('the token is another certificate');
  }
  const covered = verifiedReferences(text, located.get('Signature') as DomElement, certificate);
  located.delete('Signature');

  const parts = new Map<string, DomElement>();
  for (const [name, element] of located) {
    const signed = covered.get(idOf(element) ?? '');
    if (signed?.localName !== element.localName || signed.namespaceURI !== element.namespaceURI) {
      throw new Error(`the signature does not cover ${name}`);
    }
    parts.set(name, signed);
  }
  return {
    textOf(name) {
      const part = parts.get(name);
      if (part === undefined) throw new Error(`the signature does not cover ${name}`);
      return part.textContent ?? '';
    },
    bodySays: (wanted) =>
      [...elementsOf(parts.get('Body') as DomElement)].some((element) => element.textContent === wanted),
    get createdAt() {
      const created = onlyChild(parts.get('Timestamp') as DomElement, wsu, 'Created').textContent ?? '';
      const at = Date.parse(created);
      if (Number.isNaN(at)) throw new Error('the Timestamp has no time');
      return at;
    },
  };
}

/** SHA-256 of the DER, lower-case hex: how the evidence names a certificate. */
export function thumbprintOf(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.raw).digest('hex');
}

/** The parts that the receiver acts on, each found by its path and there exactly once. */
function locate(envelope: DomElement, required: readonly string[]): Map<string, DomElement> {
  const soap = envelope.namespaceURI ?? '';
  if (envelope.localName !== 'Envelope' || !soapNamespaces.includes(soap))
    throw new Error('no SOAP envelope');
  const header = onlyChild(envelope, soap, 'Header');
  const security = onlyChild(header, wsse, 'Security');
  // A partner may name its certificate by issuer and number; a token that is there has to be signed.
  const tokens = childrenNamed(security, wsse, 'BinarySecurityToken');
  return new Map([
    ['Signature', onlyChild(security, ds, 'Signature')],
    ['Body', onlyChild(envelope, soap, 'Body')],
    ['Timestamp', onlyChild(security, wsu, 'Timestamp')],
    ...(tokens.length === 0
      ? []
      : [['BinarySecurityToken', onlyChild(security, wsse, 'BinarySecurityToken')] as const]),
    ...required.map((name) => [name, onlyChild(header, wsa, name)] as const),
  ]);
}

/** @returns what xml-crypto verified, by id. */
function verifiedReferences(
  text: string,
  signature: DomElement,
  certificate: X509Certificate,
): Map<string, DomElement> {
  const checker = new SignedXml({ publicCert: certificate.publicKey, getCertFromKeyInfo: () => null });
  checker.SignatureAlgorithms = signatureAlgorithms;
  checker.CanonicalizationAlgorithms = pick(checker.CanonicalizationAlgorithms, [exclusiveC14n]);
  checker.HashAlgorithms = pick(checker.HashAlgorithms, [
    'http://www.w3.org/2001/04/xmlenc#sha256',
    'http://www.w3.org/2001/04/xmlenc#sha512',
  ]);
  let holds = false;
  try {
    checker.loadSignature(signature.toString());
    holds = checker.checkSignature(text);
  } catch {
    // xml-crypto's own words quote values of the message.
    throw new Error('xml-crypto does not accept the signature');
  }
  if (!holds) throw new Error('xml-crypto finds a digest that differs');
  const covered = new Map<string, DomElement>();
  for (const canonical of checker.getSignedReferences()) {
    const part = parse(canonical);
    const id = idOf(part);
    if (id !== undefined) covered.set(id, part);
  }
  return covered;
}

function pick<Value>(all: Record<string, Value>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = all[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** ECDSA in the form of XML Signature (`r‖s`), which xml-crypto does not know, and no RSA with SHA-1. */
const signatureAlgorithms = Object.fromEntries(
  [
    ['rsa-sha256', 'sha256', 'rsa'],
    ['rsa-sha384', 'sha384', 'rsa'],
    ['rsa-sha512', 'sha512', 'rsa'],
    ['ecdsa-sha256', 'sha256', 'ec'],
    ['ecdsa-sha384', 'sha384', 'ec'],
  ].map(([name, hash, type]) => {
    const uri = `${more}${name}`;
    return [
      uri,
      class {
        getSignature(): string {
          throw new Error('an auditor does not sign');
        }
        verifySignature(material: string, key: unknown, value: string): boolean {
          const publicKey = key as KeyObject;
          if (publicKey.asymmetricKeyType !== type) return false;
          return createVerify(hash as string)
            .update(material)
            .verify({ key: publicKey, dsaEncoding: 'ieee-p1363' }, value, 'base64');
        }
        getAlgorithmName(): string {
          return uri;
        }
      },
    ] as const;
  }),
);

/** An id names one element, whatever the attribute is called: a reference must not mean two things. */
function requireUniqueIds(envelope: DomElement): void {
  const ids = new Set<string>();
  for (const element of elementsOf(envelope)) {
    for (const attribute of element.attributes) {
      if (attribute.localName?.toLowerCase() !== 'id') continue;
      if (ids.has(attribute.value)) throw new Error('an id stands twice in the message');
      ids.add(attribute.value);
    }
  }
}

function idOf(element: DomElement): string | undefined {
  return element.getAttributeNS(wsu, 'Id') ?? element.getAttribute('Id') ?? undefined;
}
