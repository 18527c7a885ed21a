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
  const path = row.kind === 'cancellation' ? `/v1/requests/${request.id}/cancel` : '/v1/requests';
  must(received.method === 'POST' && new URL(targetUri).pathname === path, 'it was sent to another place');
  let keyId: string;
  let partner: string;
  try {
    ({ keyId, partner } = verifyRequest(received, keys.client, { now: row.recordedAt }));
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'message-expired' && code !== 'message-too-old') throw refusal(error);
    try {
      ({ keyId, partner } = verifyRequest(received, keys.client, { now: row.recordedAt - storingMs }));
    } catch (again) {
      throw refusal(again);
    }
  }
  must(keyId === row.signedBy, 'the row names another key');
  must(partner === request.clientId, 'the key belongs to another client');
  return `verifies with ${keyId} of ${partner}`;
}

function refusal(error: unknown): Error {
  const { code } = error as { code?: string };
  return new Error(`the signature does not hold: ${code ?? 'unexpected'}`);
}

function compareContent(row: AuditRow, { request }: AuditInput): string {
  const { service, caseId } = parseEvidence(row.bytes);
  must(service === request.service, 'it asks for another service');
  must(caseId === request.caseId, 'it belongs to another case');
  return `${request.service} for the case of this request`;
}
