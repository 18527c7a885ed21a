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

/** One line of the file, for whoever proves afterwards what each registry did. */
export interface JournalLine extends JournalEntry {
  /** RFC 3339, UTC: when this line was written. */
  readonly time: string;
  readonly registry: string;
  /** `repeated`: the stored answer was given again, nothing was executed. */
  readonly event: 'executed' | 'repeated';
}

/** Remembers which message ids were executed, and how often. */
export interface Journal {
  /** How many times something was executed; more than there are entries where a repetition was executed again. */
  readonly executed: number;
  /** How many times an executed question came again and was given its answer again. */
  readonly repeated: number;
  find(messageId: string): JournalEntry | undefined;
  /** @throws {Error} when the message id was executed before. */
  enter(entry: JournalEntry): void;
  /** A repetition of an operation that is not executed once for each message id. */
  enterAgain(entry: JournalEntry): void;
  countRepetition(messageId: string): void;
  /** In the order of first execution, each with the number of its executions and repetitions. */
  entries(): (JournalEntry & { readonly executions: number; readonly repetitions: number })[];
  close(): void;
}

/**
 * Keeps the journal in memory and, when a file is named, also in it: one {@link JournalLine} a line, written before
 * the answer leaves; several registries may share the file. A file that is there already is read first, so a
 * restarted registry still knows what it executed. A last line that a crash cut off is removed: its answer never left.
 *
 * @throws {Error} when the file cannot be read or opened.
 */
export function openJournal(registry: string, now: () => number, file?: string): Journal {
  const entries = new Map<string, JournalEntry>();
  const executions = new Map<string, number>();
  const repetitions = new Map<string, number>();
  const totals = { executed: 0, repeated: 0 };
  const count = (counted: Map<string, number>, messageId: string): void => {
    counted.set(messageId, (counted.get(messageId) ?? 0) + 1);
  };
  const keep = (event: JournalLine['event'], entry: JournalEntry): void => {
    totals[event] += 1;
    count(event === 'executed' ? executions : repetitions, entry.messageId);
    if (!entries.has(entry.messageId)) entries.set(entry.messageId, entry);
  };
  for (const { registry: by, event, time: _, ...entry } of linesOf(file)) {
    if (by === registry) keep(event, entry);
  }
  const descriptor = file === undefined ? undefined : openSync(file, 'a', 0o600);
  const write = (event: JournalLine['event'], entry: JournalEntry): void => {
    const line: JournalLine = { time: new Date(now()).toISOString(), registry, event, ...entry };
    if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(line)}\n`);
    keep(event, entry);
  };

  return {
    get executed() {
      return totals.executed;
    },
    get repeated() {
      return totals.repeated;
    },
    find: (messageId) => entries.get(messageId),
    enter(entry) {
      if (entries.has(entry.messageId)) throw new Error('the message id was executed before');
      write('executed', entry);
    },
    enterAgain: (entry) => write('executed', entry),
    countRepetition(messageId) {
      const entry = entries.get(messageId);
      if (entry === undefined) throw new Error('the message id was never executed');
      write('repeated', entry);
    },
    entries: () =>
      [...entries.values()].map((entry) => ({
        ...entry,
        executions: executions.get(entry.messageId) ?? 0,
        repetitions: repetitions.get(entry.messageId) ?? 0,
      })),
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function linesOf(file: string | undefined): JournalLine[] {
  if (file === undefined || !existsSync(file)) return [];
  const bytes = readFileSync(file);
  const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
  if (whole.length < bytes.length) truncateSync(file, whole.length);
  return whole
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalLine);
}
