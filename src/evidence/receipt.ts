import type { Clock } from '../clock.js';
import type { StoredRequest } from '../requests/request.js';
import { canonicalJson } from './canonical-json.js';
import type { EvidenceStore } from './evidence-store.js';

export interface ReceiptParts {
  readonly evidence: EvidenceStore;
  readonly clock: Clock;
  /** Detached JWS over the bytes. */
  readonly signReceipt: (bytes: Uint8Array, at: number) => Promise<string>;
}

/**
 * The signed list of what was exchanged for one request: digests only, because the raw answer of a registry
 * may hold more than the client is allowed to see. The signature is over the canonical JSON (RFC 8785) of the
 * receipt without its member `signature`.
 */
export async function buildReceipt(
  { evidence, clock, signReceipt }: ReceiptParts,
  request: StoredRequest,
): Promise<Record<string, unknown>> {
  const issuedAt = clock.now();
  const entries = await evidence.list(request.id);
  const receipt = {
    requestId: request.id,
    service: request.service,
    caseId: request.caseId,
    municipality: request.municipality,
    state: request.state,
    issuedAt: new Date(issuedAt).toISOString(),
    evidence: entries.map((entry) => ({ ...entry, recordedAt: new Date(entry.recordedAt).toISOString() })),
  };
  const signature = await signReceipt(Buffer.from(canonicalJson(receipt)), issuedAt);
  return { ...receipt, signature };
}
