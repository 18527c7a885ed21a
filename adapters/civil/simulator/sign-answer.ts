import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { escapeText, uri } from './protocol.js';

/** An answer or fault, before it is an envelope. */
export interface OutgoingAnswer {
  /** The one child of Body, in canonical form. */
  readonly payload: string;
  readonly action: string;
  /** wsa:To. */
  readonly to: string;
  /** `urn:uuid:…` */
  readonly messageId: string;
  /** Message id of the question. */
  readonly relatesTo: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

const lifetimeMs = 300_000;

/**
 * Signs answers by the profile `wss-x509-integrity`. xml-crypto would need several milliseconds for each, so
 * every signed part is written in its canonical form at once: it declares its own namespaces, in the order of
 * their prefixes, and exclusive C14N then leaves it as it stands. That this holds is tested with xml-crypto.
 *
 * Prefixes, ids and the order of the headers are on purpose not those that the gateway writes.
 *
 * @throws {Error} when key and certificate do not belong together, or the key is neither RSA nor on P-256.
 */
export function answerSigner(
  privateKeyPem: string,
  certificatePem: string,
): (answer: OutgoingAnswer) => string {
  const privateKey = createPrivateKey(privateKeyPem);
  const certificate = new X509Certificate(certificatePem);
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('key and certificate do not belong together');
  const method = methodFor(privateKey);
  const token =
    `<o:BinarySecurityToken xmlns:o="${uri.wsse}" xmlns:u="${uri.wsu}" EncodingType="${uri.base64}" ` +
    `ValueType="${uri.x509v3}" u:Id="X509">${certificate.raw.toString('base64')}</o:BinarySecurityToken>`;
  const tokenReference = reference('X509', token);

  return (answer) => {
    const headers = [
      header('MessageID', escapeText(answer.messageId)),
      header('RelatesTo', escapeText(answer.relatesTo)),
      header('To', escapeText(answer.to)),
      header('Action', escapeText(answer.action)),
      header('ReplyTo', `<a:Address>${uri.anonymous}</a:Address>`),
    ];
    const timestamp = { id: 'TS', xml: timestampXml(answer.createdAt) };
    const body = { id: 'Content', xml: bodyXml(answer.payload) };
    const references = [body, timestamp, ...headers].map(({ id, xml }) => reference(id, xml)).join('');
    const signedInfo =
      `<d:SignedInfo xmlns:d="${uri.ds}">` +
      `<d:CanonicalizationMethod Algorithm="${uri.exclusiveC14n}"></d:CanonicalizationMethod>` +
      `<d:SignatureMethod Algorithm="${method}"></d:SignatureMethod>` +
      `${references}${tokenReference}</d:SignedInfo>`;
    const value = sign('sha256', Buffer.from(signedInfo), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return envelope(
      `${headers.map(({ xml }) => xml).join('')}<o:Security xmlns:o="${uri.wsse}" S:mustUnderstand="1">` +
        `${timestamp.xml}${token}<d:Signature xmlns:d="${uri.ds}">${signedInfo}` +
        `<d:SignatureValue>${value.toString('base64')}</d:SignatureValue><d:KeyInfo><o:SecurityTokenReference>` +
        `<o:Reference URI="#X509" ValueType="${uri.x509v3}"/></o:SecurityTokenReference></d:KeyInfo>` +
        '</d:Signature></o:Security>',
      body.xml,
    );
  };
}

/** The same answer without any security header, for the behaviours `unsigned` and `unsigned-fault`. */
export function unsignedAnswer(answer: OutgoingAnswer): string {
  const headers =
    header('MessageID', escapeText(answer.messageId)).xml +
    header('RelatesTo', escapeText(answer.relatesTo)).xml +
    header('To', escapeText(answer.to)).xml +
    header('Action', escapeText(answer.action)).xml;
  return envelope(headers, bodyXml(answer.payload));
}

/**
 * What a sender learns whose signature was not accepted: nothing but that (WSS 1.1 §12). Not signed, because
 * there is no verified question that it could answer.
 */
export function securityFault(): string {
  return envelope(
    '',
    `<S:Body><S:Fault><faultcode xmlns:o="${uri.wsse}">o:InvalidSecurity</faultcode>` +
      '<faultstring>The security header was not accepted.</faultstring></S:Fault></S:Body>',
  );
}

function envelope(headers: string, body: string): string {
  return `<S:Envelope xmlns:S="${uri.soap}"><S:Header>${headers}</S:Header>${body}</S:Envelope>`;
}

function bodyXml(payload: string): string {
  return `<S:Body xmlns:S="${uri.soap}" xmlns:u="${uri.wsu}" u:Id="Content">${payload}</S:Body>`;
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
