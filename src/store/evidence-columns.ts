import { createHash } from 'node:crypto';

/** Bytes that prove something, of whatever kind. */
interface Provable {
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly signedBy?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/**
 * Evidence as parallel arrays for `unnest`, in the order kind, bytes, sha256, media_type, signed_by, meta: any
 * number of rows goes into the one statement that also changes the request.
 */
export function evidenceColumns(items: readonly Provable[]): unknown[] {
  return [
    items.map((item) => item.kind),
    items.map((item) => Buffer.from(item.bytes)),
    items.map((item) => createHash('sha256').update(item.bytes).digest()),
    items.map((item) => item.mediaType),
    items.map((item) => item.signedBy ?? null),
    items.map((item) => JSON.stringify(item.meta ?? {})),
  ];
}
