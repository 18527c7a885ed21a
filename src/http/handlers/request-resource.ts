import type { StoredRequest } from '../../requests/request.js';

/** `RequestResource` of `openapi/gateway.yaml`: what a client may know of its own request. */
export function toResource(request: StoredRequest): Record<string, unknown> {
  const self = `/v1/requests/${request.id}`;
  return {
    id: request.id,
    state: request.state,
    service: request.service,
    municipality: request.municipality,
    caseId: request.caseId,
    purpose: request.envelope.purpose,
    ...(request.envelope.case ? { case: request.envelope.case } : {}),
    acceptedAt: new Date(request.acceptedAt).toISOString(),
    updatedAt: new Date(request.updatedAt).toISOString(),
    ...(request.finishedAt === undefined ? {} : { finishedAt: new Date(request.finishedAt).toISOString() }),
    deadline: new Date(request.deadlineAt).toISOString(),
    attempts: request.attempts,
    warnings: request.warnings,
    decision: { grant: request.decision.grant, fields: request.decision.fields },
    ...(request.result ? { result: request.result } : {}),
    ...(request.reason ? { reason: request.reason } : {}),
    ...(request.delays ? { delays: request.delays } : {}),
    links: { self, receipt: `${self}/receipt` },
  };
}
