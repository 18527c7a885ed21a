import { UraError } from '../errors.js';

const baseMs = 500;
const capMs = 30_000;

/**
 * How long a partition pauses before the record that failed is tried again: as long as the refusal says, and
 * otherwise longer and longer, drawn at random so that many partitions do not come back at once.
 *
 * @param failures in a row before this one.
 * @param random from 0 to 1.
 * @returns milliseconds.
 */
export function retryPauseMs(error: unknown, failures: number, random: () => number): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures, 10));
  const drawn = Math.round(ceiling * (0.5 + random() / 2));
  const asked = error instanceof UraError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
  return Math.max(asked, drawn);
}
