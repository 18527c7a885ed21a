import { SignatureRefused } from '../refusals.js';
import {
  dsNamespace,
  type SoapVersion,
  soapNamespaces,
  wsaNamespace,
  wsse11Namespace,
  wsseNamespace,
  wsuNamespace,
} from './names.js';
import { attributeOf, elementsOf, isNamed, textOf, type XmlElement } from './tree.js';

/** Header blocks of WS-Addressing that may appear, each at most once and always signed. */
const addressingHeaders = {
  To: 'to',
  Action: 'action',
  MessageID: 'message-id',
  ReplyTo: 'reply-to',
  RelatesTo: 'relates-to',
  FaultTo: 'fault-to',
  From: 'from',
} as const;

/** A place in the message that a Reference may point to. */
export type PartName =
  | (typeof addressingHeaders)[keyof typeof addressingHeaders]
  | 'body'
  | 'confirmation'
  | 'timestamp'
  | 'token';

/** Where everything stands; located by exact path, namespace and count, never by id. */
export interface LocatedParts {
  readonly parts: ReadonlyMap<PartName, XmlElement>;
  readonly signature: XmlElement;
}

/** What only some profiles allow in the Security header. */
export interface LocatingOptions {
  /** One SignatureConfirmation must be there (WSS 1.1 §8.5). Default false: none may be there. */
  readonly confirmation?: boolean;
}

/** @throws {SignatureRefused} `structure-…`, `confirmation-absent`, `security-absent` or `unsigned-fault`. */
export function locateParts(
  envelope: XmlElement,
  soapVersion: SoapVersion,
  expected: LocatingOptions = {},
): LocatedParts {
  const soap = soapNamespaces[soapVersion];
  if (!isNamed(envelope, soap, 'Envelope')) throw new SignatureRefused('structure-envelope');
  const { header, body } = readEnvelope(envelope, soap);
  const blocks = header === undefined ? [] : elementsOf(header);
  if (blocks === undefined) throw new SignatureRefused('structure-header', 'text');
  const securities = blocks.filter((block) => isNamed(block, wsseNamespace, 'Security'));
  const [security] = securities;
  if (security === undefined) {
    const content = elementsOf(body)?.[0];
    const isFault = content !== undefined && isNamed(content, soap, 'Fault');
    throw new SignatureRefused(isFault ? 'unsigned-fault' : 'security-absent');
  }
  if (securities.length > 1 || isForAnother(security, soap)) throw new SignatureRefused('structure-security');

  const parts = new Map<PartName, XmlElement>([['body', body]]);
  for (const block of blocks) {
    if (block === security) continue;
    const name = block.namespace === wsaNamespace ? addressingName(block.local) : undefined;
    if (name === undefined || parts.has(name)) throw new SignatureRefused('structure-header');
    parts.set(name, block);
  }
  for (const required of ['to', 'action', 'message-id'] as const) {
    if (!parts.has(required)) throw new SignatureRefused('structure-header-absent', required);
  }
  const signature = readSecurity(security, parts, expected.confirmation === true);
  return { parts, signature };
}

function readEnvelope(
  envelope: XmlElement,
  soap: string,
): { header: XmlElement | undefined; body: XmlElement } {
  const children = elementsOf(envelope);
  if (children !== undefined && children.length <= 2) {
    const body = children.at(-1);
    const header = children.length === 2 ? children[0] : undefined;
    if (body !== undefined && isNamed(body, soap, 'Body')) {
      if (header === undefined || isNamed(header, soap, 'Header')) return { header, body };
    }
  }
  throw new SignatureRefused('structure-envelope-content');
}

const addressingNames: ReadonlyMap<string, PartName> = new Map(Object.entries(addressingHeaders));

function addressingName(local: string): PartName | undefined {
  return addressingNames.get(local);
}

/** SOAP 1.1 §4.2.2 calls it actor, SOAP 1.2 §5.2.2 role; without one the last receiver is meant: us. */
function isForAnother(security: XmlElement, soap: string): boolean {
  return (
    attributeOf(security, soap, 'actor') !== undefined || attributeOf(security, soap, 'role') !== undefined
  );
}

/** Adds Timestamp and token to the parts and gives back the one Signature. */
function readSecurity(
  security: XmlElement,
  parts: Map<PartName, XmlElement>,
  confirmation: boolean,
): XmlElement {
  let signature: XmlElement | undefined;
  for (const element of elementsOf(security) ?? refuseContent('text')) {
    if (isNamed(element, dsNamespace, 'Signature') && signature === undefined) {
      signature = element;
    } else if (isNamed(element, wsuNamespace, 'Timestamp') && !parts.has('timestamp')) {
      parts.set('timestamp', element);
    } else if (isNamed(element, wsseNamespace, 'BinarySecurityToken') && !parts.has('token')) {
      parts.set('token', element);
    } else if (
      confirmation &&
      isNamed(element, wsse11Namespace, 'SignatureConfirmation') &&
      !parts.has('confirmation')
    ) {
      parts.set('confirmation', element);
    } else {
      refuseContent('unknown or repeated element');
    }
  }
  if (!parts.has('timestamp')) refuseContent('no Timestamp');
  if (confirmation && !parts.has('confirmation')) throw new SignatureRefused('confirmation-absent');
  return signature ?? refuseContent('no Signature');
}

function refuseContent(where: string): never {
  throw new SignatureRefused('structure-security-content', where);
}

/** The one plain value of an element. @throws {SignatureRefused} `structure-addressing`. */
export function plainText(element: XmlElement): string {
  const text = textOf(element);
  if (text === undefined || text === '') throw new SignatureRefused('structure-addressing', element.local);
  return text;
}

/** The address of an endpoint reference that holds nothing else. @see WS-Addressing 1.0 Core §2.2 */
export function endpointAddress(element: XmlElement): string {
  const [address, ...more] = elementsOf(element) ?? [];
  if (address === undefined || more.length > 0 || !isNamed(address, wsaNamespace, 'Address')) {
    throw new SignatureRefused('structure-addressing', element.local);
  }
  return plainText(address);
}
