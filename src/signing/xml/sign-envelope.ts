import type { X509Certificate } from 'node:crypto';
import type { Signer } from '../signer.js';
import { signatureAlgorithmNamed } from './algorithms.js';
import { canonicalBytes } from './c14n.js';
import { bytesOfText } from './decode-text.js';
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
import { idStem, type PartContent, repeatedPart, type SignedPart, signedPart } from './signed-part.js';
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
  const headers = writeAddressing(message);
  const token = tokenOf(signer.certificate);
  const timestamp = writeTimestamp(message);

  const confirmation = message.confirms === undefined ? [] : [writeConfirmation(message.confirms)];
  const parts = [token, timestamp, ...confirmation, ...headers];
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
      `xmlns:wsu="${wsuNamespace}"><soap:Header>${written(headers)}` +
      `<wsse:Security soap:mustUnderstand="1">${written([token, timestamp, ...confirmation])}` +
      `${signature}</wsse:Security></soap:Header>${body.xml}</soap:Envelope>`,
    'latin1',
  );
}

function written(parts: readonly SignedPart[]): string {
  let text = '';
  for (const { xml } of parts) text += xml;
  return text;
}

const declare = (prefix: string, uri: string) => ` xmlns:${prefix}="${uri}"`;
const declareWsu = declare('wsu', wsuNamespace);

const tokens = new WeakMap<X509Certificate, SignedPart>();

/** The token of a certificate is the same in each message. */
function tokenOf(certificate: X509Certificate): SignedPart {
  const known = tokens.get(certificate);
  if (known !== undefined) return known;
  const token = signedPart('token', {
    name: 'wsse:BinarySecurityToken',
    declarations: declare('wsse', wsseNamespace) + declareWsu,
    attributes: ` EncodingType="${base64Encoding}" ValueType="${x509v3ValueType}"`,
    content: certificate.raw.toString('base64'),
  });
  tokens.set(certificate, token);
  return token;
}

function writeBody(soap: string, content: string): SignedPart {
  const root = parseXmlText(content, defaultXmlLimits, 'content');
  // A prefix that only a value uses is not visible to exclusive C14N: it has to be named, or its declaration
  // would be lost here and could be exchanged on the way.
  const prefixList = qnamePrefixes(root);
  const context: NamespaceDeclaration[] = [{ prefix: 'soap', uri: soap }];
  // What the Envelope declares and the list names is written at Body, whatever the content makes of it.
  if (prefixList.includes('wsa')) context.push({ prefix: 'wsa', uri: wsaNamespace });
  if (prefixList.includes('wsse')) context.push({ prefix: 'wsse', uri: wsseNamespace });
  context.push({ prefix: 'wsu', uri: wsuNamespace });
  const xml = canonicalBytes(root, prefixList, context);
  if (xml.includes(`"${idStem}`))
    throw new TypeError(`Body content may not use ids that begin with ${idStem}.`);
  const declarations = context.map(({ prefix, uri }) => declare(prefix, uri)).join('');
  return signedPart('body', { name: 'soap:Body', declarations, content: xml, prefixList });
}

function writeAddressing(message: OutgoingEnvelope): SignedPart[] {
  const { action, messageId, to, replyTo = wsaAnonymous, relatesTo } = message;
  const headers = [
    repeatedPart('action', addressing('wsa:Action', textBytes(action))),
    signedPart('message-id', addressing('wsa:MessageID', textBytes(messageId))),
    repeatedPart('to', addressing('wsa:To', textBytes(to))),
    repeatedPart('reply-to', addressing('wsa:ReplyTo', `<wsa:Address>${textBytes(replyTo)}</wsa:Address>`)),
  ];
  if (relatesTo !== undefined) {
    headers.push(signedPart('relates-to', addressing('wsa:RelatesTo', textBytes(relatesTo))));
  }
  return headers;
}

function textBytes(text: string): string {
  return bytesOfText(escapeText(text));
}

const declareWsaWsu = declare('wsa', wsaNamespace) + declareWsu;

function addressing(name: string, content: string): PartContent {
  return { name, declarations: declareWsaWsu, content };
}

function writeConfirmation(signatureValue: string): SignedPart {
  const ownDeclarations = declare('wsse11', wsse11Namespace);
  return signedPart('confirmation', {
    name: 'wsse11:SignatureConfirmation',
    declarations: ownDeclarations + declareWsu,
    ownDeclarations,
    attributes: ` Value="${bytesOfText(escapeAttribute(signatureValue))}"`,
    content: '',
  });
}

function writeTimestamp(message: OutgoingEnvelope): SignedPart {
  const lifetimeMs = (message.lifetimeSeconds ?? defaultLifetimeSeconds) * 1000;
  const created = new Date(message.createdAt).toISOString();
  const expires = new Date(message.createdAt + lifetimeMs).toISOString();
  return signedPart('timestamp', {
    name: 'wsu:Timestamp',
    declarations: declareWsu,
    content: `<wsu:Created>${created}</wsu:Created><wsu:Expires>${expires}</wsu:Expires>`,
  });
}

/** SignedInfo in canonical form, from behind its start tag. */
function writeSignedInfo(methodUri: string, parts: readonly SignedPart[]): string {
  let references = '';
  for (const { reference } of parts) references += reference;
  return (
    `<ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${methodUri}"></ds:SignatureMethod>${references}</ds:SignedInfo>`
  );
}
