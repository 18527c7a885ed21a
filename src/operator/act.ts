import { createHash, randomUUID } from 'node:crypto';
import type { Operation } from '../../adapters/adapter.js';
import type { Clock } from '../clock.js';
import type { OperatorSettings } from '../config/config.js';
import { UraError } from '../errors.js';
import type { Completion } from '../results/complete.js';
import { documentEvidence, type ManualAnswerParts, requireAnswerFits } from '../results/manual-answer.js';
import { actionEvidence, type OperatorCall, type RequestAction } from './action.js';
import type { ActionStore } from './action-store.js';
import type { FoundRequest, OperatorStore } from './operator-store.js';
import { planAction } from './plan-action.js';
import { type OperatorAction, type OperatorRole, roleFor } from './roles.js';
import { inScope } from './scope.js';

export interface ActParts extends Pick<ManualAnswerParts, 'validateEvidence' | 'operationOf'> {
  readonly store: OperatorStore;
  readonly actions: ActionStore;
  readonly completion: Completion;
  readonly clock: Clock;
  readonly observe: (acted: Acted) => void;
}

/** One action on one request, for the log and the metrics. */
export interface Acted {
  readonly operator: string;
  readonly role: OperatorRole;
  readonly action: OperatorAction;
  readonly outcome: 'done' | 'repeated' | 'refused';
  readonly requestId: string;
  /** Of the action, or of the refusal. */
  readonly reason: string;
}

/** A lease that is taken over only to end the request: long enough for one transaction. */
const SEIZE_MS = 30_000;

/**
 * Finds out by which of its roles an operator may do something.
 *
 * @throws {UraError} `not-permitted`.
 */
export function requireRole({ roles }: OperatorSettings, action: OperatorAction): OperatorRole {
  const role = roleFor(roles, action);
  if (role === undefined) {
    throw new UraError('not-permitted', `None of the roles of this operator permits it.`, {
      logReason: action,
    });
  }
  return role;
}

/**
 * Reads a request for an operator.
 *
 * @throws {UraError} `unknown-request`, also where it is out of scope: 403 would say that it exists.
 */
export async function findInScope(
  store: OperatorStore,
  { scope }: OperatorSettings,
  requestId: string,
): Promise<FoundRequest> {
  const [found] = await store.find([requestId]);
  if (found && inScope(scope, found.request)) return found;
  throw new UraError('unknown-request', 'No request in the scope of this operator has that id.');
}

/**
 * Takes one action on one request: state, evidence and, where it ends the request, the event in one transaction.
 * Repeating it under the same key takes it once.
 *
 * @returns the request as it stands afterwards.
 * @throws {UraError} `not-permitted`, `unknown-request`, `idempotency-key-reused`, `invalid-request`, and what
 *   `planAction` refuses.
 */
export async function act(parts: ActParts, call: OperatorCall, requestId: string): Promise<FoundRequest> {
  const { operator, action, body } = call;
  const role = requireRole(operator, action);
  const found = await findInScope(parts.store, operator, requestId);
  const seen = (outcome: Acted['outcome'], reason: string): void =>
    parts.observe({ operator: operator.id, role, action, outcome, requestId, reason });
  try {
    const remembered = await rememberKey(parts, call);
    if (remembered.kind === 'repeated' && (await isTaken(parts, call, requestId))) {
      seen('repeated', body.reason.code);
      return found;
    }
    await take(parts, call, role, found);
  } catch (error) {
    if (error instanceof UraError) seen('refused', error.code);
    throw error;
  }
  seen('done', body.reason.code);
  return findInScope(parts.store, operator, requestId);
}

/**
 * Does what is asked, without looking whether it was done before.
 *
 * @throws {UraError} as {@link act}; nothing was changed then.
 */
export async function take(
  parts: ActParts,
  call: OperatorCall,
  role: OperatorRole,
  found: FoundRequest,
): Promise<void> {
  const { action, body } = call;
  const { request } = found;
  const evidence = [actionEvidence(call, role), ...documentEvidence(body)];
  if (action === 'disclose') {
    const shown = await parts.actions.attach(request.id, answerable, evidence, parts.clock.now());
    if (!shown) {
      throw new UraError(
        'not-answerable',
        'Only the question of a request that waits for a person is shown.',
      );
    }
    return;
  }
  const operation: Operation | undefined = parts.operationOf(request.adapter, request.operation);
  const { seize, ...change } = planAction(action, found, body, operation);
  if (action === 'answer' && operation) requireAnswerFits(parts, request, body);
  const owner = seize ? `operator/${randomUUID()}` : null;
  const isOurs = owner === null || (await parts.actions.seize(request.id, owner, SEIZE_MS));
  if (
    isOurs &&
    (await parts.completion.apply(request, owner, { ...change, attempts: request.attempts, evidence }))
  )
    return;
  throw new UraError(overtaken[action], 'It moved on while this was being done: read it, then decide again.');
}

const answerable = ['held', 'awaiting-officer'] as const;

const overtaken = {
  release: 'not-held',
  rerun: 'not-rerunnable',
  cancel: 'not-cancellable',
  answer: 'not-answerable',
} as const satisfies Record<Exclude<RequestAction, 'disclose'>, string>;

/** @throws {UraError} `idempotency-key-reused`. */
export async function rememberKey(
  { actions, clock }: Pick<ActParts, 'actions' | 'clock'>,
  { operator, idempotencyKey, target, bodyBytes }: Omit<OperatorCall, 'action' | 'body'>,
) {
  const remembered = await actions.remember({
    operatorId: operator.id,
    key: idempotencyKey,
    target,
    bodySha256: createHash('sha256').update(bodyBytes).digest(),
    at: clock.now(),
  });
  if (remembered.kind !== 'other-body') return remembered;
  throw new UraError('idempotency-key-reused', 'Use a new Idempotency-Key for a new action.');
}

/** What was done stands in the evidence, written with the change itself; a key alone says only that it was tried. */
async function isTaken({ actions }: ActParts, call: OperatorCall, requestId: string): Promise<boolean> {
  const taken = await actions.actionsOn(requestId);
  return taken.some(
    ({ operator, idempotencyKey }) => operator === call.operator.id && idempotencyKey === call.idempotencyKey,
  );
}
