import type { SoapDefinition } from '../soap-definition.js';
import type { DomElement } from './read-xml.js';
import type { Content } from './write-xml.js';

/** What one simulated SOAP registry knows, where it answers at once; everything else is the same for all of them. */
export interface SimulatedSoapRegistry {
  /** Its contract: names, actions and schema. */
  readonly definition: SoapDefinition;
  /** Target namespace of the contract. */
  readonly namespace: string;
  /** Every code that it refuses with; `BUSY` and `BAD_REQUEST` among them. */
  readonly faultCodes: readonly string[];
  /**
   * Answers a question that is valid by the schema. The same question as of the same moment has the same answer.
   *
   * @param asOf RFC 3339 in UTC, to the second.
   */
  answer(question: SoapQuestion, asOf: string): SoapReply;
  /** A right answer to another question of the same kind, with nothing in it about this one's subject. */
  answerToAnother(question: SoapQuestion, asOf: string): SoapReply;
}

export interface SoapQuestion {
  /** Name in the WSDL, which is the name of the request element. */
  readonly operation: string;
  /** The only child of Body. */
  readonly body: DomElement;
}

export type SoapReply =
  | { readonly kind: 'answer'; readonly element: string; readonly content: Content }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string };

export function soapFault(code: string, message: string): SoapReply {
  return { kind: 'fault', code, message };
}
