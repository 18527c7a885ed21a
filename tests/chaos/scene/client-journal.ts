import { closeSync, openSync, writeSync } from 'node:fs';
import type { Attempt } from '../checker/run-file.js';

/** What clients write down, each attempt when its outcome is known: a file for the checker, figures for people. */
export interface ClientJournal {
  readonly file: string;
  readonly attempts: readonly Attempt[];
  /** Of what gateways accepted. */
  readonly ids: ReadonlySet<string>;
  /** Idempotency keys of what a broker confirmed. */
  readonly deliveredKeys: ReadonlySet<string>;
  write(attempt: Attempt): void;
  close(): void;
}

export function openClientJournal(file: string): ClientJournal {
  const descriptor = openSync(file, 'a', 0o600);
  const attempts: Attempt[] = [];
  const ids = new Set<string>();
  const deliveredKeys = new Set<string>();
  return {
    file,
    attempts,
    ids,
    deliveredKeys,
    write(attempt) {
      writeSync(descriptor, `${JSON.stringify(attempt)}\n`);
      attempts.push(attempt);
      if (attempt.id !== undefined) ids.add(attempt.id);
      if (attempt.delivered) deliveredKeys.add(attempt.idempotencyKey);
    },
    close: () => closeSync(descriptor),
  };
}

/** How often each outcome came, for the report of a campaign: `202`, `503 unavailable`, `connection-lost`. */
export function outcomes(attempts: readonly Attempt[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id, delivered, status, code } of attempts) {
    const name = id === undefined && !delivered ? (status ? `${status} ${code}` : String(code)) : 'accepted';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** The value below which such a share of the durations lies; NaN of none. Milliseconds. */
export function percentile(durations: readonly number[], share: number): number {
  const sorted = [...durations].sort((left, right) => left - right);
  return sorted.length === 0 ? Number.NaN : (sorted[Math.ceil(share * sorted.length) - 1] as number);
}
