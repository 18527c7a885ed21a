import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { type SoapVersion, soapUri, uri } from './wire-names.js';
import { escapeText } from './write-xml.js';

/** An answer or fault, or a request of the registry's own, before it is an envelope. */
export interface OutgoingMessage {
  readonly soapVersion: SoapVersion;
  /** The one child of Body, in canonical form. */
  readonly payload: string;
  readonly action: string;
  /** wsa:To. */
  readonly to: string;
  /** `urn:uuid:…` */
  readonly messageId: string;
  /** Message id of the question. Absent in a request. */
  readonly relatesTo?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export type SignMessage = (message: OutgoingMessage) => string;

const lifetimeMs = 300_000;

/**
 * Signs messages by the profile `wss-x509-integrity`. xml-crypto would need several milliseconds for each, so
 * every signed part is written in its canonical form at once: it declares its own namespaces, in the order of
 * their prefixes, and exclusive C14N then leaves it as it stands. That this holds is tested with xml-crypto.
 *
 * Prefixes, ids and the order of the headers are on purpose not those that the gateway writes.
 *
 * @throws {Error} when key and certificate do not belong together, or the key is neither RSA nor on P-256.
 */
export function messageSigner(privateKeyPem: string, certificatePem: string): SignMessage {
  const privateKey = createPrivateKey(privateKeyPem);
  const certificate = new X509Certificate(certificatePem);
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('key and certificate do not belong together');
  const method = methodFor(privateKey);
  const token =
    `<o:BinarySecurityToken xmlns:o="${uri.wsse}" xmlns:u="${uri.wsu}" EncodingType="${uri.base64}" ` +
    `ValueType="${uri.x509v3}" u:Id="X509">${certificate.raw.toString('base64')}</o:BinarySecurityToken>`;
  const tokenReference = reference('X509', token);

  return (message) => {
    const headers = [...addressing(message), header('ReplyTo', `<a:Address>${uri.anonymous}</a:Address>`)];
    const timestamp = { id: 'TS', xml: timestampXml(message.createdAt) };
    const body = { id: 'Content', xml: bodyXml(message) };
    const references = [body, timestamp, ...headers].map(({ id, xml }) => reference(id, xml)).join('');
    const signedInfo =
      `<d:SignedInfo xmlns:d="${uri.ds}">` +
      `<d:CanonicalizationMethod Algorithm="${uri.exclusiveC14n}"></d:CanonicalizationMethod>` +
      `<d:SignatureMethod Algorithm="${method}"></d:SignatureMethod>` +
      `${references}${tokenReference}</d:SignedInfo>`;
    const value = sign('sha256', Buffer.from(signedInfo), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return envelope(
      message.soapVersion,
      `${headers.map(({ xml }) => xml).join('')}<o:Security xmlns:o="${uri.wsse}" S:mustUnderstand="1">` +
        `${timestamp.xml}${token}<d:Signature xmlns:d="${uri.ds}">${signedInfo}` +
        `<d:SignatureValue>${value.toString('base64')}</d:SignatureValue><d:KeyInfo><o:SecurityTokenReference>` +
        `<o:Reference URI="#X509" ValueType="${uri.x509v3}"/></o:SecurityTokenReference></d:KeyInfo>` +
        '</d:Signature></o:Security>',
      body.xml,
    );
  };
}

/** The same message without any security header, for the behaviours `unsigned` and `unsigned-fault`. */
export function unsignedMessage(message: OutgoingMessage): string {
  const headers = addressing(message).map(({ xml }) => xml);
  return envelope(message.soapVersion, headers.join(''), bodyXml(message));
}

/**
 * What a sender learns whose signature was not accepted: nothing but that (WSS 1.1 §12). Not signed, because
 * there is no verified question that it could answer.
 */
export function securityFault(version: SoapVersion): string {
  const words = 'The security header was not accepted.';
  const fault =
    version === '1.1'
      ? `<faultcode xmlns:o="${uri.wsse}">o:InvalidSecurity</faultcode><faultstring>${words}</faultstring>`
      : `<S:Code><S:Value>S:Sender</S:Value><S:Subcode><S:Value xmlns:o="${uri.wsse}">o:InvalidSecurity` +
        `</S:Value></S:Subcode></S:Code><S:Reason><S:Text xml:lang="en">${words}</S:Text></S:Reason>`;
  return envelope(version, '', `<S:Body><S:Fault>${fault}</S:Fault></S:Body>`);
}

/**
 * Content of a Body that says no.
 *
 * @param detail XML of the only child of its detail, in canonical form.
 */
export function faultPayload(
  version: SoapVersion,
  fault: { readonly blames: 'sender' | 'registry'; readonly message: string; readonly detail: string },
): string {
  const words = escapeText(fault.message);
  const isSender = fault.blames === 'sender';
  return version === '1.1'
    ? `<S:Fault><faultcode>S:${isSender ? 'Client' : 'Server'}</faultcode><faultstring>${words}</faultstring>` +
        `<detail>${fault.detail}</detail></S:Fault>`
    : `<S:Fault><S:Code><S:Value>S:${isSender ? 'Sender' : 'Receiver'}</S:Value></S:Code>` +
        `<S:Reason><S:Text xml:lang="en">${words}</S:Text></S:Reason><S:Detail>${fault.detail}</S:Detail></S:Fault>`;
}

function envelope(version: SoapVersion, headers: string, body: string): string {
  return `<S:Envelope xmlns:S="${soapUri[version]}"><S:Header>${headers}</S:Header>${body}</S:Envelope>`;
}

function bodyXml({ soapVersion, payload }: OutgoingMessage): string {
  return `<S:Body xmlns:S="${soapUri[soapVersion]}" xmlns:u="${uri.wsu}" u:Id="Content">${payload}</S:Body>`;
}

function addressing({ messageId, relatesTo, to, action }: OutgoingMessage): { id: string; xml: string }[] {
  return [
    header('MessageID', escapeText(messageId)),
    ...(relatesTo === undefined ? [] : [header('RelatesTo', escapeText(relatesTo))]),
    header('To', escapeText(to)),
    header('Action', escapeText(action)),
  ];
}

function header(name: string, content: string): { id: string; xml: string } {
  const id = `A-${name}`;
  return {
    id,
    xml: `<a:${name} xmlns:a="${uri.wsa}" xmlns:u="${uri.wsu}" u:Id="${id}">${content}</a:${name}>`,
  };
}

function timestampXml(createdAt: number): string {
  const [created, expires] = [createdAt, createdAt + lifetimeMs].map((at) => new Date(at).toISOString());
  return (
    `<u:Timestamp xmlns:u="${uri.wsu}" u:Id="TS"><u:Created>${created}</u:Created>` +
    `<u:Expires>${expires}</u:Expires></u:Timestamp>`
  );
}

function reference(id: string, canonical: string): string {
  return (
    `<d:Reference URI="#${id}"><d:Transforms><d:Transform Algorithm="${uri.exclusiveC14n}"></d:Transform>` +
    `</d:Transforms><d:DigestMethod Algorithm="${uri.sha256}"></d:DigestMethod>` +
    `<d:DigestValue>${createHash('sha256').update(canonical).digest('base64')}</d:DigestValue></d:Reference>`
  );
}

function methodFor(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return uri.rsaSha256;
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1')
    return uri.ecdsaSha256;
  throw new Error('the registry signs with RSA or on P-256');
}
