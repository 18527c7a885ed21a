import { isRestProfile } from '../signing/profiles/index.js';
import { check, checkLater, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { textOf, verifySignedMessage } from './audit-signed-message.js';
import { checkSoapMessage, isSoapMessage } from './audit-soap-client.js';
import { checkSubmission, isSubmission } from './audit-submission.js';

/**
 * What clients signed: the request, a cancellation where there is one, and the answer of an officer, who is of any
 * client. By whichever profile they signed.
 */
export async function checkClientMessages(input: AuditInput): Promise<Check[]> {
  const checks: Check[] = [];
  for (const row of input.rows) {
    if (row.kind !== 'client-request' && row.kind !== 'cancellation' && row.kind !== 'officer-answer')
      continue;
    if (row.kind !== 'officer-answer' && isSoapMessage(row)) {
      checks.push(...checkSoapMessage(row, input));
      continue;
    }
    if (row.kind === 'client-request' && isSubmission(row)) {
      checks.push(...(await checkSubmission(row, input)));
      continue;
    }
    const { profile } = row.meta;
    // Only a name that is known goes into the table: what stands in the database may be anything.
    const name = typeof profile === 'string' && isRestProfile(profile) ? profile : 'http-sig';
    checks.push(await checkLater(`${rowName(row)}: ${name}`, () => verifyAgain(row, input)));
    if (row.kind === 'client-request') {
      checks.push(check(`${rowName(row)}: content`, () => compareContent(row, input)));
    }
  }
  return checks;
}

async function verifyAgain(row: AuditRow, { keys, request }: AuditInput): Promise<string> {
  // What a procedure asks later rests on the application, whose signature was checked when that came in.
  const checkedAt = row.meta.case === undefined ? row.recordedAt : Date.parse(textOf(row.meta, 'receivedAt'));
  must(checkedAt <= row.recordedAt, 'it was received after it was recorded');
  const sentTo = new URL(textOf(row.meta, 'targetUri')).pathname;
  must(isPlaceFor(row, request.id, sentTo), 'it was sent to another place');
  const { keyId, partner } = await verifySignedMessage(row, keys.clients, checkedAt);
  // Whose officers may answer is a matter of grants, and recorded as one; that it is a client's key is of this check.
  must(row.kind === 'officer-answer' || partner === request.clientId, 'the key belongs to another client');
  return `verifies with ${keyId} of ${partner}`;
}

/** Whether a client sends there what is recorded so: about the request itself, or about the case that it serves. */
function isPlaceFor({ kind, meta }: AuditRow, requestId: string, path: string): boolean {
  if (kind === 'officer-answer') return path === `/v1/requests/${requestId}/manual-answer`;
  if (meta.case === undefined) {
    return path === (kind === 'cancellation' ? `/v1/requests/${requestId}/cancel` : '/v1/requests');
  }
  const { id } = meta.case as { id?: unknown };
  return kind === 'cancellation'
    ? path === `/v1/cases/${String(id)}/cancel`
    : /^\/v1\/procedures\/AL\d{6}\/cases$/.test(path);
}

function compareContent(row: AuditRow, { request }: AuditInput): string {
  const { service, caseId } = parseEvidence(row.bytes);
  must(caseId === request.caseId, 'it belongs to another case');
  if (row.meta.case !== undefined) return 'an application, for the case of this request';
  must(service === request.service, 'it asks for another service');
  return `${request.service} for the case of this request`;
}
