import type { Clock } from '../clock.js';
import type {
  ExchangeId,
  ExchangeStore,
  KeptAnswer,
  KeptRequest,
} from '../signing/profiles/nonrepudiation.js';
import type { Database } from './database.js';

interface Row {
  readonly target: string;
  readonly body_sha256: string;
  readonly request_bytes: Buffer;
  readonly received_at: Date;
  readonly answer_status: number | null;
  readonly answer_headers: string[] | null;
  readonly answer_bytes: Buffer | null;
}

/** Exchanges of clients under `nonrepudiation`, in PostgreSQL: one insert decides, for all nodes. */
export function createExchangeStore(
  database: Database,
  clock: Clock,
): ExchangeStore & {
  /** Deletes what was received before a time (milliseconds); returns how many rows went. */
  purge(receivedBefore: number): Promise<number>;
} {
  return {
    async find(id) {
      const { rows } = await database.query<Row & Record<string, unknown>>(
        `select target, body_sha256, request_bytes, received_at, answer_status, answer_headers, answer_bytes
           from exchanges where profile = $1 and partner = $2 and message_id = $3`,
        keyOf(id),
      );
      const [row] = rows;
      return row && toKept(id, row);
    },

    async keep(request, abandonedBefore) {
      const { rowCount } = await database.query({
        name: 'exchange-keep',
        text: `insert into exchanges as kept (profile, partner, message_id, target, body_sha256, request_bytes,
                 received_at, begun_at) values ($1, $2, $3, $4, $5, $6, $7, $7)
               on conflict (profile, partner, message_id) do update set begun_at = excluded.begun_at
                 where kept.answer_status is null and kept.begun_at < $8
                   and kept.body_sha256 = excluded.body_sha256 and kept.target = excluded.target`,
        values: [
          ...keyOf(request),
          request.target ?? '',
          request.bodySha256,
          Buffer.from(request.requestBytes),
          new Date(request.receivedAt),
          new Date(abandonedBefore),
        ],
      });
      return rowCount === 1;
    },

    async keepAnswer(id, { status, headers, bytes }: KeptAnswer) {
      await database.query({
        name: 'exchange-answer',
        text: `update exchanges set answer_status = $4, answer_headers = $5, answer_bytes = $6, answered_at = $7
                where profile = $1 and partner = $2 and message_id = $3 and answer_status is null`,
        values: [...keyOf(id), status, JSON.stringify(headers), Buffer.from(bytes), new Date(clock.now())],
      });
    },

    async abandon(id) {
      await database.query(
        `update exchanges set begun_at = 'epoch'
          where profile = $1 and partner = $2 and message_id = $3 and answer_status is null`,
        keyOf(id),
      );
    },

    async purge(receivedBefore) {
      const { rowCount } = await database.query(
        `delete from exchanges where ctid = any (array(
           select ctid from exchanges where received_at < $1 limit 10000))`,
        [new Date(receivedBefore)],
      );
      return rowCount ?? 0;
    },
  };
}

function keyOf({ profile, partner, messageId }: ExchangeId): string[] {
  return [profile, partner, messageId];
}

function toKept(id: ExchangeId, row: Row): KeptRequest & { readonly answer?: KeptAnswer } {
  const { answer_status: status, answer_headers: headers, answer_bytes: bytes } = row;
  return {
    profile: id.profile,
    partner: id.partner,
    messageId: id.messageId,
    target: row.target,
    bodySha256: row.body_sha256,
    requestBytes: row.request_bytes,
    receivedAt: row.received_at.getTime(),
    ...(status === null || headers === null || bytes === null ? {} : { answer: { status, headers, bytes } }),
  };
}
