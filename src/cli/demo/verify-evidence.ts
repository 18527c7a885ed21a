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

/** What the evidence of a request says. */
export interface VerifiedEvidence {
  readonly checks: Check[];
  /** The registry promised its answer first. */
  readonly late?: boolean;
  /** An officer answered. */
  readonly byHand?: boolean;
}

/**
 * Audits one request as the demo sees it: stored rows, event as it came out of Kafka, receipt over HTTP.
 *
 * @param options.withReceipt false for requests of another client: a receipt is given to whom it belongs.
 */
export async function verifyEvidence(
  { database, ura, keys, clock }: EvidenceParts,
  { event }: ListenedEvent,
  { withReceipt }: { readonly withReceipt: boolean },
): Promise<VerifiedEvidence> {
  const request = await readAuditedRequest(database, event.subject);
  if (!request) return { checks: [{ name: 'request', ok: false, detail: 'the database does not have it' }] };
  const rows = await createEvidenceStore(database).read(request.id);
  const checks = await auditEvidence({
    request,
    rows,
    keys,
    now: clock.now(),
    ...(withReceipt ? { receipt: await ura.receipt(request.id) } : {}),
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
  return {
    checks,
    late: rows.some(({ kind, meta }) => kind === 'registry-answer' && meta.outcome === 'pending'),
    byHand: rows.some(({ kind }) => kind === 'officer-answer'),
  };
}
