import { existsSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../../../src/package-root.js';
import { waitFor } from '../../support/wait-for.js';
import { type Child, startChild } from './child.js';
import type { RegistryName } from './configuration.js';

/** A simulated registry in a process of its own, with its own journal. */
export interface RegistryProcess {
  readonly name: RegistryName;
  readonly port: number;
  /** JSON lines, kept over restarts. */
  readonly journalFile: string;
  /** What `POST /control` takes. */
  control(command: {
    readonly behaviour: string;
    readonly delayMs?: number;
    readonly count?: number;
  }): Promise<void>;
  /** @param change of the environment, and whether it gets the processor only while nobody else wants it. */
  start(change?: RegistryStart): Promise<void>;
  kill(): Promise<void>;
  end(): Promise<void>;
}

export interface RegistryStart {
  readonly environment?: Readonly<Record<string, string>>;
  readonly inSpareTime?: boolean;
}

export interface RegistrySettings {
  readonly name: RegistryName;
  readonly port: number;
  readonly people: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
}

export function registryProcess({
  name,
  port,
  people,
  environment,
  folder,
}: RegistrySettings): RegistryProcess {
  const journalFile = join(folder, `registry-${name}.jsonl`);
  const main = join(findPackageRoot(), 'dist', 'src', 'main.js');
  const url = `http://127.0.0.1:${port}`;
  let child: Child | undefined;
  return {
    name,
    port,
    journalFile,
    async control(command) {
      const body = JSON.stringify(command);
      const answer = await fetch(`${url}/control`, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(10_000),
      });
      if (!answer.ok) throw new Error(`${name} does not obey ${body}: ${await answer.text()}`);
    },
    async start({ environment: changed = {}, inSpareTime = false } = {}) {
      const started = startChild({
        command: process.execPath,
        args: [
          main,
          'simulate',
          name,
          '--port',
          String(port),
          '--people',
          String(people),
          '--journal',
          journalFile,
        ],
        environment: { ...environment, ...changed },
        logFile: join(folder, `registry-${name}.log`),
        hasChannel: true,
      });
      child = started;
      if (inSpareTime) yieldProcessor(started.pid);
      await waitFor(
        async () => {
          if (!started.alive) throw new Error(`registry ${name} ended by itself:\n${started.tail()}`);
          const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) }).catch(
            () => undefined,
          );
          return answer?.ok ? true : undefined;
        },
        `registry ${name}`,
        60_000,
      );
    },
    async kill() {
      await child?.kill();
    },
    async end() {
      await child?.end();
    },
  };
}

/** Processes of a session are one group to the scheduler, and a low priority counts among those of a group only. */
function yieldProcessor(pid: number): void {
  setPriority(pid, constants.priority.PRIORITY_LOW);
  const group = `/proc/${pid}/autogroup`;
  if (existsSync(group)) writeFileSync(group, String(constants.priority.PRIORITY_LOW));
}
