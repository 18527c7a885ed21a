import type { OutgoingEvent } from '../requests/request.js';
import { createEventSealing, type EventParts } from '../results/seal-event.js';
import type { CaseEnd, CaseEvidence, StoredCase } from './case.js';
import { type CasePlan, missingOf } from './plan.js';
import { textOf } from './reasons.js';

export interface CaseEventMaker {
  /** @returns the event as it is sent, and as evidence of the case. */
  make(
    stored: StoredCase,
    plan: CasePlan,
    end: { readonly state: CaseEnd; readonly reason?: StoredCase['reason']; readonly at: number },
  ): Promise<{ event: OutgoingEvent; proof: CaseEvidence }>;
}

/**
 * Makes the event that tells the municipality how its case ended: value by
 * `contracts/events/case.v1.schema.json`, key = case id, on the same topic as the results of its requests. It names
 * the requests and repeats nothing of their answers: each was an event by itself.
 */
export function createCaseEventMaker(parts: EventParts): CaseEventMaker {
  const seal = createEventSealing(parts);
  return {
    make: (stored, plan, { state, reason, at }) =>
      seal({
        type: `ura.case.${state}.v1`,
        subject: stored.id,
        schema: 'case.v1.schema.json',
        municipality: stored.municipality,
        caseId: stored.caseId,
        at,
        ...(stored.traceparent ? { traceparent: stored.traceparent } : {}),
        value: {
          id: stored.id,
          caseId: stored.caseId,
          procedure: stored.definition.code,
          version: stored.definition.version,
          municipality: stored.municipality,
          state,
          ...(reason ? { reason } : {}),
          steps: plan.steps.map((planned) => ({
            id: planned.step.id,
            service: planned.step.service,
            state: planned.state,
            ...(planned.reason ? { reason: planned.reason } : {}),
            requests: planned.exchanges
              .filter(({ submitted }) => submitted)
              .map((exchange) => ({
                requestId: exchange.requestId,
                ...(exchange.item === null ? {} : { item: exchange.item }),
                state: exchange.state,
              })),
          })),
          missing: missingOf(plan).map((missing) => ({
            ...missing,
            text: textOf(missing.reason.code, 'refused'),
          })),
          finishedAt: new Date(at).toISOString(),
        },
      }),
  };
}
