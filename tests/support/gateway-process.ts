import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';

/** `ura serve` as a process of its own, so that it can be killed. */
export interface GatewayProcess {
  readonly pid: number;
  /** What it logged so far. */
  readonly lines: readonly string[];
  /** SIGKILL: no handler runs, nothing is flushed. */
  kill(): Promise<void>;
  /** SIGTERM, as a supervisor would; resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/** Starts it and waits until it says that it is ready. */
export async function startGatewayProcess(
  variables: Readonly<Record<string, string>>,
): Promise<GatewayProcess> {
  const lines: string[] = [];
  const child: ChildProcess = spawn(
    process.execPath,
    ['--enable-source-maps', join(findPackageRoot(), 'dist', 'src', 'main.js'), 'serve'],
    { env: { PATH: process.env.PATH, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after 90 s:\n${lines.join('\n')}`)), 90_000);
    const read = (chunk: Buffer): void => {
      lines.push(...chunk.toString().trimEnd().split('\n'));
      if (lines.some((line) => line.includes('gateway is ready'))) {
        clearTimeout(timer);
        resolve();
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code}:\n${lines.join('\n')}`));
    });
  });
  return {
    pid: child.pid as number,
    lines,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    terminate() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
