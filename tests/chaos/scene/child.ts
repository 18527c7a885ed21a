import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

/** A process that belongs to a campaign. Signals go to its own id and to nothing else. */
export interface Child {
  readonly pid: number;
  readonly alive: boolean;
  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void;
  /** SIGKILL, also of one that is stopped, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL when that was not enough. */
  end(limitMs?: number): Promise<void>;
  /** The last lines of what it wrote. */
  tail(): string;
  /** Resident memory now, bytes; 0 when it is gone. */
  memory(): number;
}

export interface ChildSettings {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Appended to. */
  readonly logFile: string;
  /** It ends by itself when its channel closes, which happens when the campaign dies. */
  readonly hasChannel?: boolean;
}

export function startChild({ command, args, environment, logFile, hasChannel }: ChildSettings): Child {
  const log = openSync(logFile, 'a', 0o600);
  const child: ChildProcess = spawn(command, [...args], {
    env: { PATH: process.env.PATH, ...environment } as NodeJS.ProcessEnv,
    cwd: '/',
    detached: true,
    stdio: hasChannel ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
  });
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
  const isAlive = (): boolean =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const kill = async (): Promise<void> => {
    if (isAlive()) child.kill('SIGKILL');
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    get alive() {
      return isAlive();
    },
    signal: (name) => void child.kill(name),
    kill,
    async end(limitMs = 10_000) {
      if (isAlive()) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
      await ended;
      clearTimeout(timer);
    },
    tail: () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n'),
    memory() {
      try {
        const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
        return Number(kilobytes ?? 0) * 1024;
      } catch {
        return 0;
      }
    },
  };
}
