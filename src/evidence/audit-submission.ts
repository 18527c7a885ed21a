import { decodeProtectedHeader, flattenedVerify } from 'jose';
import { jwaName } from '../signing/jws-detached.js';
import type { TrustedKey } from '../signing/signer.js';
import { check, checkLater, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { clockSkewMs } from './clock-skew.js';

/** What the signature has to cover besides the value. */
const attributes = ['ce_id', 'ce_source', 'ce_type', 'ce_subject', 'ce_time', 'ce_dataschema'];

/** Whether a client sent it over Kafka. */
export function isSubmission({ meta }: Pick<AuditRow, 'meta'>): boolean {
  return meta.profile === 'kafka-event';
}

/**
 * What a client asked over Kafka. The auditor's own reading of what was kept, with jose for the signature: nothing of
 * what verified it when it came.
 */
export async function checkSubmission(row: AuditRow, { keys, request }: AuditInput): Promise<Check[]> {
  let holds = false;
  const signature = await checkLater(`${rowName(row)}: kafka-event`, async () => {
    const key = keys.clients.find(({ keyId }) => keyId === row.signedBy);
    must(key !== undefined, 'the key is not among the pinned ones of the clients');
    must(key.partner === request.clientId, 'the key belongs to another client');
    const header = await verify(row, key);
    must(header.typ === 'ura-submission+jws', 'it is signed as something else than a submission');
    const headers = headersOf(row);
    for (const name of attributes) must(header[name] === headers[name], `${name} is another than was signed`);
    must(headers.ce_type === 'ura.request.submitted.v1', 'it is an event of another type');
    must(header.topic === row.meta.topic, 'it was signed for another topic');
    must(
      row.meta.topic === `oss.${request.municipality}.requests.v1`,
      'it lay in the topic of another municipality',
    );
    must(row.meta.key === headers.ce_subject, 'it lay under the key of another case');
    const { iat } = header;
    must(typeof iat === 'number' && Number.isSafeInteger(iat), 'the time of the signature is not there');
    must(iat * 1000 <= row.recordedAt + clockSkewMs, 'it was signed after it was recorded');
    must(isUsable(key, iat * 1000) && isUsable(key, row.recordedAt), 'the key was not valid then');
    holds = true;
    return `jose verifies it with ${key.keyId} of ${key.partner}`;
  });
  const content = check(`${rowName(row)}: content`, () => {
    must(holds, 'not looked at, because the signature does not hold');
    const { service, caseId } = parseEvidence(row.bytes);
    must(caseId === request.caseId && row.meta.key === request.caseId, 'it belongs to another case');
    must(service === request.service, 'it asks for another service');
    return `${request.service} for the case of this request`;
  });
  return [signature, content];
}

/** @returns the protected header. @throws {Error} with a sentence that quotes nothing of the message. */
async function verify(row: AuditRow, key: TrustedKey): Promise<Record<string, unknown>> {
  const [protectedHeader, nothing, signature, ...more] = headersOf(row).ce_signature?.split('.') ?? [];
  must(
    protectedHeader !== undefined && signature !== undefined && nothing === '' && more.length === 0,
    'what is kept is no detached JWS',
  );
  const algorithm = jwaName[key.algorithm];
  try {
    await flattenedVerify({ protected: protectedHeader, payload: row.bytes, signature }, key.publicKey, {
      algorithms: [algorithm],
    });
    const header = decodeProtectedHeader({ protected: protectedHeader }) as Record<string, unknown>;
    if (header.kid !== key.keyId || header.b64 !== false) throw new Error('kid');
    return header;
  } catch {
    throw new Error('the signature does not hold');
  }
}

function headersOf({ meta }: AuditRow): Readonly<Record<string, string>> {
  const { headers } = meta;
  must(typeof headers === 'object' && headers !== null, 'what the signature covers is not recorded: headers');
  for (const name of [...attributes, 'ce_signature']) {
    const value = (headers as Record<string, unknown>)[name];
    must(typeof value === 'string', `what the signature covers is not recorded: ${name}`);
  }
  return headers as Record<string, string>;
}

function isUsable({ notBefore, notAfter, certificate }: TrustedKey, at: number): boolean {
  const from = certificate ? Date.parse(certificate.validFrom) : (notBefore ?? at);
  const to = certificate ? Date.parse(certificate.validTo) : (notAfter ?? at);
  return from <= at && at <= to;
}
