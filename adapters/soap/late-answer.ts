import type { Outcome } from '../../contracts/outcome.js';
import type { Exchange, Exchanged } from '../adapter.js';
import { answerOf, invalid, readEvidence, readMessage } from './read-answer.js';
import { type Machinery, sendQuestion } from './send-question.js';
import type { LateAnswers, Quoted, SoapOperation } from './soap-definition.js';

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
  const { definition, encoding, xsd, parts } = machinery;
  const { poll } = later;
  const quoted: Quoted = { messageId: `urn:uuid:${exchange.messageId}`, ticket: asked.ticket };
  const body = encoding.encode(poll.soapOperation, poll.toRequest(quoted));
  const errors = xsd.validate(body);
  if (errors.length > 0) {
    const outcome = invalid(`request: ${errors.join('; ')}`);
    return Promise.resolve({ outcome, timings: { signMs: 0, callMs: 0, verifyMs: 0 } });
  }
  const question = {
    ...poll,
    body,
    messageId: `urn:uuid:${asked.pollId}`,
    read: (verified: Parameters<typeof readMessage>[2]): Outcome =>
      readMessage(definition, answerOf(poll, encoding), verified, { encoding, xsd }, (content) => {
        const other = otherThan(quoted, later.quotedIn(content));
        if (other !== undefined) return invalid(other);
        const taken = later.takenIn(content);
        if (taken === undefined) return readEvidence(operation, exchange, content, parts.validateEvidence);
        // A ticket is for life: another one would be another matter.
        return taken.ticket === quoted.ticket ? { kind: 'pending', ...taken } : invalid('other-ticket');
      }),
  };
  return sendQuestion(machinery, question, exchange, signal);
}

/**
 * Holds what a late answer says it answers against what was asked. An answer to another question, correctly signed,
 * is still none to this one.
 *
 * @param asked without ticket when none is known.
 */
export function otherThan(
  asked: { readonly messageId: string; readonly ticket?: string | undefined },
  quoted: Quoted,
): 'other-request' | 'other-ticket' | undefined {
  if (quoted.messageId !== asked.messageId) return 'other-request';
  return asked.ticket === undefined || asked.ticket === quoted.ticket ? undefined : 'other-ticket';
}
