import type { Client } from '../authorisation/authorise.js';
import { UraError } from '../errors.js';
import { continueTrace } from '../observe/traceparent.js';
import type { Submission } from '../requests/accept.js';
import type { EvidenceItem, Reason } from '../requests/request.js';
import type { CaseExchange, StoredCase } from './case.js';
import type { SignedByClient } from './case-keeping.js';
import { reasonOf } from './reasons.js';

/**
 * The submission of a request that a procedure makes. It takes the same way as a client's own; what the client
 * signed for it is the application, so that is its evidence, with the time at which the signature was checked.
 */
export function submissionOf(
  stored: StoredCase,
  exchange: CaseExchange,
  client: Client,
  signed: SignedByClient,
): Submission {
  const { procedure } = stored.definition;
  const { requester, consentRef } = stored.application;
  const step = {
    id: stored.id,
    step: exchange.step,
    ...(exchange.item === null ? {} : { item: exchange.item }),
  };
  return {
    id: exchange.requestId,
    client,
    // No client can give such a key: its own have no slash.
    idempotencyKey: `case/${exchange.requestId}`,
    body: {
      service: exchange.service,
      subject: exchange.subject,
      purpose: procedure.purpose,
      legalBasis: procedure.legalBasis,
      requester,
      caseId: stored.caseId,
      parameters: exchange.parameters,
      deadline: new Date(stored.deadlineAt).toISOString(),
      ...(consentRef === undefined ? {} : { consentRef }),
    },
    bodyBytes: signed.bytes,
    proof: {
      signedBy: signed.signedBy ?? '',
      meta: metaOf(signed, step),
    },
    traceparent: continueTrace(stored.traceparent),
    case: step,
    byHand: exchange.byHand,
  };
}

/** The cancellation of a case, as the evidence of a request that ends with it. */
export function requestCancellation(stored: StoredCase, signed: SignedByClient): EvidenceItem {
  const { bytes, mediaType, signedBy } = signed;
  return {
    kind: 'cancellation',
    bytes,
    mediaType,
    ...(signedBy === undefined ? {} : { signedBy }),
    meta: metaOf(signed, { id: stored.id }),
  };
}

/** What is signed about a case lies beside each of its requests, with the time at which the signature was good. */
function metaOf(signed: SignedByClient, caseStep: object): Readonly<Record<string, unknown>> {
  return { ...signed.meta, case: caseStep, receivedAt: new Date(signed.recordedAt).toISOString() };
}

/**
 * Why the gateway itself does not make a request.
 *
 * @returns undefined for what may pass: then it is tried again.
 */
export function refusalOf(error: unknown): Reason | undefined {
  if (!(error instanceof UraError) || error.status >= 500 || error.retry === 'later') return undefined;
  const [first] = error.errors;
  if (error.code !== 'invalid-request' || !first) return reasonOf(error.code);
  if (first.code === 'deadline-passed') return reasonOf('deadline-passed');
  return reasonOf('invalid-request', `${first.pointer}: ${first.detail}`);
}
