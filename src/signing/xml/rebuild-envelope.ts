import type { VerifiedEnvelope } from './expectation.js';
import { soapNamespaces } from './names.js';
import { parseXmlText } from './parse.js';
import type { XmlElement } from './tree.js';

/**
 * The tree of a verified Body, by the same parser that verified it.
 *
 * @param body canonical XML of soap:Body out of a {@link VerifiedEnvelope}.
 * @returns the soap:Body element; see `elementsOf` and `isNamed` for what to do with it.
 */
export function parseVerifiedBody(body: string): XmlElement {
  return parseXmlText(body);
}

/**
 * An envelope around the canonical Body and nothing else, for SOAP libraries that want to see a whole one.
 * It holds no header: whatever was in the headers has been checked, and only signed bytes go on.
 */
export function rebuildEnvelope(verified: Pick<VerifiedEnvelope, 'soapVersion' | 'body'>): string {
  return `<soap:Envelope xmlns:soap="${soapNamespaces[verified.soapVersion]}">${verified.body}</soap:Envelope>`;
}
