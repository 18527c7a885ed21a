import type { X509Certificate } from 'node:crypto';
import type { Signer } from '../signer.js';
import { sha256Uri, signatureAlgorithmNamed } from './algorithms.js';
import { bytesOfPieces, canonicalPieces } from './c14n.js';
import { bytesOfText } from './decode-text.js';
import { digestOf } from './digest.js';
import { escapeAttribute, escapeText } from './escape.js';
import { defaultXmlLimits } from './limits.js';
import {
  base64Encoding,
  dsNamespace,
  exclusiveC14n,
  type SoapVersion,
  soapNamespaces,
  wsaAnonymous,
  wsaNamespace,
  wsse11Namespace,
  wsseNamespace,
  wsuNamespace,
  x509v3ValueType,
} from './names.js';
import { parseXmlText } from './parse.js';
import { qnamePrefixes } from './qname-values.js';
import type { NamespaceDeclaration } from './tree.js';

/** What a SOAP message says, before it is an envelope. */
export interface OutgoingEnvelope {
  readonly soapVersion: SoapVersion;
  /** XML of the one child element of Body, in any well-formed form: it is parsed and canonicalised. */
  readonly bodyContent: string;
  /** wsa:To: the address of the receiver, as the receiver knows it. */
  readonly to: string;
  /** wsa:Action. */
  readonly action: string;
  /** wsa:MessageID, for example `urn:uuid:…`; the same for every repetition of the same question. */
  readonly messageId: string;
  /** Address of wsa:ReplyTo. Default: the anonymous address. */
  readonly replyTo?: string;
  /** wsa:RelatesTo: the message id of the question; in answers. */
  readonly relatesTo?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Seconds from Created to Expires. Default 300; receivers accept no more than that. */
  readonly lifetimeSeconds?: number;
  /** False leaves the Body unsigned (`wss-x509-auth`). Default true. */
  readonly signsBody?: boolean;
  /** SignatureValue of the question, base64 in one line, to be confirmed (`wss-signature-confirmation`). */
  readonly confirms?: string;
}

const defaultLifetimeSeconds = 300;
/** Bytes of the ids that we write; content may not use them, or a Reference would be ambiguous. */
const idStem = 'ura-';

/**
 * Builds and signs an envelope by the profile `wss-x509-integrity`: a BinarySecurityToken with direct
 * reference; signed are the token, Timestamp, To, Action, MessageID, ReplyTo, RelatesTo (when given) and Body.
 *
 * Namespaces are declared once, on the Envelope. Each signed part is written as its canonical form without those
 * declarations, and digested with them, so that nothing has to be parsed again and every receiver computes the
 * digests that were computed here.
 *
 * @returns the whole envelope, UTF-8, without XML declaration.
 * @throws {TypeError} when the signer has no certificate or an algorithm that XML Signature does not know.
 * @throws {SignatureRefused} with an `xml-…` code when `bodyContent` is not one element that we would accept
 *   from others.
 */
export async function signEnvelope(message: OutgoingEnvelope, signer: Signer): Promise<Uint8Array> {
  const method = signatureAlgorithmNamed(signer.algorithm);
  if (method === undefined) throw new TypeError(`XML Signature has no identifier for ${signer.algorithm}.`);
  if (signer.certificate === undefined) throw new TypeError(`Key ${signer.keyId} has no certificate.`);
  const soap = soapNamespaces[message.soapVersion];
  const body = writeBody(soap, message.bodyContent);
  const addressing = writeAddressing(message);
  const token = tokenOf(signer.certificate);
  const timestamp = writeTimestamp(message);

  const confirmation = message.confirms === undefined ? [] : [writeConfirmation(message.confirms)];
  const parts = [token, timestamp, ...confirmation, ...addressing];
  if (message.signsBody !== false) parts.push(body);
  const signedInfo = writeSignedInfo(method.uri, parts);
  const value = await signer.sign(
    Buffer.from(`<ds:SignedInfo xmlns:ds="${dsNamespace}">${signedInfo}`, 'latin1'),
  );
  const signature =
    `<ds:Signature xmlns:ds="${dsNamespace}"><ds:SignedInfo>${signedInfo}` +
    `<ds:SignatureValue>${Buffer.from(value).toString('base64')}</ds:SignatureValue>` +
    `<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#${idStem}token" ` +
    `ValueType="${x509v3ValueType}"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>`;
  return Buffer.from(
    `<soap:Envelope xmlns:soap="${soap}" xmlns:wsa="${wsaNamespace}" xmlns:wsse="${wsseNamespace}" ` +
      `xmlns:wsu="${wsuNamespace}"><soap:Header>${written(addressing)}` +
      `<wsse:Security soap:mustUnderstand="1">${written([token, timestamp, ...confirmation])}` +
      `${signature}</wsse:Security></soap:Header>${body.xml}</soap:Envelope>`,
    'latin1',
  );
}

function written(parts: readonly Part[]): string {
  return parts.map(({ xml }) => xml).join('');
}

/** A signed element. All text here is UTF-8 with one character for each byte; see `Source`. */
interface Part {
  readonly id: string;
  /** As it stands in the message. */
  readonly xml: string;
  /** Base64 of the SHA-256 of its canonical form. */
  readonly digest: string;
  readonly prefixList: readonly string[];
}

interface PartContent {
  readonly name: string;
  /** Declarations that the canonical form has, in the order of their prefixes. */
  readonly declarations: string;
  /** Those of them that the Envelope does not have. Default: none. */
  readonly ownDeclarations?: string;
  /** Attributes without namespace: in canonical order they come before wsu:Id. */
  readonly attributes?: string;
  readonly content: string;
  readonly prefixList?: readonly string[];
}

