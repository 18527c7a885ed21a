import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPackageRoot } from '../../src/package-root.js';
import { waitFor } from './wait-for.js';

/** Folder of a whole PostgreSQL (the embedded one has no programs for backups); undefined when there is none. */
export function wholePostgres(): string | undefined {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const folders = [
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
    ...(process.env.PATH ?? '').split(':'),
  ];
  return folders.find((folder) =>
    ['initdb', 'pg_receivewal'].every((name) => existsSync(join(folder, name))),
  );
}

/** Servers of a test's own in a folder of its own, which it may kill and throw away. */
export interface OwnServers {
  readonly folder: string;
  readonly url: string;
  /** Starts a server on a data folder, always on the same port; resolves when it takes connections. */
  start(data: string): Promise<void>;
  /** Initialises a data folder. */
  initialise(data: string): Promise<void>;
  /** SIGKILL to the server, and its folder is gone: as when the machine burns. */
  destroy(data: string): Promise<void>;
  /** Runs a script of `scripts/backup/`. */
  script(name: string, ...words: readonly string[]): Promise<{ stdout: string; stderr: string }>;
  /** The same, for one that runs until it is stopped. */
  startScript(name: string, ...words: readonly string[]): { stop(): Promise<void>; output(): string };
  remove(): Promise<void>;
}

export async function openOwnServers(programs: string, port: number): Promise<OwnServers> {
  const folder = await mkdtemp(join(tmpdir(), 'ura-own-postgres-'));
  const asUser: { uid?: number; gid?: number } = process.getuid?.() === 0 ? ids('postgres') : {};
  if (asUser.uid !== undefined) execFileSync('chown', [`${asUser.uid}:${asUser.gid}`, folder]);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const env = { PATH: `${programs}:${process.env.PATH}`, DATABASE_URL: url, LC_ALL: 'C.UTF-8' };
  const options = { ...asUser, cwd: folder, env };
  const run = (program: string, words: readonly string[]) => promisify(execFile)(program, words, options);
  const pathOf = (name: string): string => join(findPackageRoot(), 'scripts', 'backup', `${name}.sh`);
  const running = new Set<ChildProcess>();
  const keep = (child: ChildProcess): ChildProcess => {
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  };
  const isUp = async (): Promise<true | undefined> =>
    run(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-q']).then(
      () => true as const,
      () => undefined,
    );
  return {
    folder,
    url,
    async initialise(data) {
      await run(join(programs, 'initdb'), [
        '-D',
        data,
        '-U',
        'postgres',
        '-A',
        'trust',
        '-E',
        'UTF8',
        '--no-sync',
      ]);
    },
    async start(data) {
      const words = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'];
      const child = keep(
        spawn(join(programs, 'postgres'), [...words, '-c', 'unix_socket_directories='], {
          ...options,
          stdio: 'ignore',
        }),
      );
      await waitFor(
        () => {
          if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`);
          return isUp();
        },
        'PostgreSQL to take connections',
        60_000,
      );
    },
    async destroy(data) {
      const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
      process.kill(pid, 'SIGKILL');
      await rm(data, { recursive: true, maxRetries: 20, retryDelay: 100 });
      await waitFor(async () => ((await isUp()) ? undefined : true), 'PostgreSQL to be gone');
    },
    script: (name, ...words) => run(pathOf(name), words),
    startScript(name, ...words) {
      let output = '';
      const child = keep(spawn(pathOf(name), words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }));
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      return {
        output: () => output,
        async stop() {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const ended = once(child, 'exit');
          child.kill('SIGTERM');
          await ended;
        },
      };
    },
    async remove() {
      await Promise.all(
        [...running].map(async (child) => {
          const ended = once(child, 'exit');
          child.kill('SIGQUIT');
          await ended;
        }),
      );
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

function ids(user: string): { uid: number; gid: number } {
  const read = (option: string): number => Number(execFileSync('id', [option, user], { encoding: 'utf8' }));
  return { uid: read('-u'), gid: read('-g') };
}
