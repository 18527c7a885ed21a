import type { EvidenceEntry } from '../evidence/evidence-store.js';
import { isFinal } from '../requests/states.js';
import type { RecordedAction } from './action-store.js';
import type { FoundRequest, RequestLine, Tally } from './operator-store.js';
import { possibleActions } from './plan-action.js';
import { type OperatorRole, roleFor } from './roles.js';

/** `RequestLine` of `openapi/operator.yaml`: enough to choose by, and nothing about a citizen or an officer. */
export function toLine(line: RequestLine, now: number): Record<string, unknown> {
  const { adapter, acceptedAt, updatedAt, deadlineAt, nextAttemptAt, leaseUntil, ...same } = line;
  return {
    ...same,
    registry: adapter,
    acceptedAt: time(acceptedAt),
    ageSeconds: seconds(now - acceptedAt),
    updatedAt: time(updatedAt),
    deadline: time(deadlineAt),
    ...(isAskedAgain.has(line.state) ? { nextAttemptAt: time(nextAttemptAt) } : {}),
    ...(leaseUntil === undefined ? {} : { leaseUntil: time(leaseUntil) }),
  };
}

/** States in which the time of the next look means something. */
const isAskedAgain: ReadonlySet<string> = new Set(['accepted', 'retry-wait', 'awaiting-answer']);

/** What the history of a request is made of. */
export interface History {
  readonly evidence: readonly EvidenceEntry[];
  readonly actions: readonly RecordedAction[];
}

/**
 * `RequestDetail` of `openapi/operator.yaml`: what it takes to decide, without the question, the answer, the officer
 * or the municipality's name of the matter.
 *
 * @param repeatable whether the registry executes a message id once.
 */
export function toDetail(
  found: FoundRequest,
  { evidence, actions }: History,
  repeatable: boolean,
  roles: readonly OperatorRole[],
  now: number,
): Record<string, unknown> {
  const { request, nextAttemptAt, leaseUntil, leaseLive } = found;
  const { id, state, reason, adapter, ticket, office, finishedAt } = request;
  const line = toLine(
    {
      id,
      state,
      client: request.clientId,
      municipality: request.municipality,
      service: request.service,
      adapter,
      operation: request.operation,
      attempts: request.attempts,
      acceptedAt: request.acceptedAt,
      updatedAt: request.updatedAt,
      deadlineAt: request.deadlineAt,
      nextAttemptAt,
      ...(reason ? { reason: reason.code } : {}),
      ...(leaseUntil === undefined ? {} : { leaseUntil }),
    },
    now,
  );
  const byRow = new Map(actions.map((action) => [action.sequence, action]));
  const possible = state === 'dispatching' && leaseLive ? [] : possibleActions[state];
  return {
    ...line,
    // Why something waits is said by the gateway itself; why it ended, possibly by somebody who names a citizen.
    ...(reason && !isFinal(state) ? { explanation: reason.detail } : {}),
    ...(finishedAt === undefined ? {} : { finishedAt: time(finishedAt) }),
    ...(leaseUntil === undefined ? {} : { leaseLive }),
    ...(ticket === undefined ? {} : { ticket }),
    ...(office === undefined ? {} : { office }),
    messageId: `urn:uuid:${id}`,
    repeatable,
    actions: possible.filter((action) => roleFor(roles, action) !== undefined),
    history: evidence.map(({ sequence, kind, recordedAt, sha256, sizeBytes, signedBy }) => {
      const action = byRow.get(sequence);
      return {
        sequence,
        kind,
        at: time(recordedAt),
        sha256,
        sizeBytes,
        ...(signedBy === undefined ? {} : { signedBy }),
        ...(action
          ? { action: action.action, operator: action.operator, role: action.role, reason: action.reason }
          : {}),
      };
    }),
  };
}

/** `Question` of `openapi/operator.yaml`: whom a request is about, for whoever has to answer it by hand. */
export function toQuestion(
  { request: { id, envelope } }: FoundRequest,
  evidenceType: string | undefined,
): Record<string, unknown> {
  const { subject, parameters, purpose, legalBasis } = envelope;
  return { id, subject, parameters, purpose, legalBasis, ...(evidenceType ? { evidenceType } : {}) };
}

/** `Summary` of `openapi/operator.yaml`. */
export function toSummary(tallies: readonly Tally[], now: number): Record<string, unknown> {
  return {
    asOf: time(now),
    total: tallies.reduce((sum, { count }) => sum + count, 0),
    items: tallies.map(({ state, adapter, municipality, count, oldestAcceptedAt, nextDeadlineAt }) => ({
      state,
      registry: adapter,
      municipality,
      count,
      oldestAgeSeconds: seconds(now - oldestAcceptedAt),
      nextDeadline: time(nextDeadlineAt),
    })),
  };
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function seconds(durationMs: number): number {
  return Math.max(0, Math.floor(durationMs / 1000));
}
