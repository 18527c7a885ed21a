import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The right to run a demo in one data folder. */
export interface DemoPlace {
  /** The demo before this one did not end by itself, so its embedded PostgreSQL may still run. */
  readonly leftBehind: boolean;
  leave(): Promise<void>;
}

/**
 * One demo at a time in a data folder: two would take each other's requests.
 *
 * @throws {Error} when another one runs there.
 */
export async function takePlace(dataFolder: string): Promise<DemoPlace> {
  const file = join(dataFolder, 'demo.pid');
  const earlier = await readFile(file, 'utf8').catch(() => undefined);
  const earlierPid = Number(earlier);
  if (earlier !== undefined && earlierPid !== process.pid && (await isDemo(earlierPid))) {
    throw new Error(
      `a demo is already running in ${dataFolder} (process ${earlierPid}): stop it, or set URA_DATA to another folder`,
    );
  }
  await mkdir(dataFolder, { recursive: true, mode: 0o755 });
  await writeFile(file, String(process.pid));
  return { leftBehind: earlier !== undefined, leave: () => rm(file, { force: true }) };
}

/** Process ids are used again: where the system says what a process is, it is asked. */
async function isDemo(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return commandLine === undefined || commandLine.split('\0').includes('demo');
}
