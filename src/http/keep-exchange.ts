import { UraError } from '../errors.js';
import type { VerifiedHttpRequest } from '../signing/profiles/index.js';
import type { KeptAnswer, Nonrepudiation } from '../signing/profiles/nonrepudiation.js';
import type { ArrivedRequest } from './authenticate.js';

/** A client that hangs on to a message under way asks again after so many seconds. */
const ASK_AGAIN_SECONDS = 2;

/** One exchange with a client under `nonrepudiation`. */
export interface KeptExchange {
  /** Present when the same message was answered before: it is sent again, and nothing is done. */
  readonly answer?: KeptAnswer;
  /** Keeps the answer, before it is sent. */
  answered(answer: KeptAnswer): Promise<void>;
  /** Nothing came of it that is worth keeping: a repetition is to be executed. */
  failed(): Promise<void>;
}

/**
 * Keeps the request, byte for byte, before anything is done for it.
 *
 * @throws {UraError} `message-conflict` when the message id was used for another message, `message-under-way`.
 */
export async function beginExchange(
  nonrepudiation: Nonrepudiation,
  request: ArrivedRequest,
  profile: string,
  { partner, messageId, bodySha256 }: VerifiedHttpRequest,
  receivedAt: number,
): Promise<KeptExchange> {
  const id = { profile, partner, messageId };
  const reception = await nonrepudiation.receive({
    ...id,
    bodySha256,
    target: `${request.method} ${request.targetUri}`,
    requestBytes: bytesOf(request),
    receivedAt,
  });
  switch (reception.kind) {
    case 'conflict':
      throw new UraError('message-conflict', 'Sign this message under an id of its own.');
    case 'under-way':
      throw new UraError('message-under-way', 'Send the same message again a little later.', {
        retryAfterSeconds: ASK_AGAIN_SECONDS,
      });
    case 'repeated':
    case 'new':
      return {
        ...(reception.kind === 'repeated' ? { answer: reception.answer } : {}),
        answered: (answer) => nonrepudiation.answered(id, answer),
        failed: () => nonrepudiation.failed(id),
      };
  }
}

/** The message as HTTP/1.1 has it; chunks, if there were any, put together. */
function bytesOf({ method, target, rawHeaders, body }: ArrivedRequest): Uint8Array {
  let head = `${method} ${target} HTTP/1.1\r\n`;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]);
}
