import { firstIdOf, type Month, monthAfter, monthOf } from '../../src/months/month.js';
import { beyond, createMonthStore, type MonthlyTable, monthlyTables } from '../../src/months/month-store.js';
import type { Database } from '../../src/store/database.js';

/**
 * Lays a database without requests out as if it had been in use since a month: one table for all that was before it, one
 * for each of the months from it on, and one for all that followed up to now.
 *
 * @param count how many months get a table of their own at most.
 */
export async function layPastMonths(database: Database, since: Month, count = 3): Promise<void> {
  const done = await createMonthStore(database).change(0, async (changes) => {
    const next = monthAfter(monthOf(await changes.now()));
    const months: Month[] = [];
    for (let month = since; month < next && months.length < count; month = monthAfter(month))
      months.push(month);
    const single = monthAfter(since, months.length);
    for (const whole of Object.keys(monthlyTables) as MonthlyTable[]) {
      const attach = async (last: Month, firstId: string | null): Promise<void> => {
        const table = `${whole}_to_${last.replace('-', '_')}`;
        await database.query(`create table ${table} (like ${whole} including all)`);
        await changes.attach(whole, { table, firstId, endId: firstIdOf(monthAfter(last)) });
      };
      for (const part of await changes.parts(whole)) {
        await changes.detach(whole, part);
        if (part.endId !== null) await database.query(`drop table ${part.table}`);
      }
      await attach(monthAfter(since, -1), null);
      if (single < next) await attach(monthAfter(next, -1), firstIdOf(single));
      await changes.extend(whole, undefined, months, firstIdOf(next));
    }
    return true;
  });
  if (!done) throw new Error(`${beyond('requests')} is being changed by another process`);
}
