import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

/** One question that was executed. Holds nothing of the person asked about. */
export interface JournalEntry {
  readonly messageId: string;
  readonly operation: string;
  readonly caseId: string;
  /** SHA-256 (hex) of the canonical question: a repetition must have the same. */
  readonly digest: string;
  /** Milliseconds since the epoch. The answer is as of this moment, also when it is given again. */
  readonly executedAt: number;
}

/** Remembers which message ids were executed, so that each is executed once. */
export interface Journal {
  /** How many questions were executed. */
  readonly executed: number;
  /** How many times an executed question came again and was given its answer again. */
  readonly repeated: number;
  find(messageId: string): JournalEntry | undefined;
  /** @throws {Error} when the message id was executed before. */
  enter(entry: JournalEntry): void;
  countRepetition(messageId: string): void;
  /** In the order of execution, each with the number of its repetitions. */
  entries(): (JournalEntry & { readonly repetitions: number })[];
  close(): void;
}

/**
 * Keeps the journal in memory and, when a file is named, also in it: one JSON object a line, written before the
 * answer leaves. A file that is there already is read first, so a restarted registry still executes each message
 * id once. A last line that a crash cut off is removed: its
 * answer never left.
 *
 * @throws {Error} when the file cannot be read or opened.
 */
export function openJournal(file?: string): Journal {
  const entries = new Map<string, JournalEntry>();
  const repetitions = new Map<string, number>();
  let repeated = 0;
  if (file !== undefined && existsSync(file)) {
    const bytes = readFileSync(file);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    if (whole.length < bytes.length) truncateSync(file, whole.length);
    for (const line of whole.toString('utf8').split('\n').slice(0, -1)) {
      const entry: JournalEntry = JSON.parse(line);
      entries.set(entry.messageId, entry);
    }
  }
  const descriptor = file === undefined ? undefined : openSync(file, 'a', 0o600);

  return {
    get executed() {
      return entries.size;
    },
    get repeated() {
      return repeated;
    },
    find: (messageId) => entries.get(messageId),
    enter(entry) {
      if (entries.has(entry.messageId)) throw new Error('the message id was executed before');
      if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(entry)}\n`);
      entries.set(entry.messageId, entry);
    },
    countRepetition(messageId) {
      repeated += 1;
      repetitions.set(messageId, (repetitions.get(messageId) ?? 0) + 1);
    },
    entries: () =>
      [...entries.values()].map((entry) => ({
        ...entry,
        repetitions: repetitions.get(entry.messageId) ?? 0,
      })),
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}
