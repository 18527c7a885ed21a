import type { Outcome } from '../../contracts/outcome.js';
import type { Exchange, Exchanged } from '../adapter.js';
import type { EncodedRequest } from './encode-request.js';
import { answerOf, invalid, type ReadingParts, readEvidence, readFault, readMessage } from './read-answer.js';
import type { VerifiedAnswer } from './read-body.js';
import { type Machinery, sendQuestion } from './send-question.js';
import type { SoapDefinition, SoapOperation, StatusQuestion } from './soap-definition.js';

/**
 * Asks what became of an exchange.
 *
 * @param askingId UUID of this asking.
 */
export function askStatus(
  machinery: Machinery,
  status: StatusQuestion,
  operation: SoapOperation,
  exchange: Exchange,
  askingId: string,
  signal: AbortSignal,
): Promise<Exchanged> {
  const { parts } = machinery;
  const { body, errors } = encodeStatus(status, exchange, machinery);
  if (errors.length > 0) {
    const outcome = invalid(`request: ${errors.join('; ')}`);
    return Promise.resolve({ outcome, timings: { signMs: 0, callMs: 0, verifyMs: 0 } });
  }
  const question = {
    ...status,
    body,
    messageId: `urn:uuid:${askingId}`,
    read: (verified: VerifiedAnswer) =>
      readStatus({ ...machinery, ...parts }, status, operation, exchange, verified),
  };
  return sendQuestion(machinery, question, exchange, signal);
}

/** The content of a Body that asks for the status, and what the registry's schema would say against it. */
export function encodeStatus(
  status: StatusQuestion,
  { messageId }: Exchange,
  { encoding, xsd }: Pick<Machinery, 'encoding' | 'xsd'>,
): EncodedRequest {
  const body = encoding.encode(status.soapOperation, status.toRequest(`urn:uuid:${messageId}`));
  return { body, errors: xsd.validate(body) };
}

/** What a registry's answer to {@link askStatus} means, once its signature verified. */
export async function readStatus(
  parts: ReadingParts & { readonly definition: SoapDefinition },
  status: StatusQuestion,
  operation: SoapOperation,
  exchange: Exchange,
  verified: VerifiedAnswer,
): Promise<Outcome> {
  const { definition, encoding, validateEvidence } = parts;
  let told = false;
  const outcome = await readMessage(definition, answerOf(status, encoding), verified, parts, (content) => {
    told = true;
    const { question, isExecuted } = status.read(content);
    if (question !== `urn:uuid:${exchange.messageId}`) return invalid('other-request');
    if (!isExecuted) return { kind: 'unavailable', reason: 'not-executed' };
    const taken = definition.later?.takenIn(content);
    if (taken !== undefined) return { kind: 'pending', ...taken };
    return definition.refusalOf(content) === undefined
      ? readEvidence(operation, exchange, content, validateEvidence)
      : readFault(definition, content);
  });
  if (told)
    return outcome.kind === 'unavailable' && outcome.reason === 'registry-busy'
      ? invalid('status: no-answer')
      : outcome;
  // A fault is about this question and not about the one before: a refusal would end it in the registry's name.
  return outcome.kind === 'refused' || outcome.kind === 'manual' ? invalid('fault: status-refused') : outcome;
}