function part(id: string, described: PartContent): Part {
  const { name, declarations, ownDeclarations = '', attributes = '', content, prefixList = [] } = described;
  const rest = `${attributes} wsu:Id="${idStem}${id}">${content}</${name}>`;
  return {
    id: `${idStem}${id}`,
    xml: `<${name}${ownDeclarations}${rest}`,
    digest: digestOf('sha256', [Buffer.from(`<${name}${declarations}${rest}`, 'latin1')]),
    prefixList,
  };
}

const declare = (prefix: string, uri: string) => ` xmlns:${prefix}="${uri}"`;
const declareWsu = declare('wsu', wsuNamespace);

const tokens = new WeakMap<X509Certificate, Part>();

/** The token of a certificate is the same in each message. */
function tokenOf(certificate: X509Certificate): Part {
  const known = tokens.get(certificate);
  if (known !== undefined) return known;
  const token = part('token', {
    name: 'wsse:BinarySecurityToken',
    declarations: declare('wsse', wsseNamespace) + declareWsu,
    attributes: ` EncodingType="${base64Encoding}" ValueType="${x509v3ValueType}"`,
    content: certificate.raw.toString('base64'),
  });
  tokens.set(certificate, token);
  return token;
}

function writeBody(soap: string, content: string): Part {
  const root = parseXmlText(content, defaultXmlLimits, 'content');
  // A prefix that only a value uses is not visible to exclusive C14N: it has to be named, or its declaration
  // would be lost here and could be exchanged on the way.
  const prefixList = qnamePrefixes(root);
  const context: NamespaceDeclaration[] = [{ prefix: 'soap', uri: soap }];
  // What the Envelope declares and the list names is written at Body, whatever the content makes of it.
  if (prefixList.includes('wsa')) context.push({ prefix: 'wsa', uri: wsaNamespace });
  if (prefixList.includes('wsse')) context.push({ prefix: 'wsse', uri: wsseNamespace });
  context.push({ prefix: 'wsu', uri: wsuNamespace });
  const xml = bytesOfPieces(canonicalPieces(root, prefixList, context)).toString('latin1');
  if (xml.includes(`"${idStem}`))
    throw new TypeError(`Body content may not use ids that begin with ${idStem}.`);
  const declarations = context.map(({ prefix, uri }) => declare(prefix, uri)).join('');
  return part('body', { name: 'soap:Body', declarations, content: xml, prefixList });
}

function writeAddressing(message: OutgoingEnvelope): Part[] {
  const replyTo = `<wsa:Address>${textBytes(message.replyTo ?? wsaAnonymous)}</wsa:Address>`;
  const headers = [
    addressingPart('action', 'wsa:Action', textBytes(message.action)),
    addressingPart('message-id', 'wsa:MessageID', textBytes(message.messageId)),
    addressingPart('to', 'wsa:To', textBytes(message.to)),
    addressingPart('reply-to', 'wsa:ReplyTo', replyTo),
  ];
  if (message.relatesTo !== undefined) {
    headers.push(addressingPart('relates-to', 'wsa:RelatesTo', textBytes(message.relatesTo)));
  }
  return headers;
}

function textBytes(text: string): string {
  return bytesOfText(escapeText(text));
}

const declareWsaWsu = declare('wsa', wsaNamespace) + declareWsu;

function addressingPart(id: string, name: string, content: string): Part {
  return part(id, { name, declarations: declareWsaWsu, content });
}

function writeConfirmation(signatureValue: string): Part {
  const ownDeclarations = declare('wsse11', wsse11Namespace);
  return part('confirmation', {
    name: 'wsse11:SignatureConfirmation',
    declarations: ownDeclarations + declareWsu,
    ownDeclarations,
    attributes: ` Value="${bytesOfText(escapeAttribute(signatureValue))}"`,
    content: '',
  });
}

function writeTimestamp(message: OutgoingEnvelope): Part {
  const lifetimeMs = (message.lifetimeSeconds ?? defaultLifetimeSeconds) * 1000;
  const created = new Date(message.createdAt).toISOString();
  const expires = new Date(message.createdAt + lifetimeMs).toISOString();
  return part('timestamp', {
    name: 'wsu:Timestamp',
    declarations: declareWsu,
    content: `<wsu:Created>${created}</wsu:Created><wsu:Expires>${expires}</wsu:Expires>`,
  });
}

const transformStart = `"><ds:Transforms><ds:Transform Algorithm="${exclusiveC14n}">`;
const digestStart =
  '</ds:Transform></ds:Transforms>' +
  `<ds:DigestMethod Algorithm="${sha256Uri}"></ds:DigestMethod><ds:DigestValue>`;

/** SignedInfo in canonical form, from behind its start tag. */
function writeSignedInfo(methodUri: string, parts: readonly Part[]): string {
  let references = '';
  for (const { id, digest, prefixList } of parts) {
    references +=
      `<ds:Reference URI="#${id}${transformStart}${writePrefixList(prefixList)}` +
      `${digestStart}${digest}</ds:DigestValue></ds:Reference>`;
  }
  return (
    `<ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${methodUri}"></ds:SignatureMethod>${references}</ds:SignedInfo>`
  );
}

function writePrefixList(prefixes: readonly string[]): string {
  if (prefixes.length === 0) return '';
  const list = bytesOfText(escapeAttribute(prefixes.join(' ')));
  return `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="${list}"></ec:InclusiveNamespaces>`;
}
