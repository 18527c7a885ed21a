import type { Exchange } from '../adapter.js';
import { UnmappableRequest } from '../unmappable-request.js';
import type { ContractOperation } from './openapi-contract.js';
import type { RestOperation } from './rest-definition.js';

/** The body of a request, and what the registry's document would say against it. */
export interface EncodedRequest {
  readonly bytes: Uint8Array;
  /** `<place> <rule>`, without values; when there are any, the request must not be sent. */
  readonly errors: readonly string[];
}

/**
 * From canonical terms to the registry's own. The exchange's id stands in the body, where every profile signs it:
 * the registry executes it once, however often and under whatever nonce it comes.
 */
export function encodeRequest(
  operation: RestOperation,
  contract: ContractOperation,
  exchange: Exchange,
): EncodedRequest {
  let question: Readonly<Record<string, unknown>>;
  try {
    question = operation.toQuestion(exchange);
  } catch (error) {
    if (!(error instanceof UnmappableRequest)) throw error;
    return { bytes: new Uint8Array(0), errors: [`${error.pointer} not-mappable`] };
  }
  return encodeBody(contract, exchange, question);
}

/** The same for a body that is not an operation's own, such as the question for a late answer. */
export function encodeBody(
  contract: ContractOperation,
  exchange: Exchange,
  question: Readonly<Record<string, unknown>>,
): EncodedRequest {
  const body = { messageId: exchange.messageId, context: contextOf(exchange), ...question };
  return { bytes: Buffer.from(JSON.stringify(body)), errors: contract.checkRequest(body) };
}

function contextOf({ purpose, legalBasis, consentRef, caseId, requester }: Exchange) {
  const { organisation, officer, unit } = requester;
  return {
    purpose,
    legalBasis,
    ...(consentRef === undefined ? {} : { consentRef }),
    caseId,
    requester: { organisation, officer, unit },
  };
}
