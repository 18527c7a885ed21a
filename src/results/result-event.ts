import { createHash } from 'node:crypto';
import type { EvidenceItem, OutgoingEvent, Reason, Result, StoredRequest } from '../requests/request.js';
import type { FinalState } from '../requests/states.js';
import { createEventSealing, type EventParts } from './seal-event.js';

export { type EventParts, resultsTopic } from './seal-event.js';

export interface Ending {
  readonly state: FinalState;
  readonly result?: Result;
  readonly reason?: Reason;
  readonly evidence: readonly EvidenceItem[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface EventMaker {
  /** @returns the event as it is sent, and as evidence: readable, with all that its signature covers. */
  make(request: StoredRequest, ending: Ending): Promise<{ event: OutgoingEvent; proof: EvidenceItem }>;
}

/**
 * Makes the event that tells the municipality how its request ended: value by
 * `contracts/events/result.v1.schema.json`, key = case id.
 */
export function createEventMaker(parts: EventParts): EventMaker {
  const seal = createEventSealing(parts);
  return {
    make: (request, ending) =>
      seal({
        type: `ura.request.${ending.state}.v1`,
        subject: request.id,
        schema: 'result.v1.schema.json',
        municipality: request.municipality,
        caseId: request.caseId,
        at: ending.at,
        ...(request.traceparent ? { traceparent: request.traceparent } : {}),
        value: {
          requestId: request.id,
          caseId: request.caseId,
          service: request.service,
          municipality: request.municipality,
          ...(request.envelope.case ? { case: request.envelope.case } : {}),
          ...(request.envelope.submissionId ? { submissionId: request.envelope.submissionId } : {}),
          state: ending.state,
          ...(ending.result ? { result: ending.result } : {}),
          ...(ending.reason ? { reason: ending.reason } : {}),
          warnings: request.warnings,
          finishedAt: new Date(ending.at).toISOString(),
          evidence: ending.evidence.map((item) => ({
            kind: item.kind,
            sha256: createHash('sha256').update(item.bytes).digest('hex'),
          })),
        },
      }),
  };
}
