import {
  base64Encoding,
  dsNamespace,
  exclusiveC14n,
  wsaNamespace,
  wsseNamespace,
  wsuNamespace,
  x509v3ValueType,
} from '../../../src/signing/xml/names.js';
import type { Issued } from '../../support/certificates.js';

/** An envelope as another SOAP stack would write it: other prefixes, other order, white space, other ids. */
export interface ForeignEnvelope {
  readonly now: number;
  readonly certificate: Issued;
  /** Algorithm URI of SignatureMethod. */
  readonly method: string;
  /** PrefixList of every Reference, as CXF sends one. */
  readonly prefixList?: string;
  /** Inside SecurityTokenReference. Default: a direct reference to the token. */
  readonly tokenReference?: string;
}

export const foreignTo = 'https://gateway.example/answers';
export const foreignAction = 'urn:civil/answer';
export const foreignMessageId = 'urn:uuid:11111111-2222-4333-8444-555555555555';
export const foreignIds = ['X509-1', 'TS-1', 'id-to', 'id-action', 'id-mid', 'id-reply', 'id-body'] as const;
export const directReference = `<wsse:Reference URI="#X509-1" ValueType="${x509v3ValueType}"/>`;

/** The envelope with a Signature whose digests and value are still empty, or without any Signature. */
export function foreignEnvelope(envelope: ForeignEnvelope, signature: string): string {
  const time = (ms: number) => new Date(ms).toISOString();
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsse="${wsseNamespace}" xmlns:u="${wsuNamespace}">
  <S:Header>
    <wsse:Security S:mustUnderstand="1">
      <wsse:BinarySecurityToken ValueType="${x509v3ValueType}" EncodingType="${base64Encoding}" u:Id="X509-1">${envelope.certificate.certificate.raw.toString('base64')}</wsse:BinarySecurityToken>
      <u:Timestamp u:Id="TS-1">
        <u:Created>${time(envelope.now)}</u:Created>
        <u:Expires>${time(envelope.now + 300_000)}</u:Expires>
      </u:Timestamp>
      ${signature}
    </wsse:Security>
    <To xmlns="${wsaNamespace}" u:Id="id-to">${foreignTo}</To>
    <Action xmlns="${wsaNamespace}" u:Id="id-action" S:mustUnderstand="1">${foreignAction}</Action>
    <MessageID xmlns="${wsaNamespace}" u:Id="id-mid">${foreignMessageId}</MessageID>
    <ReplyTo xmlns="${wsaNamespace}" u:Id="id-reply">
      <Address>http://www.w3.org/2005/08/addressing/anonymous</Address>
    </ReplyTo>
  </S:Header>
  <S:Body u:Id="id-body"><answer xmlns="urn:civil" xmlns:x="urn:x" b='2' a="1&amp;2"><x:name>Gëzim 𐐀</x:name><empty/> <t>a
b</t></answer></S:Body>
</S:Envelope>
`;
}

/** A Signature to be filled in by whoever signs. */
export function signatureTemplate(envelope: ForeignEnvelope): string {
  const inclusive =
    envelope.prefixList === undefined
      ? ''
      : `<ec:InclusiveNamespaces xmlns:ec="${exclusiveC14n}" PrefixList="${envelope.prefixList}"/>`;
  const references = foreignIds.map(
    (id) => `
          <ds:Reference URI="#${id}">
            <ds:Transforms><ds:Transform Algorithm="${exclusiveC14n}">${inclusive}</ds:Transform></ds:Transforms>
            <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
            <ds:DigestValue></ds:DigestValue>
          </ds:Reference>`,
  );
  return `<ds:Signature xmlns:ds="${dsNamespace}" Id="SIG-1">
        <ds:SignedInfo>
          <ds:CanonicalizationMethod Algorithm="${exclusiveC14n}">${inclusive}</ds:CanonicalizationMethod>
          <ds:SignatureMethod Algorithm="${envelope.method}"/>${references.reverse().join('')}
        </ds:SignedInfo>
        <ds:SignatureValue></ds:SignatureValue>
        <ds:KeyInfo Id="KI-1">${securityTokenReference(envelope)}</ds:KeyInfo>
      </ds:Signature>`;
}

export function securityTokenReference(envelope: ForeignEnvelope): string {
  const content = envelope.tokenReference ?? directReference;
  return `<wsse:SecurityTokenReference xmlns:wsse="${wsseNamespace}">${content}</wsse:SecurityTokenReference>`;
}
