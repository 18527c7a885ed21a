import type { Adapter } from '../../../adapters/adapter.js';
import { UraError } from '../../errors.js';
import { deliverLateAnswer, type LateAnswerParts } from '../../results/late-answer.js';
import type { Handler } from '../exchange.js';

export interface CallbackHandlerParts extends LateAnswerParts {
  readonly adapters: ReadonlyMap<string, Adapter>;
}

/** `POST /v1/callbacks/{adapter}`: a registry answers later, in its own protocol and signed in its own way. */
export function callbackHandler(parts: CallbackHandlerParts): Handler {
  return async ({ operation, message, bodyBytes }) => {
    const adapter = parts.adapters.get(operation.path.adapter as string);
    if (!adapter?.openCallback) {
      throw new UraError('not-found', 'No registry of that name sends its answers here.');
    }
    const opened = await adapter.openCallback({ ...message, body: bodyBytes });
    const verdict = await deliverLateAnswer(parts, adapter, opened);
    const { status, headers, body } = await opened.acknowledge(verdict);
    return { status, headers, bytes: body };
  };
}
