import { randomUUID, sign } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import { uri } from '../../../../adapters/civil/simulator/protocol.js';
import type { Issued } from '../../../support/certificates.js';

/** A request in the role of the gateway, made without the gateway's signer. */
export interface Asked {
  readonly operation?: 'GetPerson' | 'GetFamilyComposition' | 'GetCivilFact';
  readonly nid: string;
  readonly factKind?: 'BIRTH' | 'MARRIAGE' | 'DEATH';
  readonly to: string;
  readonly messageId?: string;
  readonly action?: string;
  readonly replyTo?: string;
  /** Default: now. */
  readonly createdAt?: number;
  readonly lifetimeMs?: number;
  /** Parts that are not signed, by local name. */
  readonly unsigned?: readonly string[];
  /** Default: exclusive C14N alone. */
  readonly transforms?: readonly string[];
  /** Default: SHA-256. */
  readonly digestAlgorithm?: string;
  /** Of SignedInfo. Default: exclusive C14N. */
  readonly canonicalizationAlgorithm?: string;
  /** Changes the envelope before it is signed. */
  readonly before?: (xml: string) => string;
}

/** Another message than a question to the civil registry. */
export type Message = Omit<Asked, 'nid' | 'operation' | 'factKind' | 'action'> & {
  readonly action: string;
  readonly soap: string;
  readonly bodyContent: string;
};

const civil = 'urn:al:ura:registry:civil:v1';

export function questionXml({
  operation = 'GetPerson',
  nid,
  factKind,
}: Pick<Asked, 'operation' | 'nid' | 'factKind'>): string {
  return (
    `<q:${operation} xmlns:q="${civil}"><q:Context><q:Purpose>social-housing</q:Purpose>` +
    '<q:LegalBasis>Ligji 22/2018, neni 18</q:LegalBasis><q:CaseId>DIV-2026-00017</q:CaseId><q:Requester>' +
    '<q:Organisation>Bashkia Divjakë</q:Organisation><q:Officer>elira.kola</q:Officer><q:Unit>OSS</q:Unit>' +
    `</q:Requester></q:Context><q:Nid>${nid}</q:Nid>` +
    `${factKind === undefined ? '' : `<q:FactKind>${factKind}</q:FactKind>`}</q:${operation}>`
  );
}

/** Signs with xml-crypto by the profile wss-x509-integrity. */
export function signedRequest(asked: Asked, signer: Pick<Issued, 'privateKey' | 'certificate'>): string {
  const action = asked.action ?? `${civil}/${asked.operation ?? 'GetPerson'}`;
  return signedMessage({ ...asked, action, soap: uri.soap, bodyContent: questionXml(asked) }, signer);
}

/** The same for any message, of either SOAP version. */
export function signedMessage(asked: Message, signer: Pick<Issued, 'privateKey' | 'certificate'>): string {
  const { action, soap, bodyContent } = asked;
  const createdAt = asked.createdAt ?? Date.now();
  const moment = (at: number) => new Date(at).toISOString();
  const part = (name: string, content: string) => `<wsa:${name} wsu:Id="id-${name}">${content}</wsa:${name}>`;
  const plain =
    `<soapenv:Envelope xmlns:soapenv="${soap}" xmlns:wsa="${uri.wsa}" xmlns:wsu="${uri.wsu}"><soapenv:Header>` +
    `<wsse:Security xmlns:wsse="${uri.wsse}" soapenv:mustUnderstand="1">` +
    `<wsse:BinarySecurityToken EncodingType="${uri.base64}" ValueType="${uri.x509v3}" wsu:Id="id-BinarySecurityToken">` +
    `${signer.certificate.raw.toString('base64')}</wsse:BinarySecurityToken>` +
    `<wsu:Timestamp wsu:Id="id-Timestamp"><wsu:Created>${moment(createdAt)}</wsu:Created>` +
    `<wsu:Expires>${moment(createdAt + (asked.lifetimeMs ?? 300_000))}</wsu:Expires></wsu:Timestamp></wsse:Security>` +
    part('To', asked.to) +
    part('Action', action) +
    part('MessageID', asked.messageId ?? `urn:uuid:${randomUUID()}`) +
    part('ReplyTo', `<wsa:Address>${asked.replyTo ?? uri.anonymous}</wsa:Address>`) +
    `</soapenv:Header><soapenv:Body wsu:Id="id-Body">${bodyContent}</soapenv:Body></soapenv:Envelope>`;
  const algorithm = signer.privateKey.asymmetricKeyType === 'rsa' ? uri.rsaSha256 : uri.ecdsaSha256;
  const signing = new SignedXml({
    idMode: 'wssecurity',
    privateKey: signer.privateKey,
    signatureAlgorithm: algorithm,
    canonicalizationAlgorithm: asked.canonicalizationAlgorithm ?? uri.exclusiveC14n,
    getKeyInfoContent: () =>
      `<wsse:SecurityTokenReference xmlns:wsse="${uri.wsse}"><wsse:Reference URI="#id-BinarySecurityToken" ` +
      `ValueType="${uri.x509v3}"/></wsse:SecurityTokenReference>`,
  });
  signing.SignatureAlgorithms[uri.ecdsaSha256] = EcdsaSha256;
  const names = ['Body', 'Timestamp', 'BinarySecurityToken', 'To', 'Action', 'MessageID', 'ReplyTo'];
  for (const name of names.filter((each) => !asked.unsigned?.includes(each))) {
    signing.addReference({
      xpath: `//*[local-name(.)='${name}']`,
      transforms: asked.transforms ?? [uri.exclusiveC14n],
      digestAlgorithm: asked.digestAlgorithm ?? uri.sha256,
    });
  }
  signing.computeSignature(asked.before ? asked.before(plain) : plain, {
    prefix: 'ds',
    location: { reference: "//*[local-name(.)='Security']", action: 'append' },
  });
  return signing.getSignedXml();
}

/** xml-crypto brings no ECDSA of its own. */
class EcdsaSha256 {
  getSignature(signedInfo: unknown, key: unknown): string {
    const privateKey = key as Issued['privateKey'];
    return sign('sha256', Buffer.from(String(signedInfo)), {
      key: privateKey,
      dsaEncoding: 'ieee-p1363',
    }).toString('base64');
  }
  verifySignature(): boolean {
    throw new Error('this side only signs');
  }
  getAlgorithmName(): string {
    return uri.ecdsaSha256;
  }
}
