import type { OperatorSettings } from '../../config/config.js';
import { UraError } from '../../errors.js';
import { rememberKey, requireRole } from '../../operator/act.js';
import type { ActionReason } from '../../operator/action.js';
import type { ActionStore } from '../../operator/action-store.js';
import {
  listDeadLetters,
  type Settlement,
  settleDeadLetter,
  showDeadLetter,
} from '../../operator/dead-letters.js';
import type { OperatorRole } from '../../operator/roles.js';
import { isUnlimited } from '../../operator/scope.js';
import type { DeadLetterStore } from '../../outbox/dead-letter-store.js';
import type { Queryable } from '../../store/database.js';
import type { Answer } from '../answer.js';
import type { Call, Handler } from '../exchange.js';
import { actionSent, type OperatorHandlerParts, operatorOf } from './operator-requests.js';

export interface DeadLetterHandlerParts
  extends Pick<OperatorHandlerParts, 'findOperator' | 'observe' | 'actions' | 'clock'> {
  readonly deadLetters: DeadLetterStore;
  /** The actions, written on a connection whose transaction is under way. */
  readonly actionsOn: (connection: Queryable) => Pick<ActionStore, 'keepAnswer'>;
}

/** Everything under `/operator/v1/dead-letters`. */
export function deadLetterHandlers(parts: DeadLetterHandlerParts): Record<string, Handler> {
  const { deadLetters } = parts;
  const unknown = (): UraError =>
    new UraError('unknown-dead-letter', 'No dead letter has that id, or it was requeued or discarded.');
  return {
    operatorListDeadLetters: async (call) => {
      requireAccess(parts, call);
      const { limit: limitText, after } = call.operation.query;
      const limit = limitText === undefined ? 50 : Number(limitText);
      const [{ letters, next }, total] = await Promise.all([
        listDeadLetters(deadLetters, { limit, ...(after === undefined ? {} : { after }) }).catch(notACursor),
        deadLetters.count(),
      ]);
      return { status: 200, body: { total, items: letters, ...(next === undefined ? {} : { next }) } };
    },

    operatorGetDeadLetter: async (call) => {
      requireAccess(parts, call);
      const letter = await showDeadLetter(deadLetters, call.operation.path.deadLetterId as string);
      if (!letter) throw unknown();
      return { status: 200, body: letter };
    },

    operatorRequeueDeadLetter: (call) => settle(call, 'requeue'),
    operatorDiscardDeadLetter: (call) => settle(call, 'discard'),
  };

  async function settle(call: Call, settlement: Settlement): Promise<Answer> {
    const { operator, role } = requireAccess(parts, call);
    const id = call.operation.path.deadLetterId as string;
    const { reason } = call.body as { readonly reason: ActionReason };
    const acted = { operator: operator.id, role, action: 'dead-letters', requestId: id } as const;
    const sent = actionSent(call, operator);
    const remembered = await rememberKey(parts, sent);
    const isDone = remembered.kind === 'repeated' && remembered.answer !== undefined;
    const body = { id, reason };
    // There is no evidence of a delivery to write it into: who, when and why stands with the key.
    const record = (connection: Queryable): Promise<void> =>
      parts.actionsOn(connection).keepAnswer(operator.id, sent.idempotencyKey, body);
    if (!isDone && !(await settleDeadLetter(deadLetters, id, settlement, record))) {
      parts.observe({ ...acted, outcome: 'refused', reason: 'unknown-dead-letter' });
      throw unknown();
    }
    parts.observe({ ...acted, outcome: isDone ? 'repeated' : 'done', reason: reason.code });
    return { status: 200, body };
  }
}

/** Events of every municipality stand among them, so a scope that leaves any out has nothing to look for here. */
function requireAccess(
  parts: DeadLetterHandlerParts,
  call: Call,
): { readonly operator: OperatorSettings; readonly role: OperatorRole } {
  const operator = operatorOf(parts, call);
  const role = requireRole(operator, 'dead-letters');
  if (isUnlimited(operator.scope)) return { operator, role };
  throw new UraError(
    'not-permitted',
    'Dead letters are for operators of all registries and municipalities.',
    {
      logReason: 'scope',
    },
  );
}

function notACursor(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new UraError('invalid-request', 'The fields named in errors are not valid.', {
    errors: [{ pointer: '/query/after', code: 'cursor', detail: 'is not the next of an earlier page' }],
  });
}
