import type { ArchiveStore, DetachedTable, Holds } from './archive-store.js';
import { firstIdOf, type Month, monthAfter, monthOf } from './month.js';
import { type MonthChanges, type MonthlyTable, type MonthStore, monthlyTables } from './month-store.js';

interface Stores {
  readonly months: MonthStore;
  readonly archive: ArchiveStore;
}

/** The month cannot be detached or attached; each sentence says why, and what to do. */
export class MonthRefused extends Error {
  override readonly name = 'MonthRefused';

  constructor(month: Month, sentences: readonly string[]) {
    super([`month ${month} is left as it is`, ...sentences].join('\n  '));
  }
}

/** Requests first: a request whose evidence were gone would have a receipt that says too little. */
const tables = Object.keys(monthlyTables) as MonthlyTable[];

const busy = ['another process changes months just now: try again'];

/**
 * Detaches the tables of one month, so that they can be archived and dropped. Reads and writes go on all the time; the
 * call itself waits until all transactions that may see the month have ended. When interrupted, it is called again.
 *
 * @returns names of the tables that stand alone now.
 * @throws {MonthRefused} while anything needs the month.
 */
export async function detachMonth(stores: Stores, month: Month): Promise<string[]> {
  const done = await stores.months.change(0, async (changes) => {
    if (month >= monthOf(await changes.now())) {
      throw new MonthRefused(month, ['it has not ended']);
    }
    const found = await tablesOf(changes, month);
    if (found.length === 0)
      throw new MonthRefused(month, ['there is no such month, or it is detached already']);
    // What was noted before is on its way out.
    const noted = await stores.archive.detached();
    if (!noted.some((each) => each.month === month)) {
      const firstIds = found.map(({ firstId }) => firstId ?? '').sort();
      const held = sentencesOf(
        await stores.archive.holds({
          firstId: firstIds[0] || null,
          endId: (found[0] as DetachedTable).endId,
        }),
      );
      if (held.length > 0) throw new MonthRefused(month, held);
      await stores.archive.noteDetached(found);
    }
    for (const { whole, ...part } of found) await changes.detach(whole, part);
    return found.map(({ table }) => table);
  });
  if (!done) throw new MonthRefused(month, busy);
  return done;
}

/**
 * Puts the tables of a detached month back.
 *
 * @returns names of the tables.
 * @throws {MonthRefused} when the month was not detached here. A table that is missing is said by the database.
 */
export async function attachMonth(stores: Stores, month: Month): Promise<string[]> {
  const done = await stores.months.change(0, async (changes) => {
    const noted = (await stores.archive.detached()).filter((each) => each.month === month);
    if (noted.length === 0) throw new MonthRefused(month, ['it was not detached from this database']);
    // Evidence is noted before requests, and comes back before them.
    const present = await tablesOf(changes, month);
    for (const each of noted) {
      if (!present.some(({ table }) => table === each.table)) await changes.attach(each.whole, each);
      if (each.whole === 'requests') await stores.archive.findByCase(each.table);
      await stores.archive.forgetDetached(each);
    }
    return noted.map(({ table }) => table);
  });
  if (!done) throw new MonthRefused(month, busy);
  return done;
}

/** Tables of a month are those that end with it; the first of them holds all that was before, too. */
async function tablesOf(
  changes: MonthChanges,
  month: Month,
): Promise<(DetachedTable & { readonly detaching: boolean })[]> {
  const end = firstIdOf(monthAfter(month));
  const parts = await Promise.all(
    tables.map(async (whole) => (await changes.parts(whole)).map((part) => ({ ...part, whole, month }))),
  );
  return parts.flat().flatMap(({ endId, ...part }) => (endId === end ? [{ ...part, endId }] : []));
}

function sentencesOf(holds: Holds): string[] {
  const sentences: Readonly<Record<keyof Holds, string>> = {
    openRequests: 'requests are open: wait, or end them',
    idempotencyKeys: 'idempotency keys are still kept, and a repetition has to find its request: wait',
    unsentEvents: 'events were not sent: see that the broker takes them',
    runningCases: 'running cases use its answers: wait, or cancel them',
    openApplications: 'applications have not ended, and their documents lie here: wait',
    unsentWebhooks: 'calls to webhooks were not taken: wait until they are given up',
  };
  return (Object.keys(sentences) as (keyof Holds)[])
    .filter((name) => holds[name] > 0)
    .map((name) => `${holds[name]} ${sentences[name]}`);
}
