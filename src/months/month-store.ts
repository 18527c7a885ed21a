import { type Database, onOwnConnection, type Queryable } from '../store/database.js';
import { firstIdOf, type Month, monthAfter } from './month.js';

/** The tables that are kept by month, each with the column that says when. */
export const monthlyTables = { requests: 'id', evidence: 'request_id' } as const;

export type MonthlyTable = keyof typeof monthlyTables;

/** One part of a monthly table: ids from `firstId` up to and without `endId`. */
export interface Part {
  readonly table: string;
  /** Null: from the very beginning. */
  readonly firstId: string | null;
  /** Null: without end. */
  readonly endId: string | null;
  /** Its detaching was begun and interrupted: nobody sees its rows any more. */
  readonly detaching: boolean;
}

/** Not that of migrations: a month is detached when the last transaction that sees it ends, and no node waits for that. */
const MONTHS_LOCK = 0x6d6f6e74;

/** Name of the table for ids that no month has been made for. */
export function beyond(whole: MonthlyTable): string {
  return `${whole}_beyond`;
}

/** Name of the table of one month. */
export function tableOf(whole: MonthlyTable, month: Month): string {
  return `${whole}_${month.replace('-', '_')}`;
}

/** What changes the parts, on one connection that holds the lock: nobody else does. */
export interface MonthChanges {
  /** By the database's clock, milliseconds since the epoch: nodes may differ. */
  now(): Promise<number>;
  parts(whole: MonthlyTable): Promise<Part[]>;
  /** Latest id in a table, attached or not; undefined when it is empty. */
  lastId(whole: MonthlyTable, table: string): Promise<string | undefined>;
  /**
   * Takes a part out, without holding up anybody: waits until all transactions that may have seen it have ended.
   * Goes on where an earlier attempt was interrupted.
   */
  detach(whole: MonthlyTable, part: Pick<Part, 'table' | 'detaching'>): Promise<void>;
  /** Puts a table that stands alone back, with the trigger that belongs to it. */
  attach(whole: MonthlyTable, part: Omit<Part, 'detaching'>): Promise<void>;
  /**
   * Puts months and a new rest behind the last part, in one transaction.
   *
   * @param kept what the rest held until now, under its new name; absent: it is empty, and goes.
   * @param restFrom first id of the new rest: the end of the last month.
   */
  extend(
    whole: MonthlyTable,
    kept: Omit<Part, 'detaching'> | undefined,
    months: readonly Month[],
    restFrom: string,
  ): Promise<void>;
}

export interface MonthStore {
  parts(whole: MonthlyTable): Promise<Part[]>;
  /**
   * Does work that changes parts. Statements wait as long as they must, and hold up nobody meanwhile.
   *
   * @param lockWaitMs a statement that waits longer for others is given up; 0: never.
   * @returns undefined when another process changes parts just now.
   */
  change<Result>(
    lockWaitMs: number,
    work: (changes: MonthChanges) => Promise<Result>,
  ): Promise<Result | undefined>;
}

export function createMonthStore(database: Database): MonthStore {
  return {
    parts: (whole) => readParts(database, whole),
    change: (lockWaitMs, work) =>
      onOwnConnection(database, async (connection) => {
        await connection.query('set statement_timeout = 0');
        await connection.query(`set lock_timeout = ${Math.round(lockWaitMs)}`);
        const { rows } = await connection.query<{ locked: boolean }>(
          'select pg_try_advisory_lock($1) as locked',
          [MONTHS_LOCK],
        );
        if (!rows[0]?.locked) return undefined;
        try {
          return await work(monthChanges(connection));
        } finally {
          // The end of the connection frees it as well, but only after the caller has gone on: a next change would be
          // refused. Whatever failed is what the caller is told.
          await connection.query('select pg_advisory_unlock($1)', [MONTHS_LOCK]).catch(() => {});
        }
      }),
  };
}

async function readParts(queryable: Queryable, whole: MonthlyTable): Promise<Part[]> {
  const { rows } = await queryable.query<{ table: string; bound: string; detaching: boolean }>(
    `select c.relname as table, pg_get_expr(c.relpartbound, c.oid) as bound, i.inhdetachpending as detaching
     from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = $1::regclass`,
    [whole],
  );
  const parts = rows.map(({ bound, ...row }): Part => {
    const [, from, to] = /FROM \((.*)\) TO \((.*)\)/.exec(bound) ?? [];
    return { ...row, firstId: idIn(from), endId: idIn(to) };
  });
  return parts.sort((left, right) => ((left.firstId ?? '') < (right.firstId ?? '') ? -1 : 1));
}

/** MINVALUE and MAXVALUE are null. */
function idIn(bound: string | undefined): string | null {
  return /'(.*)'/.exec(bound ?? '')?.[1] ?? null;
}

// Names of tables come from this file and from the catalogue of the database, never from outside.
function monthChanges(connection: Queryable): MonthChanges {
  const run = async (statement: string): Promise<void> => {
    await connection.query(statement);
  };
  const attach: MonthChanges['attach'] = async (whole, { table, firstId, endId }) => {
    // Before, so that there is no moment without it.
    if (whole === 'evidence') {
      await run(`create or replace trigger append_only before update or delete or truncate on "${table}"
        for each statement execute function refuse_change()`);
    }
    const bounds = `from (${firstId ? `'${firstId}'` : 'minvalue'}) to (${endId ? `'${endId}'` : 'maxvalue'})`;
    // Unlike `create table … partition of`, attaching keeps nobody from reading and writing the whole.
    await run(`alter table ${whole} attach partition "${table}" for values ${bounds}`);
  };
  return {
    async now() {
      const { rows } = await connection.query<{ now: Date }>('select now() as now');
      return (rows[0] as { now: Date }).now.getTime();
    },

    parts: (whole) => readParts(connection, whole),

    async lastId(whole, table) {
      const key = monthlyTables[whole];
      const { rows } = await connection.query<{ id: string }>(
        `select ${key} as id from "${table}" order by ${key} desc limit 1`,
      );
      return rows[0]?.id;
    },

    detach: (whole, { table, detaching }) =>
      run(`alter table ${whole} detach partition "${table}" ${detaching ? 'finalize' : 'concurrently'}`),

    attach,

    async extend(whole, kept, months, restFrom) {
      const make = async (part: Omit<Part, 'detaching'>): Promise<void> => {
        await run(`create table "${part.table}" (like ${whole} including all)`);
        await attach(whole, part);
      };
      await run('begin');
      try {
        if (kept) {
          await run(`alter table ${beyond(whole)} rename to "${kept.table}"`);
          await attach(whole, kept);
        } else await run(`drop table ${beyond(whole)}`);
        for (const month of months) {
          const endId = firstIdOf(monthAfter(month));
          await make({ table: tableOf(whole, month), firstId: firstIdOf(month), endId });
        }
        await make({ table: beyond(whole), firstId: restFrom, endId: null });
        await run('commit');
      } catch (error) {
        await run('rollback');
        throw error;
      }
    },
  };
}
