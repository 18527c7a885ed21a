import type { Exchange } from '../../adapters/adapter.js';
import type { StoredRequest } from '../requests/request.js';

/** The request's own id is the message id: stable over every repetition of the same question. */
export function toExchange(request: StoredRequest): Exchange {
  const { subject, parameters, purpose, legalBasis, consentRef, requester, caseId } = request.envelope;
  return {
    messageId: request.id,
    operation: request.operation,
    subject,
    parameters,
    purpose,
    legalBasis,
    requester,
    caseId,
    deadlineAt: request.deadlineAt,
    ...(consentRef === undefined ? {} : { consentRef }),
    ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  };
}
