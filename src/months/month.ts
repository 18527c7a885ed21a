/** A calendar month in UTC as `YYYY-MM`. Months compare as their texts do. */
export type Month = string;

/** Whether a text names a month. */
export function isMonth(text: string): boolean {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
}

/** The month of a time in milliseconds since the epoch. */
export function monthOf(atMs: number): Month {
  return new Date(atMs).toISOString().slice(0, 7);
}

/** So many months later. */
export function monthAfter(month: Month, count = 1): Month {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return monthOf(Date.UTC(year, number - 1 + count));
}

/** The least id that can be made in a month: all ids of the month before lie below it (RFC 9562 §5.7). */
export function firstIdOf(month: Month): string {
  const hex = Date.parse(`${month}-01T00:00:00Z`).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** The month in which an id was made. */
export function monthOfId(id: string): Month {
  return monthOf(Number.parseInt(id.replace('-', '').slice(0, 12), 16));
}
