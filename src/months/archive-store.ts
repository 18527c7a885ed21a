import { type Database, onOwnConnection } from '../store/database.js';
import type { Month } from './month.js';
import type { MonthlyTable, Part } from './month-store.js';

/** Ids from `firstId` (null: from the very beginning) up to and without `endId`. */
export type Range = Pick<Part, 'firstId'> & { readonly endId: string };

/** How much of each kind still needs a month. */
export interface Holds {
  readonly openRequests: number;
  /** A repetition of the submission would find its request gone. */
  readonly idempotencyKeys: number;
  readonly unsentEvents: number;
  readonly runningCases: number;
  /** Their documents are evidence of the month in which they were submitted. */
  readonly openApplications: number;
  readonly unsentWebhooks: number;
}

/** A table that stands alone, or did when it was last heard of. */
export interface DetachedTable extends Range {
  readonly month: Month;
  readonly whole: MonthlyTable;
  readonly table: string;
}

/** Rows and bytes of a table, with its indexes and whatever is stored apart. */
export interface TableSize {
  readonly rows: number;
  readonly bytes: number;
}

export interface ArchiveStore {
  /** Open requests and size of one table of requests. Reads all of it. */
  requestsIn(table: string): Promise<TableSize & { open: number }>;
  /** Size of a table; undefined when there is none of that name. */
  size(table: string): Promise<number | undefined>;
  holds(range: Range): Promise<Holds>;
  detached(): Promise<DetachedTable[]>;
  /** From now on who asks for an id of this month is told that it is archived, if it is not found. */
  noteDetached(tables: readonly DetachedTable[]): Promise<void>;
  forgetDetached(table: DetachedTable): Promise<void>;
  /** The requests of a table that was put back are found by their cases again. Reads all of it. */
  findByCase(table: string): Promise<void>;
  /** Whether an id lies in a month that was detached. */
  isArchived(id: string): Promise<boolean>;
}

export function createArchiveStore(database: Database): ArchiveStore {
  return {
    requestsIn: (table) =>
      onOwnConnection(database, async (connection) => {
        await connection.query('set statement_timeout = 0');
        const { rows } = await connection.query<{ rows: string; open: string; bytes: string }>(
          `select count(*) as rows, count(*) filter (where finished_at is null) as open,
             pg_total_relation_size($1) as bytes from "${table}"`,
          [table],
        );
        const { rows: count = 0, open = 0, bytes = 0 } = rows[0] ?? {};
        return { rows: Number(count), open: Number(open), bytes: Number(bytes) };
      }),

    async size(table) {
      const { rows } = await database.query<{ bytes: string | null }>(
        'select pg_total_relation_size(to_regclass($1)) as bytes',
        [table],
      );
      const bytes = rows[0]?.bytes;
      return bytes == null ? undefined : Number(bytes);
    },

    async holds({ firstId, endId }) {
      // Anything that cannot be counted in time holds the month: the statement fails, and so does the command.
      const { rows } = await database.query<Record<keyof Holds, string>>(
        `with month as (select coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') as first, $2::uuid as until)
         select
           (select count(*) from requests where id >= month.first and id < month.until and finished_at is null)
             as "openRequests",
           (select count(*) from idempotency_keys where request_id >= month.first and request_id < month.until)
             as "idempotencyKeys",
           (select count(*) from outbox where headers->>'ce_subject' >= month.first::text
             and headers->>'ce_subject' < month.until::text) as "unsentEvents",
           (select count(distinct s.case_id) from case_steps s join cases c on c.id = s.case_id
             where s.request_id >= month.first and s.request_id < month.until and c.state = 'running')
             as "runningCases",
           (select count(*) from applications where id >= month.first and id < month.until
             and state not in ('rejected', 'completed', 'withdrawn')) as "openApplications",
           (select count(*) from webhooks where application_id >= month.first and application_id < month.until)
             as "unsentWebhooks"
         from month`,
        [firstId, endId],
      );
      const counts = Object.entries(rows[0] as Record<keyof Holds, string>);
      return Object.fromEntries(counts.map(([name, count]) => [name, Number(count)])) as unknown as Holds;
    },

    async detached() {
      const { rows } = await database.query<{
        month: string;
        whole: MonthlyTable;
        table: string;
        first_id: string | null;
        end_id: string;
      }>('select month, whole, name as table, first_id, end_id from detached_months order by month, whole');
      return rows.map(({ first_id: firstId, end_id: endId, ...row }) => ({ ...row, firstId, endId }));
    },

    async noteDetached(tables) {
      for (const { month, whole, table, firstId, endId } of tables) {
        await database.query(
          `insert into detached_months (month, whole, name, first_id, end_id, detached_at)
           values ($1, $2, $3, $4, $5, now()) on conflict do nothing`,
          [month, whole, table, firstId, endId],
        );
      }
    },

    async forgetDetached({ month, whole }) {
      await database.query('delete from detached_months where month = $1 and whole = $2', [month, whole]);
    },

    findByCase: (table) =>
      onOwnConnection(database, async (connection) => {
        await connection.query('set statement_timeout = 0');
        await connection.query(
          `insert into request_cases (client_id, case_id, request_id) select client_id, case_id, id from "${table}"
           on conflict do nothing`,
        );
      }),

    async isArchived(id) {
      const { rowCount } = await database.query(
        `select 1 from detached_months where whole = 'requests'
           and (first_id is null or first_id <= $1::uuid) and $1::uuid < end_id`,
        [id],
      );
      return rowCount !== 0;
    },
  };
}
