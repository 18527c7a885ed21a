const dayMs = 86_400_000;

/** Calendar dates as `YYYY-MM-DD`, which also sort as text. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10);
}

/** The same day some years on; 29 February becomes 1 March in a common year. Years may be negative. */
export function addYears(date: string, years: number): string {
  const at = new Date(date);
  at.setUTCFullYear(at.getUTCFullYear() + years);
  return at.toISOString().slice(0, 10);
}

/** Whole days from one date to the other; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** Completed years of life on a date. */
export function ageOn(date: string, dateOfBirth: string): number {
  const years = Number(date.slice(0, 4)) - Number(dateOfBirth.slice(0, 4));
  return date.slice(5) < dateOfBirth.slice(5) ? years - 1 : years;
}

/** The latest of the dates. */
export function latest(first: string, ...others: readonly string[]): string {
  return [first, ...others].sort().at(-1) ?? first;
}

/** The earliest of the dates. */
export function earliest(first: string, ...others: readonly string[]): string {
  return [first, ...others].sort()[0] ?? first;
}
