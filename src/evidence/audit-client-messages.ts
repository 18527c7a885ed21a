import {
  isRestProfile,
  openRestProfile,
  type ProfileParts,
  type RestChoice,
} from '../signing/profiles/index.js';
import { repetitionsAllowed } from '../signing/profiles/nonrepudiation.js';
import type { TrustedKey } from '../signing/signer.js';
import { check, checkLater, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { checkSoapMessage, isSoapMessage } from './audit-soap-client.js';

/**
 * Between the check of a signature's age and the recording lie the replay set and the store. A signature that was
 * fresh this many milliseconds before it was recorded was fresh when it was checked.
 */
const storingMs = 30_000;

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
  const targetUri = textOf(row.meta, 'targetUri');
  const choice = choiceOf(row);
  const received = {
    method: textOf(row.meta, 'method'),
    targetUri,
    headers: choice.profile === 'http-sig' ? httpSigFields(row) : otherFields(row),
    body: row.bytes,
  };
  const sentTo = new URL(targetUri).pathname;
  must(received.method === 'POST' && isPlaceFor(row, request.id, sentTo), 'it was sent to another place');
  // What a procedure asks later rests on the application, whose signature was checked when that came in.
  const checkedAt = row.meta.case === undefined ? row.recordedAt : Date.parse(textOf(row.meta, 'receivedAt'));
  must(checkedAt <= row.recordedAt, 'it was received after it was recorded');
  const verifyAt = (now: number) => {
    const { verifyRequest } = openRestProfile(choice, verifying(keys.clients, now));
    return verifyRequest(received);
  };
  const { keyId, partner } = await verifyAt(checkedAt)
    .catch((error: { code?: string }) => {
      if (error.code !== 'message-expired' && error.code !== 'message-too-old') throw error;
      return verifyAt(checkedAt - storingMs);
    })
    .catch((error: { code?: string }) => {
      throw new Error(`the signature does not hold: ${error.code ?? 'unexpected'}`);
    });
  must(keyId === row.signedBy, 'the row names another key');
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

/** The profile with the settings that it was verified by; recorded, because a client may have changed since. */
function choiceOf({ meta }: AuditRow): RestChoice {
  const profile = textOf(meta, 'profile');
  if (profile === 'http-sig') return { profile };
  const { settings } = meta;
  const isSettings = typeof settings === 'object' && settings !== null;
  must(isRestProfile(profile) && isSettings, 'by which profile it was signed is not recorded');
  const choice = settings as RestChoice;
  must(choice.profile === profile, 'the settings are of another profile');
  return choice;
}

function httpSigFields({ meta }: AuditRow): string[] {
  return ['contentType', 'contentDigest', 'signatureInput', 'signature'].flatMap((name) => [
    name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`),
    textOf(meta, name),
  ]);
}

function otherFields({ meta }: AuditRow): string[] {
  const { fields } = meta;
  must(typeof fields === 'object' && fields !== null, 'what the signature covers is not recorded: fields');
  return Object.keys(fields).flatMap((name) => [name, textOf(fields as Record<string, unknown>, name)]);
}

function textOf(meta: Readonly<Record<string, unknown>>, name: string): string {
  const value = meta[name];
  must(typeof value === 'string', `what the signature covers is not recorded: ${name}`);
  return value;
}

/** As a profile is opened that only verifies, at a time of the past. That it was sent once is not asked again. */
function verifying(trusted: readonly TrustedKey[], now: number): ProfileParts {
  return {
    signer: {
      keyId: 'auditor',
      algorithm: 'ecdsa-p256-sha256',
      sign: () => Promise.reject(new Error('an auditor signs nothing')),
    },
    trusted,
    replaySet: repetitionsAllowed,
    clock: { now: () => now },
  };
}

function compareContent(row: AuditRow, { request }: AuditInput): string {
  const { service, caseId } = parseEvidence(row.bytes);
  must(caseId === request.caseId, 'it belongs to another case');
  if (row.meta.case !== undefined) return 'an application, for the case of this request';
  must(service === request.service, 'it asks for another service');
  return `${request.service} for the case of this request`;
}
