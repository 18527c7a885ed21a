import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPackageRoot } from '../../package-root.js';

/** Another `ura` process that belongs to the demo. */
export interface Child {
  readonly name: string;
  readonly logFile: string;
  /** How it ended, in words; settles when it did, asked or not. */
  readonly ended: Promise<string>;
  /** The last lines of its log, for people. */
  lastLines(): string;
  /** Asks it to stop, and kills it when it does not. Harmless when it has ended. */
  stop(): Promise<void>;
}

export interface ChildSettings {
  readonly name: string;
  /** Of `ura`. */
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** Takes each line of the standard output, which then does not go to the log: it may hold personal data. */
  readonly onLine?: (line: string) => void;
}

/** A child that has not stopped so long after SIGTERM gets SIGKILL, milliseconds. */
const stopLimitMs = 10_000;
const shownLines = 15;

/**
 * Starts `ura` once more. The child has a process group of its own, so that Ctrl-C reaches only the demo, which
 * stops its children in order; and a channel, by whose end it notices that the demo is gone, however that happened.
 */
export function startChild({ name, args, variables, logFile, onLine }: ChildSettings): Child {
  writeFileSync(logFile, '');
  // For appending: a child of an earlier run that is just ending may still have the file open.
  const log = openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(findPackageRoot(), 'dist', 'src', 'main.js'), ...args],
    { env: { ...variables }, detached: true, stdio: ['ignore', onLine ? 'pipe' : log, log, 'ipc'] },
  );
  closeSync(log);
  if (onLine && child.stdout) createInterface({ input: child.stdout }).on('line', onLine);
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`could not be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
    );
  });
  return {
    name,
    logFile,
    ended,
    lastLines: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-shownLines).join('\n'),
    stop: () => stop(child, ended),
  };
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopLimitMs);
  await ended;
  clearTimeout(timer);
}
