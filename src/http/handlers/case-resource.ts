import type { CaseExchange, LoadedCase } from '../../procedures/case.js';
import { type CasePlan, missingOf, type PlannedStep } from '../../procedures/plan.js';
import { textOf } from '../../procedures/reasons.js';
import { lastWorkingDay } from '../../procedures/working-days.js';

/** `CaseResource` of `openapi/gateway.yaml`: the plan as a tree, and the evidence that it brought. */
export function toCaseResource({ stored }: LoadedCase, plan: CasePlan): Record<string, unknown> {
  const self = `/v1/cases/${stored.id}`;
  const { code, name, version, workingDays } = stored.definition;
  return {
    id: stored.id,
    state: stored.state,
    procedure: { code, name, version },
    municipality: stored.municipality,
    caseId: stored.caseId,
    acceptedAt: time(stored.acceptedAt),
    updatedAt: time(Math.max(stored.updatedAt, ...timesOf(plan))),
    ...(stored.finishedAt === undefined ? {} : { finishedAt: time(stored.finishedAt) }),
    deadline: time(stored.deadlineAt),
    ...(workingDays === undefined
      ? {}
      : { statutory: { workingDays, dueOn: lastWorkingDay(stored.acceptedAt, workingDays) } }),
    warnings: stored.warnings,
    ...(stored.reason ? { reason: stored.reason } : {}),
    steps: plan.steps.map(toStep),
    missing:
      stored.state === 'running'
        ? []
        : missingOf(plan).map((missing) => ({ ...missing, text: textOf(missing.reason.code, 'refused') })),
    evidence: plan.steps.flatMap(({ exchanges }) =>
      exchanges.filter(({ state }) => state === 'answered').map(toEvidence),
    ),
    links: { self },
  };
}

function toStep({ step, state, reason, after, exchanges }: PlannedStep): Record<string, unknown> {
  return {
    id: step.id,
    ...(step.name ? { name: step.name } : {}),
    service: step.service,
    state,
    optional: step.optional === true,
    after,
    ...(reason ? { reason } : {}),
    ...spanOf(exchanges, state),
    exchanges: exchanges.map((exchange) => ({
      ...itemOf(exchange),
      round: exchange.round,
      state: exchange.state,
      reused: exchange.reused,
      startedAt: time(exchange.plannedAt),
      ...(exchange.finishedAt === undefined ? {} : { finishedAt: time(exchange.finishedAt) }),
      ...(exchange.reason ? { reason: exchange.reason } : {}),
      ...(exchange.submitted ? { requestId: exchange.requestId, links: linksOf(exchange) } : {}),
    })),
  };
}

function spanOf(exchanges: readonly CaseExchange[], state: PlannedStep['state']): Record<string, string> {
  if (exchanges.length === 0) return {};
  const startedAt = time(Math.min(...exchanges.map(({ plannedAt }) => plannedAt)));
  if (state === 'running') return { startedAt };
  return {
    startedAt,
    finishedAt: time(Math.max(...exchanges.map((each) => each.finishedAt ?? each.plannedAt))),
  };
}

function toEvidence(exchange: CaseExchange): Record<string, unknown> {
  return {
    step: exchange.step,
    ...itemOf(exchange),
    service: exchange.service,
    evidenceType: exchange.evidenceType,
    evidence: exchange.evidence,
    requestId: exchange.requestId,
    links: linksOf(exchange),
  };
}

function itemOf({ item }: CaseExchange): { item?: number } {
  return item === null ? {} : { item };
}

function linksOf({ requestId }: CaseExchange): { request: string; receipt: string } {
  const request = `/v1/requests/${requestId}`;
  return { request, receipt: `${request}/receipt` };
}

function timesOf(plan: CasePlan): number[] {
  return plan.steps.flatMap(({ exchanges }) => exchanges.map((each) => each.finishedAt ?? each.plannedAt));
}

function time(at: number): string {
  return new Date(at).toISOString();
}
