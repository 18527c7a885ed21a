import type { Clock } from '../clock.js';

/** What every command gets from outside, so that it can be run by a test as by a shell. */
export interface CommandParts {
  /** Takes one line without its end. */
  readonly print: (line: string) => void;
  /** Takes one line for the standard error, where it is in nobody's way. */
  readonly warn: (line: string) => void;
  readonly clock: Clock;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Resolves when the process is asked to end (SIGTERM, SIGINT). */
  readonly asked: Promise<void>;
  /** Says that an orderly end takes so much longer than usual, milliseconds; otherwise it is cut short. */
  readonly mayTakeLonger: (byMs: number) => void;
}
