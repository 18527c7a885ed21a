import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../../support/wait-for.js';
import { type Everybody, startEverybody } from '../scene/everybody.js';

import type { Scene } from '../scene/scene.js';
import { type Campaign, type PlayParts, pause } from './campaign.js';

const run = promisify(execFile);
const DISK_MIB = 320;
/** After a fault the gateways take submissions again within this time, without a hand. Milliseconds. */
const RECOVERY_MS = 60_000;

interface Fault {
  readonly name: string;
  begin(): Promise<void>;
  end(): Promise<void>;
  readonly seconds: number;
  /** Clients must have been told 503. */
  readonly refuses: boolean;
}

/** The database goes away in every way that one does, while submissions come. */
export const postgres: Campaign = {
  name: 'postgres',
  about: 'PostgreSQL: resets in the middle of transactions, restart, crash, outage, disk full',
  bounds: {
    resets: { long: 120, short: 4, about: 'seconds of connections reset in the middle of transactions' },
    restarts: { long: 10, short: 1, about: 'restarts, and as many crashes' },
    outage: { long: 30, short: 5, about: 'seconds without a server' },
    full: { long: 30, short: 4, about: 'seconds with a full disk' },
  },
  brokers: 1,

  async prepare(progress) {
    const folder = await mkdtemp(join(tmpdir(), 'ura-chaos-disk-'));
    await run('chmod', ['755', folder]);
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=755`, 'tmpfs', disk]);
    } catch {
      progress('a disk of our own cannot be mounted here (needs root): the full disk is left out');
      return { settings: {}, release: () => rm(folder, { recursive: true, force: true }) };
    }
    return {
      // The log of the database lies apart: a full disk then stops what grows, as it does with a server set up well.
      settings: { postgres: { data: join(disk, 'data'), wal: join(folder, 'wal') } },
      async release() {
        await run('umount', [disk]);
        await rm(folder, { recursive: true, force: true });
      },
    };
  },

  async play(scene, parts) {
    const { bound, progress } = parts;
    const load = startEverybody(scene);
    const broken: string[] = [];
    const faults = [
      resets(scene, bound('resets'), progress),
      ...Array.from({ length: bound('restarts') }, () => [
        restart(scene, 'fast'),
        restart(scene, 'immediate'),
      ]).flat(),
      outage(scene, bound('outage')),
      ...(scene.settings.postgres ? [fullDisk(scene.settings.postgres.data, bound('full'))] : []),
    ];
    for (const fault of faults) broken.push(...(await suffer(fault, scene, load, parts)));
    await load.stop();
    return broken;
  },
};

async function suffer(
  fault: Fault,
  scene: Scene,
  load: Everybody,
  { progress, signal }: PlayParts,
): Promise<string[]> {
  await pause(500, signal);
  const before = scene.journal.attempts.length;
  await fault.begin();
  try {
    await pause(fault.seconds * 1_000, signal);
  } finally {
    await fault.end();
  }
  const ended = performance.now();
  const accepted = load.accepted;
  await waitFor(
    () => (load.accepted > accepted ? true : undefined),
    `recovery from ${fault.name}`,
    RECOVERY_MS,
  );
  const refused = scene.journal.attempts.slice(before).filter(({ status }) => status === 503).length;
  const took = ((performance.now() - ended) / 1000).toFixed(1);
  progress(`${fault.name}: ${refused} submissions answered 503; taken again ${took} s after its end`);
  return fault.refuses && refused === 0 ? [`${fault.name}: nobody was told 503`] : [];
}

function resets({ toPostgres }: Scene, seconds: number, progress: PlayParts['progress']): Fault {
  return {
    name: `connections reset in the middle of transactions for ${seconds} s`,
    async begin() {
      // What writes evidence is large; what is large is on its way into a transaction.
      toPostgres.set({ kind: 'cut', largerThan: 1_000, perMille: 150, withinMs: 4 });
    },
    async end() {
      toPostgres.set({ kind: 'none' });
      progress(`${toPostgres.resets} connections were reset`);
    },
    seconds,
    refuses: false,
  };
}

function restart({ postgres: server }: Scene, mode: 'fast' | 'immediate'): Fault {
  return {
    name: mode === 'fast' ? 'restart' : 'crash and recovery',
    begin: () => server.stop(mode),
    end: () => server.start(),
    seconds: 0,
    refuses: false,
  };
}

function outage({ postgres: server }: Scene, seconds: number): Fault {
  return {
    name: `no server for ${seconds} s`,
    begin: () => server.stop('immediate'),
    end: () => server.start(),
    seconds,
    refuses: true,
  };
}

function fullDisk(data: string, seconds: number): Fault {
  const ballast = join(data, '..', 'ballast');
  return {
    name: `disk full for ${seconds} s`,
    async begin() {
      // Fails when there is no room left, which is what it is for.
      await writeFile(ballast, Buffer.alloc(DISK_MIB << 20)).catch(() => {});
    },
    end: () => rm(ballast),
    seconds,
    refuses: true,
  };
}
