import type { Outcome } from '../../contracts/outcome.js';
import type { Exchange, Exchanged } from '../adapter.js';
import type { EncodedRequest } from './encode-request.js';
import {
  answerOf,
  invalid,
  type ReadingParts,
  readEvidence,
  readFault,
  readMessage,
  requestOf,
} from './read-answer.js';
import type { VerifiedAnswer } from './read-body.js';
import { type Machinery, sendQuestion } from './send-question.js';
import type { LateAnswers, Quoted, SoapDefinition, SoapOperation } from './soap-definition.js';

/**
 * Asks for the answer to a question that the registry took. It comes, or the registry still says that it was taken.
 *
 * @param asked the ticket, and the UUID of this asking: the registry executes each message id once, so that the
 *   same one would get the same answer for ever.
 */
export function askAgain(
  machinery: Machinery,
  later: LateAnswers,
  operation: SoapOperation,
  exchange: Exchange,
  asked: { readonly ticket: string; readonly pollId: string },
  signal: AbortSignal,
): Promise<Exchanged> {
  const { ticket, pollId } = asked;
  const { body, errors } = encodePoll(later, exchange, ticket, machinery);
  if (errors.length > 0) {
    const outcome = invalid(`request: ${errors.join('; ')}`);
    return Promise.resolve({ outcome, timings: { signMs: 0, callMs: 0, verifyMs: 0 } });
  }
  const question = {
    ...later.poll,
    body,
    messageId: `urn:uuid:${pollId}`,
    read: (verified: VerifiedAnswer) =>
      readPolled({ ...machinery, ...machinery.parts }, later, operation, exchange, ticket, verified),
  };
  return sendQuestion(machinery, question, exchange, signal);
}

/** The content of a Body that asks again, and what the registry's schema would say against it. */
export function encodePoll(
  { poll }: LateAnswers,
  { messageId }: Exchange,
  ticket: string,
  { encoding, xsd }: Pick<Machinery, 'encoding' | 'xsd'>,
): EncodedRequest {
  const quoted = { messageId: `urn:uuid:${messageId}`, ticket };
  const body = encoding.encode(poll.soapOperation, poll.toRequest(quoted));
  return { body, errors: xsd.validate(body) };
}

/** What a registry's answer to {@link askAgain} means, once its signature verified. */
export async function readPolled(
  parts: ReadingParts & { readonly definition: SoapDefinition },
  later: LateAnswers,
  operation: SoapOperation,
  exchange: Exchange,
  ticket: string,
  verified: VerifiedAnswer,
): Promise<Outcome> {
  const expected = answerOf(later.poll, parts.encoding);
  const outcome = await readMessage(parts.definition, expected, verified, parts, (content) => {
    const other = otherThan({ messageId: `urn:uuid:${exchange.messageId}`, ticket }, later.quotedIn(content));
    if (other !== undefined) return invalid(other);
    const taken = later.takenIn(content);
    if (taken === undefined) return readEvidence(operation, exchange, content, parts.validateEvidence);
    // A ticket is for life: another one would be another matter.
    return taken.ticket === ticket ? { kind: 'pending', ...taken } : invalid('other-ticket');
  });
  // The question itself was not judged: a refusal would end it in the registry's name.
  const isJudged = outcome.kind !== 'refused' || outcome.code !== later.ticketUnknown;
  return isJudged ? outcome : invalid('fault: ticket-unknown');
}

/**
 * What a late answer means that the registry brought by itself, once its signature verified. It is an answer or a
 * refusal: whoever calls to say that they have none yet has said nothing.
 *
 * @param ticket absent when the registry's answer to the question never arrived.
 */
export async function readDelivered(
  parts: ReadingParts & { readonly definition: SoapDefinition },
  later: LateAnswers,
  operation: SoapOperation,
  exchange: Exchange,
  ticket: string | undefined,
  verified: VerifiedAnswer,
): Promise<Outcome> {
  const { definition, encoding, validateEvidence } = parts;
  const expected = requestOf(later.callback, encoding);
  const outcome = await readMessage(definition, expected, verified, parts, (content) => {
    const other = otherThan({ messageId: `urn:uuid:${exchange.messageId}`, ticket }, later.quotedIn(content));
    if (other !== undefined) return invalid(other);
    // What stands here is either the evidence or, in its place, what would be a fault's detail.
    return definition.refusalOf(content) === undefined
      ? readEvidence(operation, exchange, content, validateEvidence)
      : readFault(definition, content);
  });
  return outcome.kind === 'unavailable' ? invalid('callback: no-answer') : outcome;
}

/**
 * Holds what a late answer says it answers against what was asked. An answer to another question, correctly signed,
 * is still none to this one.
 *
 * @param asked without ticket when none is known.
 */
function otherThan(
  asked: { readonly messageId: string; readonly ticket?: string | undefined },
  quoted: Quoted,
): 'other-request' | 'other-ticket' | undefined {
  if (quoted.messageId !== asked.messageId) return 'other-request';
  return asked.ticket === undefined || asked.ticket === quoted.ticket ? undefined : 'other-ticket';
}
