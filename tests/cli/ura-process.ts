import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPackageRoot } from '../../src/package-root.js';

/** How a run of `ura` ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `ura` as a process of its own, as a shell starts it. */
export interface UraProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Lines of the standard output so far. */
  readonly lines: readonly string[];
  /** Resolves with the first line, past or coming, that fits. @throws {Error} when the process ends before. */
  line(fits: RegExp): Promise<string>;
}

/**
 * @param variables the whole environment beside `PATH`; nothing of the test run's own gets through by itself.
 */
export function startUra(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): UraProcess {
  const { PATH, NODE_V8_COVERAGE } = process.env;
  const child = spawn(process.execPath, [join(findPackageRoot(), 'dist', 'src', 'main.js'), ...args], {
    env: { PATH, ...(NODE_V8_COVERAGE ? { NODE_V8_COVERAGE } : {}), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiters = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const wake of waiters) wake();
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  let over = false;
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      over = true;
      for (const wake of waiters) wake();
      resolve({ code, signal, stdout: lines.join('\n'), stderr });
    });
  });
  return {
    child,
    ended,
    lines,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => fits.test(line));
          if (found === undefined && !over) return;
          waiters.delete(look);
          if (found === undefined)
            reject(new Error(`ended without ${fits}:\n${lines.join('\n')}\n${stderr}`));
          else resolve(found);
        };
        waiters.add(look);
        look();
      }),
  };
}

export function runUra(
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Ended> {
  return startUra(args, variables).ended;
}

/** Ids of the living processes that were started with this data folder. Linux only: reads `/proc`. */
export async function processesOf(dataFolder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const [environment, commandLine] = await Promise.all([read('environ'), read('cmdline')]);
    const belongs =
      environment.split('\0').includes(`URA_DATA=${dataFolder}`) || commandLine.includes(`${dataFolder}/`);
    if (belongs) found.push(`${pid} ${commandLine.replaceAll('\0', ' ')}`);
  }
  return found;
}
