import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findPackageRoot } from '../src/package-root.js';

/** A command of Ura as a process of its own. */
export interface Part {
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts `ura <args>` and waits until it is ready.
 *
 * @param sign either a URL that answers 200 once it is, or text that it prints.
 */
export function startPart(
  args: readonly string[],
  sign: string,
  variables: Readonly<Record<string, string>>,
): Promise<Part> {
  return startProgram('src/main.js', args, sign, variables);
}

/** The same for another program of this project, by its path under `dist/`. */
export async function startProgram(
  program: string,
  args: readonly string[],
  sign: string,
  variables: Readonly<Record<string, string>>,
): Promise<Part> {
  const child = spawn(process.execPath, [join(findPackageRoot(), 'dist', program), ...args], {
    env: variables,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const ready = async (): Promise<boolean> =>
    sign.startsWith('http')
      ? fetch(sign).then(
          ({ ok }) => ok,
          () => false,
        )
      : printed.includes(sign);
  for (let waitedMs = 0; !(await ready()); waitedMs += 100) {
    if (waitedMs > 60_000 || child.exitCode !== null)
      throw new Error(`${program} ${args.join(' ')} did not start`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    pid: child.pid as number,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
