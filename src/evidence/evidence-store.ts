import type { EvidenceItem } from '../requests/request.js';
import type { Database } from '../store/database.js';

/** One entry of the evidence of a request, without its bytes. */
export interface EvidenceEntry {
  readonly sequence: number;
  readonly kind: EvidenceItem['kind'];
  /** Hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly mediaType: string;
  /** Milliseconds since the epoch. */
  readonly recordedAt: number;
  readonly signedBy?: string;
}

export interface EvidenceStore {
  list(requestId: string): Promise<EvidenceEntry[]>;
  /** With the raw bytes: for the auditor, never for the API. */
  read(requestId: string): Promise<(EvidenceEntry & { bytes: Buffer; meta: Record<string, unknown> })[]>;
}

export function createEvidenceStore(database: Database): EvidenceStore {
  const query = async (requestId: string, more: string): Promise<EvidenceRow[]> => {
    const { rows } = await database.query<EvidenceRow>(
      `select sequence, kind, encode(sha256, 'hex') as sha256, octet_length(bytes) as size, media_type, signed_by,
         recorded_at${more} from evidence where request_id = $1 order by sequence`,
      [requestId],
    );
    return rows;
  };
  return {
    async list(requestId) {
      return (await query(requestId, '')).map(toEntry);
    },
    async read(requestId) {
      const rows = await query(requestId, ', bytes, meta');
      return rows.map((row) => ({ ...toEntry(row), bytes: row.bytes, meta: row.meta }));
    },
  };
}

interface EvidenceRow {
  sequence: number;
  kind: EvidenceItem['kind'];
  sha256: string;
  size: number;
  media_type: string;
  signed_by: string | null;
  recorded_at: Date;
  bytes: Buffer;
  meta: Record<string, unknown>;
}

function toEntry(row: EvidenceRow): EvidenceEntry {
  return {
    sequence: row.sequence,
    kind: row.kind,
    sha256: row.sha256,
    sizeBytes: row.size,
    mediaType: row.media_type,
    recordedAt: row.recorded_at.getTime(),
    ...(row.signed_by ? { signedBy: row.signed_by } : {}),
  };
}
