import { hash } from 'node:crypto';
import type { Signer } from '../signer.js';
import { sha256Uri, signatureAlgorithmNamed } from './algorithms.js';
import { canonicalize } from './c14n.js';
import { escapeAttribute, escapeText } from './escape.js';
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
 * Every signed part is written in its canonical form, with its own namespace declarations, so that nothing
 * has to be parsed again and every receiver computes the digests that were computed here.
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
  const token = part(
    'wsse:BinarySecurityToken',
    [['wsse', wsseNamespace]],
    'token',
    signer.certificate.raw.toString('base64'),
    `EncodingType="${base64Encoding}" ValueType="${x509v3ValueType}"`,
  );
  const timestamp = writeTimestamp(message);

  const confirmation = message.confirms === undefined ? [] : [writeConfirmation(message.confirms)];
  const parts = [token, timestamp, ...confirmation, ...addressing];
  if (message.signsBody !== false) parts.push(body);
  const signedInfo = writeSignedInfo(method.uri, parts);
  const value = await signer.sign(Buffer.from(signedInfo));
  const signature =
    `<ds:Signature xmlns:ds="${dsNamespace}">${signedInfo}` +
    `<ds:SignatureValue>${Buffer.from(value).toString('base64')}</ds:SignatureValue>` +
    `<ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#${idStem}token" ` +
    `ValueType="${x509v3ValueType}"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>`;
  return Buffer.from(
    `<soap:Envelope xmlns:soap="${soap}"><soap:Header>${addressing.map((header) => header.xml).join('')}` +
      `<wsse:Security xmlns:wsse="${wsseNamespace}" soap:mustUnderstand="1">` +
      `${token.xml}${timestamp.xml}${confirmation.map(({ xml }) => xml).join('')}${signature}</wsse:Security></soap:Header>${body.xml}</soap:Envelope>`,
  );
}

/** A signed element in canonical form. */
interface Part {
  readonly id: string;
  readonly xml: string;
  readonly prefixList: readonly string[];
}

/** Writes one canonical element. `declarations` in the order of their prefixes, all before `wsu`. */
function part(
  name: string,
  declarations: readonly (readonly [prefix: string, uri: string])[],
  id: string,
  content: string,
  attributes = '',
): Part {
  const xmlns = declarations.map(([prefix, uri]) => ` xmlns:${prefix}="${uri}"`).join('');
  // Attributes without namespace come before wsu:Id in canonical order.
  const plain = attributes === '' ? '' : ` ${attributes}`;
  return {
    id: `${idStem}${id}`,
    xml: `<${name}${xmlns} xmlns:wsu="${wsuNamespace}"${plain} wsu:Id="${idStem}${id}">${content}</${name}>`,
    prefixList: [],
  };
}

function writeBody(soap: string, content: string): Part {
  const root = parseXmlText(content);
  // A prefix that only a value uses is not visible to exclusive C14N: it has to be named, or its declaration
  // would be lost here and could be exchanged on the way.
  const prefixList = qnamePrefixes(root);
  const context = [
    { prefix: 'soap', uri: soap },
    { prefix: 'wsu', uri: wsuNamespace },
  ];
  const xml = canonicalize(root, prefixList, context);
  if (xml.includes(`"${idStem}`))
    throw new TypeError(`Body content may not use ids that begin with ${idStem}.`);
  return { ...part('soap:Body', [['soap', soap]], 'body', xml), prefixList };
}

function writeAddressing(message: OutgoingEnvelope): Part[] {
  const wsa = [['wsa', wsaNamespace]] as const;
  const replyTo = `<wsa:Address>${escapeText(message.replyTo ?? wsaAnonymous)}</wsa:Address>`;
  const headers = [
    part('wsa:Action', wsa, 'action', escapeText(message.action)),
    part('wsa:MessageID', wsa, 'message-id', escapeText(message.messageId)),
    part('wsa:To', wsa, 'to', escapeText(message.to)),
    part('wsa:ReplyTo', wsa, 'reply-to', replyTo),
  ];
  if (message.relatesTo !== undefined) {
    headers.push(part('wsa:RelatesTo', wsa, 'relates-to', escapeText(message.relatesTo)));
  }
  return headers;
}

function writeConfirmation(signatureValue: string): Part {
  const value = `Value="${escapeAttribute(signatureValue)}"`;
  return part('wsse11:SignatureConfirmation', [['wsse11', wsse11Namespace]], 'confirmation', '', value);
}

function writeTimestamp(message: OutgoingEnvelope): Part {
  const lifetimeMs = (message.lifetimeSeconds ?? defaultLifetimeSeconds) * 1000;
  const created = new Date(message.createdAt).toISOString();
  const expires = new Date(message.createdAt + lifetimeMs).toISOString();
  return part(
    'wsu:Timestamp',
    [],
    'timestamp',
    `<wsu:Created>${created}</wsu:Created><wsu:Expires>${expires}</wsu:Expires>`,
  );
}

function writeSignedInfo(methodUri: string, parts: readonly Part[]): string {
  const references = parts.map(({ id, xml, prefixList }) => {
    const digest = hash('sha256', xml, 'base64');
    return (
      `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${exclusiveC14n}">` +
      `${writePrefixList(prefixList)}</ds:Transform></ds:Transforms>` +
      `<ds:DigestMethod Algorithm="${sha256Uri}"></ds:DigestMethod>` +
      `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`
    );
  });
  return (
    `<ds:SignedInfo xmlns:ds="${dsNamespace}">` +
    `<ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${methodUri}"></ds:SignatureMethod>${references.join('')}</ds:SignedInfo>`
  );
}

function writePrefixList(prefixes: readonly string[]): string {
  if (prefixes.length === 0) return '';
  const list = escapeAttribute(prefixes.join(' '));
  return `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="${list}"></ec:InclusiveNamespaces>`;
}
