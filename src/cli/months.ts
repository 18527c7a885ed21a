import { Command, InvalidArgumentError } from 'commander';
import { attachMonth, detachMonth } from '../months/archive.js';
import { createArchiveStore } from '../months/archive-store.js';
import { isMonth, monthAfter, monthOfId } from '../months/month.js';
import { createMonthStore } from '../months/month-store.js';
import type { Database } from '../store/database.js';
import type { CommandParts } from './command-parts.js';
import { openOwnDatabase } from './own-database.js';

/** `ura months` */
export function monthsCommand({ print, variables }: CommandParts): Command {
  const withStores = async (work: (stores: ReturnType<typeof storesOn>) => Promise<void>): Promise<void> => {
    const source = await openOwnDatabase(variables, 2);
    try {
      await work(storesOn(source.database));
    } finally {
      await source.close();
    }
  };
  const where = 'Works on the database itself (DATABASE_URL, or the embedded PostgreSQL of URA_DATA).';

  const list = new Command('list')
    .description('the months of requests and evidence, what is open in them, and how large they are')
    .addHelpText(
      'after',
      `
${where} Counts every request: minutes where there are many millions.

Examples:
  $ ura months list`,
    )
    .action(() => withStores(async (stores) => printTable(await monthLines(stores), print)));

  const detach = new Command('detach')
    .description('take a finished month out, so that its tables can be archived and dropped')
    .argument('<yyyy-mm>', 'the month; the oldest one may hold all that was before it', month)
    .addHelpText(
      'after',
      `
${where} Refuses while open requests, running cases, kept idempotency keys or unsent events need
the month. The gateway goes on all the time; the command waits until every transaction that sees the month has ended.
Interrupted, it is called again. Requests of the month are unknown to clients from then on.

Examples:
  $ ura months detach 2025-03
  $ pg_dump --format=custom -t requests_2025_03 -t evidence_2025_03 -f 2025-03.dump "$DATABASE_URL"
  $ psql "$DATABASE_URL" -c 'drop table requests_2025_03, evidence_2025_03'
      the archive is a file now; try to read it (pg_restore --list) before the drop`,
    )
    .action((wanted: string) =>
      withStores(async (stores) => {
        print(`detaching ${wanted}; intake and work go on`);
        const tables = await detachMonth(stores, wanted);
        print(`detached: ${tables.join(', ')} stand alone, append-only as before`);
      }),
    );

  const attach = new Command('attach')
    .description('put a detached month back')
    .argument('<yyyy-mm>', 'the month', month)
    .addHelpText(
      'after',
      `
${where} Its tables must be there: restore them first if they were dropped.

Examples:
  $ pg_restore --dbname "$DATABASE_URL" 2025-03.dump
  $ ura months attach 2025-03`,
    )
    .action((wanted: string) =>
      withStores(async (stores) => {
        print(`attached: ${(await attachMonth(stores, wanted)).join(', ')}`);
      }),
    );

  return new Command('months')
    .description('list, detach and attach the months in which requests and evidence are kept')
    .addCommand(list)
    .addCommand(detach)
    .addCommand(attach);
}

function storesOn(database: Database) {
  return { months: createMonthStore(database), archive: createArchiveStore(database) };
}

/** Cells of the table, the heading first. */
async function monthLines({ months, archive }: ReturnType<typeof storesOn>): Promise<string[][]> {
  const lines = [['month', 'requests', 'open', 'requests size', 'evidence size', '']];
  const evidence = await months.parts('evidence');
  const sizeOf = async (table: string | undefined): Promise<string> =>
    table === undefined ? '-' : megabytes(await archive.size(table));
  for (const { table, firstId, endId, detaching } of await months.parts('requests')) {
    const { rows, open, bytes } = await archive.requestsIn(table);
    const proof = evidence.find((each) => each.endId === endId)?.table;
    const note = detaching ? 'half detached: call detach again' : '';
    lines.push([
      monthName(firstId, endId),
      String(rows),
      String(open),
      megabytes(bytes),
      await sizeOf(proof),
      note,
    ]);
  }
  const detached = await archive.detached();
  for (const { month: name, firstId, endId, table } of detached.filter(({ whole }) => whole === 'requests')) {
    const proof = detached.find((each) => each.whole === 'evidence' && each.month === name)?.table;
    const bytes = await archive.size(table);
    const sizes = [megabytes(bytes), await sizeOf(proof)];
    lines.push([
      monthName(firstId, endId),
      '-',
      '-',
      ...sizes,
      bytes === undefined ? 'detached and dropped' : 'detached',
    ]);
  }
  return lines;
}

function monthName(firstId: string | null, endId: string | null): string {
  if (endId === null) return 'beyond';
  const last = monthAfter(monthOfId(endId), -1);
  return firstId !== null && monthOfId(firstId) === last ? last : `to ${last}`;
}

function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function printTable(lines: readonly string[][], print: (line: string) => void): void {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of lines) {
    const cells = line.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || column === line.length - 1 ? cell.padEnd(width) : cell.padStart(width);
    });
    print(cells.join('  ').trimEnd());
  }
}

function month(text: string): string {
  if (isMonth(text)) return text;
  throw new InvalidArgumentError('Give a month as 2025-03.');
}
