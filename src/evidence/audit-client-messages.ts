import { verifyRequest } from '../signing/http-sig/index.js';
import { check, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';

/**
 * Between the check of a signature's age and the recording lie the replay set and the store. A signature that was
 * fresh this many milliseconds before it was recorded was fresh when it was checked.
 */
const storingMs = 30_000;

/** What the client signed: its request, and a cancellation where there is one. */
export function checkClientMessages(input: AuditInput): Check[] {
  return input.rows
    .filter(({ kind }) => kind === 'client-request' || kind === 'cancellation')
    .flatMap((row) => [
      check(`${rowName(row)}: http-sig`, () => verifyAgain(row, input)),
      ...(row.kind === 'client-request'
        ? [check(`${rowName(row)}: content`, () => compareContent(row, input))]
        : []),
    ]);
}

function verifyAgain(row: AuditRow, { keys, request }: AuditInput): string {
  const meta = (name: string): string => {
    const value = row.meta[name];
    must(typeof value === 'string', `what the signature covers is not recorded: ${name}`);
    return value;
  };
  const targetUri = meta('targetUri');
  const received = {
    method: meta('method'),
    targetUri,
    headers: ['contentType', 'contentDigest', 'signatureInput', 'signature'].flatMap((name) => [
      name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`),
      meta(name),
    ]),
    body: row.bytes,
  };
  const sentTo = new URL(targetUri).pathname;
  must(received.method === 'POST' && isPlaceFor(row, request.id, sentTo), 'it was sent to another place');
  // What a procedure asks later rests on the application, whose signature was checked when that came in.
  const checkedAt = row.meta.case === undefined ? row.recordedAt : Date.parse(meta('receivedAt'));
  must(checkedAt <= row.recordedAt, 'it was received after it was recorded');
  let keyId: string;
  let partner: string;
  try {
    ({ keyId, partner } = verifyRequest(received, keys.client, { now: checkedAt }));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'message-expired' && code !== 'message-too-old') throw refusal(error);
    try {
      ({ keyId, partner } = verifyRequest(received, keys.client, { now: checkedAt - storingMs }));
    } catch (again) {
      throw refusal(again);
    }
  }
  must(keyId === row.signedBy, 'the row names another key');
  must(partner === request.clientId, 'the key belongs to another client');
  return `verifies with ${keyId} of ${partner}`;
}

/** Whether a client sends there what is recorded so: about the request itself, or about the case that it serves. */
function isPlaceFor({ kind, meta }: AuditRow, requestId: string, path: string): boolean {
  if (meta.case === undefined) {
    return path === (kind === 'cancellation' ? `/v1/requests/${requestId}/cancel` : '/v1/requests');
  }
  const { id } = meta.case as { id?: unknown };
  return kind === 'cancellation'
    ? path === `/v1/cases/${String(id)}/cancel`
    : /^\/v1\/procedures\/AL\d{6}\/cases$/.test(path);
}

function refusal(error: unknown): Error {
  const { code } = error as { code?: string };
  return new Error(`the signature does not hold: ${code ?? 'unexpected'}`);
}

function compareContent(row: AuditRow, { request }: AuditInput): string {
  const { service, caseId } = parseEvidence(row.bytes);
  must(caseId === request.caseId, 'it belongs to another case');
  if (row.meta.case !== undefined) return 'an application, for the case of this request';
  must(service === request.service, 'it asks for another service');
  return `${request.service} for the case of this request`;
}
