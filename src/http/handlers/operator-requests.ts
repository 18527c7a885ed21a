import type { OperatorSettings } from '../../config/config.js';
import { UraError } from '../../errors.js';
import type { EvidenceStore } from '../../evidence/evidence-store.js';
import { type ActParts, act, findInScope, requireRole } from '../../operator/act.js';
import { actOnMany, type BatchBody } from '../../operator/act-on-many.js';
import type { ActionBody, RequestAction } from '../../operator/action.js';
import type { FoundRequest } from '../../operator/operator-store.js';
import { toDetail, toLine, toQuestion, toSummary } from '../../operator/view.js';
import { type RequestState, requestStates } from '../../requests/states.js';
import type { Call, Handler } from '../exchange.js';
import { answerPage, decodeCursor, encodeCursor, pageOf } from './paging.js';
import { senderOf } from './sender.js';
import { signatureProof } from './signature-proof.js';

export interface OperatorHandlerParts extends ActParts {
  readonly evidence: Pick<EvidenceStore, 'list'>;
  /** Operators of the present configuration. */
  readonly findOperator: (id: string) => OperatorSettings | undefined;
}

/** What `GET /operator/v1/requests` shows when nothing else is asked for. */
const openStates = requestStates.slice(0, 6);

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Everything under `/operator/v1/requests`, and `/operator/v1/summary`. */
export function operatorRequestHandlers(parts: OperatorHandlerParts): Record<string, Handler> {
  const { store, clock } = parts;
  const detail = async (found: FoundRequest, { roles }: OperatorSettings) => {
    const { id, adapter, operation } = found.request;
    const [evidence, actions] = await Promise.all([parts.evidence.list(id), parts.actions.actionsOn(id)]);
    const repeatable = parts.operationOf(adapter, operation)?.idempotentByMessageId === true;
    return toDetail(found, { evidence, actions }, repeatable, roles, clock.now());
  };
  const acting =
    (action: RequestAction): Handler =>
    async (call) => {
      const operator = operatorOf(parts, call);
      const id = call.operation.path.id as string;
      const found = await act(
        parts,
        { ...actionSent(call, operator), action, body: call.body as ActionBody },
        id,
      );
      if (action !== 'disclose') return { status: 200, body: await detail(found, operator) };
      const { adapter, operation } = found.request;
      return { status: 200, body: toQuestion(found, parts.operationOf(adapter, operation)?.evidenceType) };
    };

  return {
    operatorListRequests: async (call) => {
      const operator = operatorOf(parts, call);
      requireRole(operator, 'view');
      const { query } = call.operation;
      const page = pageOf(query, 50);
      const lines = await store.list(
        {
          scope: operator.scope,
          states: (query.state?.split(',') as RequestState[] | undefined) ?? openStates,
          ...(query.registry === undefined ? {} : { registries: query.registry.split(',') }),
          ...(query.municipality === undefined ? {} : { municipalities: query.municipality.split(',') }),
          ...(query.service === undefined ? {} : { service: query.service }),
          ...(query.reason === undefined ? {} : { reason: query.reason }),
          ...(query.olderThan === undefined ? {} : { acceptedBy: clock.now() - durationMs(query.olderThan) }),
        },
        page.limit + 1,
        page.afterId,
      );
      return answerPage(
        lines,
        page,
        ({ id }) => id,
        (line) => toLine(line, clock.now()),
      );
    },

    operatorGetRequest: async (call) => {
      const operator = operatorOf(parts, call);
      requireRole(operator, 'view');
      const found = await findInScope(store, operator, call.operation.path.id as string);
      return { status: 200, body: await detail(found, operator) };
    },

    operatorGetSummary: async (call) => {
      const operator = operatorOf(parts, call);
      requireRole(operator, 'view');
      return { status: 200, body: toSummary(await store.summary(operator.scope), clock.now()) };
    },

    operatorReleaseRequest: acting('release'),
    operatorRerunRequest: acting('rerun'),
    operatorCancelRequest: acting('cancel'),
    operatorDiscloseRequest: acting('disclose'),
    operatorAnswerRequest: acting('answer'),

    operatorActOnMany: async (call) => {
      const operator = operatorOf(parts, call);
      const body = call.body as BatchBody;
      const afterId = body.after === undefined ? undefined : decodeCursor(body.after, '/after');
      const answer = await actOnMany(
        parts,
        { ...actionSent(call, operator), body, ...(afterId === undefined ? {} : { afterId }) },
        encodeCursor,
      );
      return { status: 200, body: answer };
    },
  };
}

/**
 * The verified operator as the configuration has it now.
 *
 * @throws {UraError} `signature-refused` when it was taken away while the message was read.
 */
export function operatorOf(
  { findOperator }: Pick<OperatorHandlerParts, 'findOperator'>,
  call: Call,
): OperatorSettings {
  const operator = findOperator(senderOf(call).client.id);
  if (operator) return operator;
  throw new UraError('signature-refused', 'The signature was not accepted.');
}

/** All of an action but what it says. */
export function actionSent(call: Call, operator: OperatorSettings) {
  return {
    operator,
    bodyBytes: call.bodyBytes,
    idempotencyKey: call.headers['idempotency-key'] as string,
    target: new URL(senderOf(call).targetUri).pathname,
    proof: signatureProof(call, 'POST'),
  };
}

/** `90s`, `30m`, `2h`, `3d`; the API description has already checked the form. */
function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs];
}
