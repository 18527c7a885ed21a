import { loadApiDescription } from '../http/api-description.js';
import { createExchange } from '../http/exchange.js';
import { deadLetterHandlers } from '../http/handlers/operator-dead-letters.js';
import { type OperatorHandlerParts, operatorRequestHandlers } from '../http/handlers/operator-requests.js';
import { createActionStore } from '../operator/action-store.js';
import { createOperatorStore } from '../operator/operator-store.js';
import type { DeadLetterStore } from '../outbox/dead-letter-store.js';
import type { Database } from '../store/database.js';
import type { HttpComposition } from './http.js';
import { liveOperatorAuthentication } from './operator-keys.js';

/** What the operators' side has beside what the clients' side has. */
export interface OperatorComposition extends HttpComposition {
  readonly database: Database;
  readonly deadLetters: DeadLetterStore;
}

/** The operators' API: another contract, other keys, and the same way of an HTTP request as the clients'. */
export async function composeOperatorExchange(
  parts: OperatorComposition,
): Promise<ReturnType<typeof createExchange>> {
  const { live, clock, ids, database, deadLetters } = parts;
  const { gateway } = live.current().config;
  const api = await loadApiDescription('operator.yaml', '/operator/openapi.json');
  const handlerParts: OperatorHandlerParts = {
    store: createOperatorStore(database),
    actions: createActionStore(database),
    completion: parts.completion,
    evidence: parts.evidence,
    validateEvidence: parts.validateEvidence,
    operationOf: (adapter, operation) => parts.adapters.get(adapter)?.operations.get(operation),
    findOperator: (id) => live.current().operators.get(id),
    clock,
    observe: parts.observe.operatorActed,
  };
  return createExchange({
    api,
    handlers: {
      ...(parts.takesRequests
        ? {
            ...operatorRequestHandlers(handlerParts),
            ...deadLetterHandlers({ ...handlerParts, deadLetters, actionsOn: createActionStore }),
          }
        : {}),
      operatorOpenapi: async () => ({ status: 200, body: api.document }),
    },
    authenticate: liveOperatorAuthentication(live, parts),
    admission: parts.admission,
    publicOrigins: gateway.publicOrigins,
    limits: parts.limits,
    nextId: () => ids.next(),
    checkAnswers: !parts.production,
    observe: parts.observe.http,
  });
}
