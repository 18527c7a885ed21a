import { type OperatorAction, operatorActions, operatorRoles, permissions } from '../operator/roles.js';
import { checkLater, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { checkAnswerByHand } from './audit-officer-answer.js';
import { textOf, verifySignedMessage } from './audit-signed-message.js';

/**
 * What operators did: that the message is signed with the key of the operator who is named, that it is about this
 * request and says what is recorded of it, that the role permits it, and that it ended the request exactly where an
 * action of its kind does.
 */
export async function checkOperatorActions(input: AuditInput): Promise<Check[]> {
  const checks: Check[] = [];
  for (const [index, row] of input.rows.entries()) {
    if (row.kind !== 'operator-action') continue;
    checks.push(
      await checkLater(`${rowName(row)}: http-sig`, () => verifyAction(row, input)),
      await checkLater(`${rowName(row)}: action`, async () => compareAction(row, input)),
    );
    if (row.meta.action === 'answer') checks.push(...checkAnswerByHand(row, input.rows, index));
  }
  return checks;
}

const batchPath = '/operator/v1/requests/batch';

async function verifyAction(row: AuditRow, { keys, request }: AuditInput): Promise<string> {
  const { keyId, partner, path } = await verifySignedMessage(row, keys.operators, row.recordedAt);
  must(row.meta.profile === 'http-sig', 'it is signed by another profile than operators have');
  must(partner === row.meta.operator, 'the key belongs to another operator');
  const own = `/operator/v1/requests/${request.id}/${textOf(row.meta, 'action')}`;
  must(path === own || path === batchPath, 'it was sent to another place');
  return `verifies with ${keyId} of ${partner}`;
}

function compareAction(row: AuditRow, { rows, request }: AuditInput): string {
  const [action, role] = [textOf(row.meta, 'action'), textOf(row.meta, 'role')];
  const known = operatorActions.find((each) => each === action);
  const holder = operatorRoles.find((each) => each === role);
  must(known !== undefined && holder !== undefined, 'there is no such action or role');
  must(permissions[holder].includes(known), `role ${role} does not permit to ${action}`);
  const body = parseEvidence(row.bytes) as { reason?: { code?: unknown } };
  must(body.reason?.code === textOf(row.meta, 'reason'), 'another reason is recorded than was given');
  if (new URL(textOf(row.meta, 'targetUri')).pathname === batchPath) compareFilter(row, request);
  must(isEnd(row, rows) === endings.has(known), `to ${action} and how the request ended do not go together`);
  return `${action} as ${role}, ${body.reason?.code}`;
}

const endings: ReadonlySet<OperatorAction> = new Set<OperatorAction>(['cancel', 'answer']);

/** A batch names its requests by what they have in common; of that, what never changes. */
function compareFilter(row: AuditRow, request: AuditInput['request']): void {
  const { action, filter } = parseEvidence(row.bytes) as {
    action?: unknown;
    filter?: { registry?: unknown; municipality?: unknown; service?: unknown };
  };
  must(action === row.meta.action, 'the batch is another action');
  must(typeof filter === 'object' && filter !== null, 'the batch has no filter');
  for (const [wanted, is] of [
    [filter.registry, request.adapter],
    [filter.municipality, request.municipality],
    [filter.service, request.service],
  ]) {
    must(wanted === undefined || wanted === is, 'the filter of the batch does not find this request');
  }
}

/** Whether the result says that this is what ended the request. */
function isEnd(row: AuditRow, rows: readonly AuditRow[]): boolean {
  const result = rows.find(({ kind }) => kind === 'result');
  if (result === undefined) return false;
  const { evidence } = parseEvidence(result.bytes);
  must(Array.isArray(evidence), 'the result names no evidence');
  const named = evidence as readonly { kind?: unknown }[];
  const isLast = !rows.some(({ kind, sequence }) => kind === 'operator-action' && sequence > row.sequence);
  return isLast && named.some(({ kind }) => kind === 'operator-action');
}
