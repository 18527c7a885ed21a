import type { Priority, StoredRequest } from './request.js';
import type { RequestState } from './states.js';

/** One row of `requests` as the driver gives it. */
export interface RequestRow {
  id: string;
  client_id: string;
  municipality: string;
  service: string;
  adapter: string;
  operation: string;
  case_id: string;
  envelope: StoredRequest['envelope'];
  decision: StoredRequest['decision'];
  warnings: StoredRequest['warnings'];
  traceparent: string | null;
  state: RequestState;
  reason: StoredRequest['reason'] | null;
  result: StoredRequest['result'] | null;
  attempts: number;
  priority: number;
  ticket: string | null;
  office: string | null;
  inquiry: StoredRequest['inquiry'] | null;
  delays: StoredRequest['delays'] | null;
  deadline_at: Date;
  accepted_at: Date;
  updated_at: Date;
  finished_at: Date | null;
}

export function toRequest(row: RequestRow): StoredRequest {
  return {
    id: row.id,
    clientId: row.client_id,
    municipality: row.municipality,
    service: row.service,
    adapter: row.adapter,
    operation: row.operation,
    caseId: row.case_id,
    envelope: row.envelope,
    decision: row.decision,
    warnings: row.warnings,
    state: row.state,
    attempts: row.attempts,
    priority: row.priority === 0 ? 'interactive' : 'batch',
    deadlineAt: row.deadline_at.getTime(),
    acceptedAt: row.accepted_at.getTime(),
    updatedAt: row.updated_at.getTime(),
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    ...(row.ticket === null ? {} : { ticket: row.ticket }),
    ...(row.office === null ? {} : { office: row.office }),
    ...(row.inquiry ? { inquiry: row.inquiry } : {}),
    ...(row.delays ? { delays: row.delays } : {}),
    ...(row.reason ? { reason: row.reason } : {}),
    ...(row.result ? { result: row.result } : {}),
    ...(row.finished_at ? { finishedAt: row.finished_at.getTime() } : {}),
  };
}

/** As the column `priority` holds it. */
export function priorityColumn(priority: Priority): number {
  return priority === 'interactive' ? 0 : 1;
}
