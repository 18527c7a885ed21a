import { makeSubmissionRecord, type RequestDraft } from '../../src/client/index.js';
import type { SigningKey } from '../signing/http-sig/signing-keys.js';

/** A submission over Kafka as its file in docs/messages/ holds it, by a client of municipality 20. */
export async function makeSubmission(key: SigningKey, draft: RequestDraft, now: number) {
  const {
    topic,
    key: caseId,
    value,
    headers,
  } = await makeSubmissionRecord(draft, {
    gateway: 'https://ura.example',
    municipality: '20',
    signer: key.signer,
    idempotencyKey: crypto.randomUUID(),
    now,
  });
  return { topic, key: caseId, headers: Object.fromEntries(headers), value: Buffer.from(value).toString() };
}
