import type { Database } from '../store/database.js';

/** One call that is due, leased to whoever took it. */
export interface DueWebhook {
  readonly seq: string;
  readonly clientId: string;
  readonly applicationId: string;
  readonly body: Uint8Array;
  /** This one included. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly giveUpAt: number;
}

export interface WebhookStore {
  /** Takes calls whose time has come, the oldest of each application alone, and keeps others off for `leaseMs`. */
  claim(limit: number, leaseMs: number): Promise<DueWebhook[]>;
  /** It was taken, or is given up. */
  remove(seq: string): Promise<void>;
  /** Not before so many milliseconds. */
  postpone(seq: string, delayMs: number): Promise<void>;
  waiting(): Promise<number>;
}

export function createWebhookStore(database: Database): WebhookStore {
  return {
    async claim(limit, leaseMs) {
      const { rows } = await database.query<{
        seq: string;
        client_id: string;
        application_id: string;
        body: Buffer;
        attempts: number;
        give_up_at: Date;
      }>({
        name: 'webhook-claim',
        text: `with due as (
            select seq from webhooks w where next_attempt_at <= now()
              and not exists (select 1 from webhooks e where e.application_id = w.application_id and e.seq < w.seq)
            order by next_attempt_at limit $1 for update skip locked
          )
          update webhooks set attempts = attempts + 1, next_attempt_at = now() + $2 * interval '1 millisecond'
          from due where webhooks.seq = due.seq returning webhooks.*`,
        values: [limit, leaseMs],
      });
      return rows.map((row) => ({
        seq: row.seq,
        clientId: row.client_id,
        applicationId: row.application_id,
        body: row.body,
        attempts: row.attempts,
        giveUpAt: row.give_up_at.getTime(),
      }));
    },
    async remove(seq) {
      await database.query('delete from webhooks where seq = $1', [seq]);
    },
    async postpone(seq, delayMs) {
      await database.query(
        `update webhooks set next_attempt_at = now() + $2 * interval '1 millisecond' where seq = $1`,
        [seq, delayMs],
      );
    },
    async waiting() {
      const { rows } = await database.query<{ count: string }>('select count(*) as count from webhooks');
      return Number(rows[0]?.count ?? 0);
    },
  };
}
