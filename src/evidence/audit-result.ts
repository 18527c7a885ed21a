import { createHash } from 'node:crypto';
import { isFinal } from '../requests/states.js';
import { verifyEvent } from '../signing/event-signature.js';
import { check, checkLater, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';

/** What the municipality was told: the result row, and the event when one is given. */
export async function checkResult(input: AuditInput): Promise<Check[]> {
  const { rows, request, event, keys, now } = input;
  const row = rows.find(({ kind }) => kind === 'result');
  const checks: Check[] = [];
  if (row !== undefined) {
    checks.push(
      check(`${rowName(row)}: content`, () => compareContent(row, input)),
      check(`${rowName(row)}: digests`, () => compareDigests(row, rows)),
    );
  } else if (isFinal(request.state)) {
    checks.push({ name: 'result: content', ok: false, detail: 'there is no result' });
  }
  if (event === undefined) return checks;
  checks.push(
    check('event: bytes', () => {
      must(row !== undefined, 'there is no result to compare it with');
      must(row.bytes.equals(Buffer.from(event.value)), 'Kafka brought other bytes than were recorded');
      return `${event.value.length} bytes, the same as ${rowName(row)}`;
    }),
    await checkLater('event: signature', async () => {
      must(event.headers.ce_subject === request.id, 'it is the event of another request');
      const { keyId } = await verifyEvent(event.headers, event.value, keys.gateway, { now }).catch(
        (error: { code?: string }) => {
          throw new Error(`the signature does not hold: ${error.code ?? 'unexpected'}`);
        },
      );
      must(keyId === row?.signedBy, 'the result names another key');
      return `verifies with ${keyId}`;
    }),
  );
  return checks;
}

function compareContent(row: AuditRow, { request }: AuditInput): string {
  const value = parseEvidence(row.bytes);
  for (const [name, right] of [
    ['requestId', request.id],
    ['caseId', request.caseId],
    ['service', request.service],
    ['state', request.state],
  ] as const) {
    must(value[name] === right, `${name} is another than the request's`);
  }
  return `says ${request.state} about this request`;
}

const answers: ReadonlySet<unknown> = new Set(['registry-answer', 'officer-answer', 'operator-action']);

/** The result names the rows of the step that ended the request: those that stand directly above it. */
function compareDigests(row: AuditRow, rows: readonly AuditRow[]): string {
  const { evidence, state } = parseEvidence(row.bytes);
  must(Array.isArray(evidence), 'it names no evidence');
  const named = evidence as readonly { kind?: unknown; sha256?: unknown }[];
  const index = rows.indexOf(row);
  const above = rows.slice(index - named.length, index);
  must(index >= named.length, 'it names more evidence than there is');
  named.forEach(({ kind, sha256 }, at) => {
    const there = above[at];
    const digest = there && createHash('sha256').update(there.bytes).digest('hex');
    must(
      there?.kind === kind && digest === sha256,
      `it names a ${String(kind)} that is not the row above it`,
    );
  });
  // An operator's action is an answer only where it is one; see `audit-operator-action.ts`.
  const answered = named.some(({ kind }) => answers.has(kind));
  must(
    answered || (state !== 'answered' && state !== 'refused'),
    'it names no answer of the registry, of an officer or of an operator',
  );
  return `names ${above.map(rowName).join(' and ') || 'nothing, and nothing was exchanged'}`;
}
