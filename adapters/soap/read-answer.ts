import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Exchange } from '../adapter.js';
import type { BodyReader } from './body-reader.js';
import { UnexpectedContent } from './decoded-content.js';
import type { ExpectedMessage, VerifiedAnswer } from './read-body.js';
import type { MessagePair, SoapDefinition, SoapOperation } from './soap-definition.js';
import type { EncodedOperation, SoapEncoding } from './soap-encoding.js';

export interface ReadingParts {
  readonly encoding: SoapEncoding;
  readonly reader: Pick<BodyReader, 'read'>;
  readonly validateEvidence: ValidateEvidence;
}

/**
 * The meaning of a verified answer: guard, schema, decoding, mapping, canonical schema, and whether it answers
 * what was asked. Everything that does not fit is `invalid`, with a reason that holds no value.
 */
export function readAnswer(
  definition: SoapDefinition,
  operation: SoapOperation,
  exchange: Exchange,
  answer: VerifiedAnswer,
  parts: ReadingParts,
): Promise<Outcome> {
  return readMessage(definition, answerOf(operation, parts.encoding), answer, parts, (content) => {
    const taken = definition.later?.takenIn(content);
    if (taken !== undefined) return { kind: 'pending', ...taken };
    return readEvidence(operation, exchange, content, parts.validateEvidence);
  });
}

/** What the answer to a message of the WSDL must be. */
export function answerOf(pair: MessagePair, encoding: SoapEncoding): ExpectedMessage {
  const { namespace, answerElement } = operationNamed(pair.soapOperation, encoding);
  return { action: pair.replyAction, namespace, element: answerElement };
}

/** What a message of the WSDL must be that the registry sends by itself. */
export function requestOf(pair: MessagePair, encoding: SoapEncoding): ExpectedMessage {
  const { namespace, requestElement } = operationNamed(pair.soapOperation, encoding);
  return { action: pair.soapAction, namespace, element: requestElement };
}

function operationNamed(name: string, encoding: SoapEncoding): EncodedOperation {
  const operation = encoding.operations.get(name);
  // `createSoapAdapter` has looked.
  if (operation === undefined) throw new Error(`the WSDL has no operation ${name}`);
  return operation;
}

/**
 * What a verified message means; the same for answers, late answers and callbacks.
 *
 * @param toOutcome reads the decoded content; an {@link UnexpectedContent} of it is `invalid`.
 */
export async function readMessage(
  definition: SoapDefinition,
  expected: ExpectedMessage,
  message: VerifiedAnswer,
  { reader }: Pick<ReadingParts, 'reader'>,
  toOutcome: (content: unknown) => Outcome,
): Promise<Outcome> {
  const read = await reader.read(expected, message);
  if (read.kind === 'invalid') return read;
  if (read.kind === 'fault') return readFault(definition, read.detail);
  try {
    return toOutcome(read.content);
  } catch (error) {
    if (!(error instanceof UnexpectedContent)) throw error;
    return invalid(`mapping: ${error.element}`);
  }
}

/** @throws {UnexpectedContent} when the content is not what the schema promises after all. */
export function readEvidence(
  operation: SoapOperation,
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

export function readFault(definition: SoapDefinition, detail: unknown): Outcome {
  const refusal = definition.refusalOf(detail);
  if (refusal === undefined) return invalid('fault: unknown-detail');
  if (refusal === 'busy') return { kind: 'unavailable', reason: 'registry-busy' };
  if ('manual' in refusal) return { kind: 'manual', ...refusal.manual };
  return { kind: 'refused', ...refusal };
}

export function invalid(reason: string): Outcome {
  return { kind: 'invalid', reason };
}
