import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { findPackageRoot } from '../../../src/package-root.js';

/** What the checker said: its exit code, and everything that it wrote. */
export interface CheckerOutput {
  readonly exitCode: number;
  readonly lines: readonly string[];
}

/** Runs the checker on a run file, as a process of its own. */
export function runChecker(runFile: string): Promise<CheckerOutput> {
  const checker = join(findPackageRoot(), 'dist', 'tests', 'chaos', 'checker', 'main.js');
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, ['--enable-source-maps', checker, runFile], { stdio: [...stdio] });
  let text = '';
  const read = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 2, lines: text.trimEnd().split('\n') }));
  });
}
