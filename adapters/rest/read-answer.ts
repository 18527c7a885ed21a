import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Outcome } from '../../contracts/outcome.js';
import { parseStrictJson } from '../../src/strict-json.js';
import type { Exchange } from '../adapter.js';
import type { ContractOperation } from './openapi-contract.js';
import { type RestOperation, wellKnown } from './rest-definition.js';

/** An answer whose signature verified; nothing in its body has been interpreted yet. */
export interface VerifiedAnswer {
  readonly status: number;
  /** `application/json` or `application/problem+json`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface ReadingParts {
  /** The operation that was called: the question's own, or the one that asks for a late answer. */
  readonly called: ContractOperation;
  /** The operation of the question; the content of a 200 is always judged by it. */
  readonly asked: ContractOperation;
  readonly validateEvidence: ValidateEvidence;
}

/**
 * The meaning of a verified answer: strict JSON, the document's schema, mapping, canonical schema, and whether it
 * answers what was asked. Everything that does not fit is `invalid`, with a reason that holds no value.
 *
 * Some profiles do not sign the status, and `http-sig` does not sign the type of an answer. So the two only select a
 * schema, the schemas exclude each other, and a refusal repeats its status in the body.
 */
export function readAnswer(
  operation: RestOperation,
  exchange: Exchange,
  answer: VerifiedAnswer,
  { called, asked, validateEvidence }: ReadingParts,
): Outcome {
  const { status, mediaType } = answer;
  if (!called.declares(status, mediaType)) {
    // A registry that fails in a way it never described may have executed before it failed.
    return status >= 500 ? { kind: 'unknown', reason: 'http-status' } : invalid('answer: undeclared');
  }
  let content: unknown;
  try {
    content = parseStrictJson(answer.bytes);
  } catch {
    return invalid('json: malformed');
  }
  for (const each of new Set(status === 200 ? [called, asked] : [called])) {
    const errors = each.checkAnswer(status, mediaType, content) ?? ['/ undeclared'];
    if (errors.length > 0) return invalid(`contract: ${errors.join('; ')}`);
  }
  // Required of every answer: the profiles tie an answer to the bytes of its question, this to its meaning.
  if ((content as { messageId?: unknown }).messageId !== exchange.messageId) return invalid('other-message');
  if (status === 200) return readEvidence(operation, exchange, content, validateEvidence);
  if (status === 202) return readPromise(content as Promised);
  const isStatus = called.operationId === wellKnown.executionOperation;
  return readProblem(status, content as Problem, isStatus);
}

function readEvidence(
  operation: RestOperation,
  exchange: Exchange,
  content: unknown,
  validateEvidence: ValidateEvidence,
): Outcome {
  const evidence = operation.toEvidence(content);
  const errors = validateEvidence(operation.evidenceType, evidence);
  if (errors.length > 0) return invalid(`schema: ${errors.join('; ')}`);
  const mismatch = operation.mismatch(evidence, exchange);
  if (mismatch !== undefined) return invalid(mismatch);
  return { kind: 'answered', evidence, evidenceType: operation.evidenceType };
}

interface Promised {
  readonly ticket: string;
  readonly notBefore?: string;
}

function readPromise({ ticket, notBefore }: Promised): Outcome {
  return {
    kind: 'pending',
    ticket,
    ...(notBefore === undefined ? {} : { notBefore: Date.parse(notBefore) }),
  };
}

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

function readProblem(status: number, problem: Problem, isStatus: boolean): Outcome {
  const { code, detail } = problem;
  if (problem.status !== status) return invalid('problem: other-status');
  if (status >= 500) {
    return status === 503 && code === wellKnown.busy
      ? { kind: 'unavailable', reason: 'registry-busy' }
      : { kind: 'unknown', reason: 'http-status' };
  }
  // The question itself was not judged: a refusal would end it in the registry's name.
  if (code === wellKnown.ticketUnknown) return invalid('problem: ticket-unknown');
  if (isStatus && code === wellKnown.notExecuted) return { kind: 'unavailable', reason: 'not-executed' };
  if (isStatus && code === wellKnown.badRequest) return invalid('problem: status-refused');
  return { kind: 'refused', code, message: detail };
}

function invalid(reason: string): Outcome {
  return { kind: 'invalid', reason };
}
