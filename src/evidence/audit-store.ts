import type { Database } from '../store/database.js';
import type { AuditedRequest } from './audit-input.js';

/** What the requests table says of a request, to be held against its evidence. Undefined: there is none. */
export async function readAuditedRequest(
  database: Database,
  requestId: string,
): Promise<AuditedRequest | undefined> {
  const { rows } = await database.query<{
    id: string;
    client_id: string;
    municipality: string;
    service: string;
    case_id: string;
    adapter: string;
    state: AuditedRequest['state'];
    evidence_count: number;
  }>(
    `select id, client_id, municipality, service, case_id, adapter, state, evidence_count from requests
     where id = $1`,
    [requestId],
  );
  const [row] = rows;
  return (
    row && {
      id: row.id,
      clientId: row.client_id,
      municipality: row.municipality,
      service: row.service,
      caseId: row.case_id,
      adapter: row.adapter,
      state: row.state,
      evidenceCount: row.evidence_count,
    }
  );
}
