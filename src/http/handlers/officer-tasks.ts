import type { StoredRequest } from '../../requests/request.js';
import type { RequestStore } from '../../requests/request-store.js';
import {
  answerByHand,
  grantFor,
  type ManualAnswerBody,
  type ManualAnswerParts,
} from '../../results/manual-answer.js';
import type { Handler } from '../exchange.js';
import { answerPage, pageOf } from './paging.js';
import { senderOf } from './sender.js';
import { signatureProof } from './signature-proof.js';

export interface OfficerTaskParts extends ManualAnswerParts {
  readonly store: Pick<RequestStore, 'findForOfficers' | 'listForOfficers'>;
}

/** `GET /v1/officer-tasks` and `POST /v1/requests/{id}/manual-answer` */
export function officerTaskHandlers(parts: OfficerTaskParts): Record<string, Handler> {
  return {
    listOfficerTasks: async (call) => {
      const grants = parts.grantsOf(senderOf(call).client.id);
      const page = pageOf(call.operation.query);
      const listed = (of: 'services' | 'municipalities') => [
        ...new Set(grants.flatMap((grant) => grant[of])),
      ];
      const found = await parts.store.listForOfficers(
        listed('municipalities'),
        listed('services'),
        page.limit + 1,
        page.afterId,
      );
      return answerPage(
        found,
        page,
        ({ id }) => id,
        // Two grants may each name a service and a municipality that no single one names together.
        (request) => (grantFor(grants, request) ? toTask(parts, request) : undefined),
      );
    },

    answerByHand: async (call) => {
      const requestId = call.operation.path.id as string;
      const body = call.body as ManualAnswerBody;
      await answerByHand(parts, {
        client: senderOf(call).client,
        requestId,
        body,
        bodyBytes: call.bodyBytes,
        proof: signatureProof(call, 'POST'),
      });
      return { status: 200, body: { id: requestId, state: body.refusal ? 'refused' : 'answered' } };
    },
  };
}

/** `OfficerTask` of `openapi/gateway.yaml`: what an officer has to know to answer, and no more. */
function toTask({ operationOf }: OfficerTaskParts, request: StoredRequest): Record<string, unknown> {
  const { envelope } = request;
  return {
    id: request.id,
    service: request.service,
    municipality: request.municipality,
    office: request.office ?? request.municipality,
    subject: envelope.subject,
    parameters: envelope.parameters,
    purpose: envelope.purpose,
    legalBasis: envelope.legalBasis,
    requester: envelope.requester,
    evidenceType: operationOf(request.adapter, request.operation)?.evidenceType ?? 'unknown',
    acceptedAt: new Date(request.acceptedAt).toISOString(),
    deadline: new Date(request.deadlineAt).toISOString(),
    ...(request.reason ? { reason: request.reason } : {}),
  };
}
