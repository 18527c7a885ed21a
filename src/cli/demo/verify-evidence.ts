import type { UraClient } from '../../client/index.js';
import type { Clock } from '../../clock.js';
import { auditEvidence } from '../../evidence/audit.js';
import type { AuditKeys, Check } from '../../evidence/audit-input.js';
import { readAuditedRequest } from '../../evidence/audit-store.js';
import { createEvidenceStore } from '../../evidence/evidence-store.js';
import type { Database } from '../../store/database.js';
import type { ListenedEvent } from '../listen.js';

export interface EvidenceParts {
  readonly database: Database;
  readonly ura: UraClient;
  readonly keys: AuditKeys;
  readonly clock: Clock;
}

/** Audits one request as the demo sees it: stored rows, event as it came out of Kafka, receipt over HTTP. */
export async function verifyEvidence(
  { database, ura, keys, clock }: EvidenceParts,
  { event }: ListenedEvent,
): Promise<Check[]> {
  const request = await readAuditedRequest(database, event.subject);
  if (!request) return [{ name: 'request', ok: false, detail: 'the database does not have it' }];
  return auditEvidence({
    request,
    rows: await createEvidenceStore(database).read(request.id),
    keys,
    now: clock.now(),
    receipt: await ura.receipt(request.id),
    event: {
      value: Buffer.from(event.bytes, 'base64'),
      headers: {
        ce_id: event.id,
        ce_source: event.source,
        ce_type: event.type,
        ce_subject: event.subject,
        ce_time: event.time,
        ce_dataschema: event.dataschema,
        ce_signature: event.signature,
      },
    },
  });
}
