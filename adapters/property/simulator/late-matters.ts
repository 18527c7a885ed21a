import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import type { Question } from './registry.js';

/** A question that was taken, to be answered later. */
export interface LateMatter {
  readonly ticket: string;
  /** wsa:MessageID of the question. */
  readonly messageId: string;
  readonly question: Question;
  /** Milliseconds since the epoch; the answer is as of this moment. */
  readonly takenAt: number;
  /** Milliseconds since the epoch; before, the answer is `Taken`. */
  readonly readyAt: number;
  /** Whether the registry brings the answer by itself. */
  readonly calls: boolean;
}

/** Remembers what was taken, and which answers were acknowledged. */
export interface LateMatters {
  withTicket(ticket: string): LateMatter | undefined;
  withMessageId(messageId: string): LateMatter | undefined;
  enter(matter: LateMatter): void;
  /** @param verdict what the other side said, signed: the code of its fault, or TAKEN. */
  delivered(messageId: string, verdict: string): void;
  /** Verdict of a delivered answer; undefined while nobody acknowledged it. */
  verdictOf(messageId: string): string | undefined;
  /** Answers that are still to be brought. */
  undelivered(): readonly LateMatter[];
  close(): void;
}

/**
 * In memory and, when a file is named, also in it: one JSON object a line. Written before the answer leaves, read at
 * the start, so that a restarted registry still owes what it owed. A last line that a crash cut off is removed.
 *
 * @throws {Error} when the file cannot be read or opened.
 */
export function openLateMatters(file?: string): LateMatters {
  const matters = new Map<string, LateMatter>();
  const tickets = new Map<string, LateMatter>();
  const verdicts = new Map<string, string>();
  const keep = (line: Line): void => {
    if ('taken' in line) {
      matters.set(line.taken.messageId, line.taken);
      tickets.set(line.taken.ticket, line.taken);
    } else verdicts.set(line.delivered, line.verdict);
  };
  if (file !== undefined && existsSync(file)) {
    const bytes = readFileSync(file);
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    if (whole.length < bytes.length) truncateSync(file, whole.length);
    for (const line of whole.toString('utf8').split('\n').slice(0, -1)) keep(JSON.parse(line) as Line);
  }
  const descriptor = file === undefined ? undefined : openSync(file, 'a', 0o600);
  const write = (line: Line): void => {
    if (descriptor !== undefined) writeSync(descriptor, `${JSON.stringify(line)}\n`);
    keep(line);
  };

  return {
    withTicket: (ticket) => tickets.get(ticket),
    withMessageId: (messageId) => matters.get(messageId),
    enter: (taken) => write({ taken }),
    delivered: (messageId, verdict) => write({ delivered: messageId, verdict }),
    verdictOf: (messageId) => verdicts.get(messageId),
    undelivered: () =>
      [...matters.values()].filter(({ calls, messageId }) => calls && !verdicts.has(messageId)),
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

type Line = { readonly taken: LateMatter } | { readonly delivered: string; readonly verdict: string };
