const DAY_MS = 86_400_000;
/** Of the capital: the law counts days as the office has them, wherever the process runs. */
const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Tirane' });

/**
 * The last day of a time that the law gives in working days: the day of the application does not count, and Saturdays
 * and Sundays do not. Public holidays are decided from year to year and are not known here, so the office may have
 * some days more, and never less.
 *
 * @param at milliseconds since the epoch.
 * @returns `YYYY-MM-DD`, in Albania.
 */
export function lastWorkingDay(at: number, workingDays: number): string {
  let day = Date.parse(`${calendar.format(at)}T00:00:00Z`);
  for (let left = workingDays; left > 0; ) {
    day += DAY_MS;
    const weekday = new Date(day).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return new Date(day).toISOString().slice(0, 10);
}
