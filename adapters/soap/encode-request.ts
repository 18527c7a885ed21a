import type { Exchange } from '../adapter.js';
import type { SoapOperation } from './soap-definition.js';
import type { SoapEncoding, SoapObject } from './soap-encoding.js';
import { UnmappableRequest } from './unmappable-request.js';
import type { XsdValidation } from './xsd-validation.js';

/** The content of a request's Body, and what the registry's schema would say against it. */
export interface EncodedRequest {
  /** XML of the one child of Body; empty when the exchange could not be mapped at all. */
  readonly body: string;
  /** `<place>: <rule>`, without values; when there are any, the request must not be sent. */
  readonly errors: readonly string[];
}

/**
 * From canonical terms to the registry's own. Validated here, because a registry's own refusal would cost an
 * exchange and name our values in its logs.
 */
export function encodeRequest(
  operation: SoapOperation,
  exchange: Exchange,
  parts: { readonly encoding: SoapEncoding; readonly xsd: XsdValidation },
): EncodedRequest {
  let content: SoapObject;
  try {
    content = operation.toRequest(exchange);
  } catch (error) {
    if (!(error instanceof UnmappableRequest)) throw error;
    return { body: '', errors: [`${error.pointer}: not-mappable`] };
  }
  const body = parts.encoding.encode(operation.soapOperation, content);
  return { body, errors: parts.xsd.validate(body) };
}
