import { createHash } from 'node:crypto';
import type { EvidenceItem } from '../requests/request.js';

/**
 * Evidence as parallel arrays for `unnest`, in the order kind, bytes, sha256, media_type, signed_by, meta: any
 * number of rows goes into the one statement that also changes the request.
 */
export function evidenceColumns(items: readonly EvidenceItem[]): unknown[] {
  return [
    items.map((item) => item.kind),
    items.map((item) => Buffer.from(item.bytes)),
    items.map((item) => createHash('sha256').update(item.bytes).digest()),
    items.map((item) => item.mediaType),
    items.map((item) => item.signedBy ?? null),
    items.map((item) => JSON.stringify(item.meta ?? {})),
  ];
}
