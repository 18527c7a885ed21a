import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

/** What a simulated registry has to know again after a restart, by message id. */
export interface Kept<Value> {
  get(messageId: string): Value | undefined;
  all(): readonly (readonly [messageId: string, Value])[];
  keep(messageId: string, value: Value): void;
  close(): void;
}

/**
 * In memory and, when a file is named, also in it: one JSON array a line, written before the answer leaves. A last line
 * that a crash cut off is removed.
 *
 * @throws {Error} when the file cannot be read or opened.
 */
export function openKept<Value>(file?: string): Kept<Value> {
  const values = new Map<string, Value>();
  if (file !== undefined && existsSync(file)) {
    const bytes = readFileSync(file);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    if (whole.length < bytes.length) truncateSync(file, whole.length);
    for (const line of whole.toString('utf8').split('\n').slice(0, -1)) {
      const [messageId, value] = JSON.parse(line) as [string, Value];
      values.set(messageId, value);
    }
  }
  const descriptor = file === undefined ? undefined : openSync(file, 'a', 0o600);
  return {
    get: (messageId) => values.get(messageId),
    all: () => [...values],
    keep(messageId, value) {
      if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify([messageId, value])}\n`);
      values.set(messageId, value);
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}
