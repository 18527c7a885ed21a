import { firstIdOf, isMonth, type Month, monthAfter, monthOf, monthOfId } from './month.js';
import {
  beyond,
  type MonthChanges,
  type MonthlyTable,
  type MonthStore,
  monthlyTables,
} from './month-store.js';

/** Months that are there before they begin. */
const AHEAD = 3;
/** Whoever uses a table for longer makes us try again later, milliseconds. */
const LOCK_WAIT_MS = 3_000;

/**
 * Makes the tables of the coming months, so that each has its own when it begins. Any number of processes may call
 * this at any time; intake and work go on meanwhile. An id after the last month has a place as well, in the rest; if
 * something lies there (a clock was months ahead), the rest becomes a part of its own and months go on behind it.
 *
 * @returns months that were made now.
 */
export async function makeMonths(store: MonthStore): Promise<Month[]> {
  const made = await store.change(LOCK_WAIT_MS, async (changes) => {
    const wanted = monthAfter(monthOf(await changes.now()), AHEAD + 1);
    const months: Month[] = [];
    for (const whole of Object.keys(monthlyTables) as MonthlyTable[]) {
      months.push(...(await extend(changes, whole, wanted)));
    }
    return [...new Set(months)].sort();
  });
  return made ?? [];
}

/** Makes the months of one table up to and without `wanted`. */
async function extend(changes: MonthChanges, whole: MonthlyTable, wanted: Month): Promise<Month[]> {
  const parts = await changes.parts(whole);
  // Whoever began to detach a month wants it out, and while it is half out no other can be detached.
  for (const part of parts.filter(({ detaching }) => detaching)) await changes.detach(whole, part);
  const attached = parts.filter(({ detaching }) => !detaching);
  const rest = attached.find(({ endId }) => endId === null);
  const end = rest ? rest.firstId : attached.at(-1)?.endId;
  if (!end) throw new Error(`table ${whole} is not kept by month: its parts were changed by hand`);
  const from = monthOfId(end);
  if (rest && from >= wanted) return [];

  // A default partition would need no such step, but forbids detaching without a pause.
  if (rest) await changes.detach(whole, rest);
  const last = await changes.lastId(whole, beyond(whole));
  if (last === undefined) {
    const months = monthsBetween(from, wanted);
    await changes.extend(whole, undefined, months, firstIdOf(monthAfter(from, months.length)));
    return months;
  }
  const full = monthOfId(last);
  if (!isMonth(full)) throw new Error(`table ${beyond(whole)} holds ids that were not made by a clock`);
  const next = monthAfter(full);
  const months = monthsBetween(next, wanted);
  const kept = { table: `${whole}_to_${full.replace('-', '_')}`, firstId: end, endId: firstIdOf(next) };
  await changes.extend(whole, kept, months, firstIdOf(monthAfter(next, months.length)));
  return months;
}

function monthsBetween(from: Month, end: Month): Month[] {
  const months: Month[] = [];
  for (let month = from; month < end; month = monthAfter(month)) months.push(month);
  return months;
}
