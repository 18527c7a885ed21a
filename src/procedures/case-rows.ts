import type { Result } from '../requests/request.js';
import { isFinal, type RequestState } from '../requests/states.js';
import type { CaseExchange, StoredCase } from './case.js';

/** One row of `cases` as the driver gives it. */
export interface CaseRow {
  id: string;
  client_id: string;
  municipality: string;
  case_id: string;
  definition: StoredCase['definition'];
  application: StoredCase['application'];
  warnings: StoredCase['warnings'];
  traceparent: string | null;
  state: StoredCase['state'];
  reason: StoredCase['reason'] | null;
  revision: number;
  deadline_at: Date;
  accepted_at: Date;
  updated_at: Date;
  finished_at: Date | null;
}

export function toCase(row: CaseRow): StoredCase {
  return {
    id: row.id,
    clientId: row.client_id,
    municipality: row.municipality,
    caseId: row.case_id,
    definition: row.definition,
    application: row.application,
    warnings: row.warnings,
    state: row.state,
    revision: row.revision,
    deadlineAt: row.deadline_at.getTime(),
    acceptedAt: row.accepted_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    ...(row.reason ? { reason: row.reason } : {}),
    ...(row.finished_at ? { finishedAt: row.finished_at.getTime() } : {}),
  };
}

/** One row of `case_steps` beside what its request came to. */
export interface StepRow {
  step: string;
  item: number;
  round: number;
  service: string;
  subject: CaseExchange['subject'];
  parameters: CaseExchange['parameters'];
  request_id: string;
  reused: boolean;
  by_hand: boolean;
  state: CaseExchange['state'];
  reason: CaseExchange['reason'] | null;
  planned_at: Date;
  finished_at: Date | null;
  request_state: RequestState | null;
  request_finished_at: Date | null;
  request_reason: CaseExchange['reason'] | null;
  request_result: Result | null;
}

export function toExchange(row: StepRow): CaseExchange {
  const result = row.request_result;
  const { request_state: requestState } = row;
  // What the request came to is a fact at once; the row says it when the case has gone on from there.
  const ended =
    row.state === 'open' && requestState !== null && isFinal(requestState) ? requestState : undefined;
  const state = ended ?? row.state;
  const finishedAt = ended === undefined ? row.finished_at : row.request_finished_at;
  const reason = row.reason ?? reasonOfRequest(row);
  return {
    step: row.step,
    item: row.item < 0 ? null : row.item,
    round: row.round,
    service: row.service,
    subject: row.subject,
    parameters: row.parameters,
    requestId: row.request_id,
    reused: row.reused,
    byHand: row.by_hand,
    submitted: requestState !== null,
    requestOpen: requestState !== null && !isFinal(requestState),
    unsettled: ended !== undefined,
    state,
    plannedAt: row.planned_at.getTime(),
    ...(reason ? { reason } : {}),
    ...(finishedAt ? { finishedAt: finishedAt.getTime() } : {}),
    ...(state === 'answered' && result?.kind === 'answered'
      ? { evidenceType: result.evidenceType, evidence: result.evidence }
      : {}),
  };
}

/** A refusal says why in its result; every other end, and every wait, in its reason. */
function reasonOfRequest({ request_reason, request_result }: StepRow): CaseExchange['reason'] | undefined {
  if (request_result?.kind === 'refused') {
    return { code: request_result.code, detail: request_result.message };
  }
  return request_reason ?? undefined;
}

/** The rows of exchanges as parallel arrays for `unnest`. */
export function exchangeColumns(exchanges: readonly CaseExchange[]): unknown[] {
  return [
    exchanges.map(({ step }) => step),
    exchanges.map(({ item }) => item ?? -1),
    exchanges.map(({ round }) => round),
    exchanges.map(({ service }) => service),
    exchanges.map(({ subject }) => JSON.stringify(subject)),
    exchanges.map(({ parameters }) => JSON.stringify(parameters)),
    exchanges.map(({ requestId }) => requestId),
    exchanges.map(({ reused }) => reused),
    exchanges.map(({ plannedAt }) => new Date(plannedAt)),
    exchanges.map(({ byHand }) => byHand),
  ];
}
