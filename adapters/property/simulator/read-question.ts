import {
  childElements,
  type DomElement,
  onlyChild,
  parseXml,
  textOf,
} from '../../soap/simulator/read-xml.js';
import type { VerifiedMessage } from '../../soap/simulator/verify-message.js';
import { operations, propertyNamespace } from './protocol.js';
import type { Question } from './registry.js';

/** What a verified request asks. */
export type Asked =
  | { readonly question: Question; readonly caseId: string }
  | { readonly ticket: string; readonly requestMessageId: string }
  | { readonly statusOf: string };

/**
 * Reads a verified request.
 *
 * @param action as HTTP named it, in quotes; SOAP 1.2 lets it be absent.
 */
export function readQuestion(
  request: VerifiedMessage,
  action: string | undefined,
  isValid: (xml: string) => boolean,
): Asked | { readonly problem: string } {
  const root = parseXml(request.payload);
  const operation = operations.find(
    (name) => root.localName === name && root.namespaceURI === propertyNamespace,
  );
  if (operation === undefined || request.action !== `${propertyNamespace}/${operation}`) {
    return { problem: 'The action names no operation, or another than the body.' };
  }
  if (action !== undefined && action !== `"${request.action}"`) {
    return { problem: 'The action of the media type and wsa:Action differ.' };
  }
  if (!isValid(request.payload)) return { problem: 'The body is not valid by property.xsd.' };
  const text = (parent: DomElement, name: string) => textOf(onlyChild(parent, propertyNamespace, name));
  if (operation === 'GetAnswer') {
    return { ticket: text(root, 'Ticket'), requestMessageId: text(root, 'RequestMessageId') };
  }
  if (operation === 'GetExecution') return { statusOf: text(root, 'RequestMessageId') };
  const context = onlyChild(root, propertyNamespace, 'Context');
  const caseId = text(context, 'CaseId');
  if (operation === 'GetPropertyCard') {
    const place = { zone: text(root, 'CadastralZone'), number: text(root, 'PropertyNumber') };
    return { question: { operation, ...place }, caseId };
  }
  if (operation === 'RegisterProhibition') {
    const place = { zone: text(root, 'CadastralZone'), number: text(root, 'PropertyNumber') };
    const inFavourOf = text(onlyChild(context, propertyNamespace, 'Requester'), 'Organisation');
    return { question: { operation, ...place, inFavourOf }, caseId };
  }
  const number = childElements(root).at(-1);
  if (number === undefined) return { problem: 'The question names nobody.' };
  const scheme = number.localName === 'Nid' ? 'NID' : 'NUIS';
  return { question: { operation, party: { scheme, notation: textOf(number) } }, caseId };
}
