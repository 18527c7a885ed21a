import type { OperatorSettings } from '../config/config.js';
import type { EvidenceItem } from '../requests/request.js';
import type { FoundByHand } from '../results/manual-answer.js';
import type { OperatorAction, OperatorRole } from './roles.js';

/** Why an operator does something. */
export interface ActionReason {
  /** Out of the list of the action in `openapi/operator.yaml`. */
  readonly code: string;
  /** For people. The client is told it where the action ends the request. */
  readonly text: string;
}

/** What is done to one request; `disclose` only shows it. */
export type RequestAction = Extract<OperatorAction, 'release' | 'rerun' | 'cancel' | 'disclose' | 'answer'>;

/** Bodies of `openapi/operator.yaml`, of all actions on one request. */
export interface ActionBody extends FoundByHand {
  readonly reason: ActionReason;
  /** The operator knows that the registry did not execute it. */
  readonly confirmNotExecuted?: boolean;
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly failure?: { readonly code: string };
}

/** An action as it came in: verified, and valid by the API description. */
export interface OperatorCall {
  readonly operator: OperatorSettings;
  readonly action: RequestAction;
  readonly body: ActionBody;
  readonly bodyBytes: Uint8Array;
  readonly idempotencyKey: string;
  /** Path that it was sent to. */
  readonly target: string;
  readonly proof: Pick<EvidenceItem, 'signedBy' | 'meta'>;
}

/**
 * The signed bytes of an action, as evidence of the request that it was about. One row is kept for each request, also
 * where one message was about many.
 */
export function actionEvidence(call: OperatorCall, role: OperatorRole): EvidenceItem {
  const { operator, action, body, bodyBytes, idempotencyKey, proof } = call;
  return {
    kind: 'operator-action',
    bytes: bodyBytes,
    mediaType: 'application/json',
    ...proof,
    meta: { ...proof.meta, action, operator: operator.id, role, reason: body.reason.code, idempotencyKey },
  };
}
