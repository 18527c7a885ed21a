import type { OutgoingEvent } from '../requests/request.js';
import type { Database } from '../store/database.js';

/** Names one signed submission. */
export interface SubmissionName {
  readonly clientId: string;
  readonly id: string;
  readonly bodySha256: Uint8Array;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly signedAt: number;
}

/** Submissions that were turned away, so that each of them is told once. */
export interface RefusalStore {
  /** Whether this submission, or the same signed again later, was refused. */
  has(submission: SubmissionName): Promise<boolean>;
  /**
   * Writes that it was refused, and the event that tells so, in one transaction.
   *
   * @returns false when the same was refused before for the same reason; then no further event is written.
   */
  refuse(submission: SubmissionName, code: string, event: OutgoingEvent, at: number): Promise<boolean>;
  /** Forgets what was refused before a time, milliseconds since the epoch; returns how many rows went. */
  purge(before: number): Promise<number>;
}

export function createRefusalStore(database: Database): RefusalStore {
  return {
    async has({ clientId, id, bodySha256, signedAt }) {
      const { rowCount } = await database.query({
        name: 'intake-refused',
        text: `select 1 from intake_refusals
               where client_id = $1 and submission_id = $2 and body_sha256 = $3 and signed_at >= $4 limit 1`,
        values: [clientId, id, bodySha256, new Date(signedAt)],
      });
      return rowCount === 1;
    },

    async refuse({ clientId, id, bodySha256, signedAt }, code, event, at) {
      const { rowCount } = await database.query({
        name: 'intake-refuse',
        // A row that was there before has an xmax: its lock.
        text: `with refused as (
            insert into intake_refusals as known
              (client_id, submission_id, body_sha256, code, event_id, signed_at, refused_at)
            values ($1, $2, $3, $4, $5, $6, $11)
            on conflict (client_id, submission_id, body_sha256, code)
              do update set signed_at = greatest(known.signed_at, excluded.signed_at)
            returning event_id, xmax = 0 as is_new
          )
          insert into outbox (event_id, topic, key, headers, value, created_at)
          select event_id, $7, $8, $9, $10, $11 from refused where is_new on conflict do nothing`,
        values: [
          clientId,
          id,
          bodySha256,
          code,
          event.id,
          new Date(signedAt),
          event.topic,
          event.key,
          JSON.stringify(event.headers),
          event.value,
          new Date(at),
        ],
      });
      return rowCount === 1;
    },

    async purge(before) {
      const { rowCount } = await database.query(
        `delete from intake_refusals where ctid = any (array(
           select ctid from intake_refusals where refused_at < $1 limit 10000))`,
        [new Date(before)],
      );
      return rowCount ?? 0;
    },
  };
}
