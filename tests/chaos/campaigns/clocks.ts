import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arch } from 'node:process';
import { registryNames } from '../scene/configuration.js';
import { startEverybody } from '../scene/everybody.js';
import type { GatewayNode } from '../scene/gateway-node.js';
import type { Scene } from '../scene/scene.js';
import { type Campaign, pause } from './campaign.js';

/** By how much a clock is ahead, seconds. */
const AHEAD = 300;
/** A node stands still for so many times its lease. */
const LEASES = 2;
const LEASE_MS = 2_000;
/** What libfaketime was told is looked at anew after this, seconds. */
const CACHED = 1;
/** Events that are not sent within this time after a step have stood still, seconds. */
const STANDSTILL = 15;

/**
 * One node's clock jumps, and nodes stand still for longer than their lease and wake up with work in hand that
 * somebody else has taken over.
 */
export const clocks: Campaign = {
  name: 'clocks',
  about: "a node's clock stepped ahead and back; nodes paused for longer than their lease",
  bounds: {
    steps: { long: 10, short: 2, about: `steps of a clock, back and ${AHEAD / 60} minutes ahead by turns` },
    back: { long: 300, short: 120, about: 'seconds that the clock is behind after a step back' },
    hold: { long: 15, short: 3, about: 'seconds between two steps' },
    pauses: { long: 60, short: 2, about: 'times that a node is stopped and woken up' },
  },
  brokers: 1,

  async prepare(progress) {
    const library = `/usr/lib/${arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`;
    if (!existsSync(library)) {
      progress('libfaketime is lacking (Debian: libfaketime): steps of the clock are left out');
      return { settings: {}, release: async () => {} };
    }
    const folder = await mkdtemp(join(tmpdir(), 'ura-chaos-clock-'));
    const file = join(folder, 'offset');
    await writeFile(file, '+0\n');
    const preload = {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: String(CACHED),
      // Timers run on: a step of the clock changes what time it is, not how fast it passes.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    return {
      settings: { environment: { a: preload }, clockFile: file },
      release: () => rm(folder, { recursive: true, force: true }),
    };
  },

  async play(scene, { bound, progress, signal }) {
    const { nodes, settings } = scene;
    // Long enough in the registry's hands that a node is stopped with calls under way.
    for (const name of registryNames)
      await scene.registries[name].control({ behaviour: 'slow', delayMs: 1_000 });
    const load = startEverybody(scene);
    const broken: string[] = [];
    const { clockFile } = settings;
    if (clockFile !== undefined) {
      const step = async (offset: number) => {
        await writeFile(clockFile, `${offset < 0 ? '' : '+'}${offset}\n`);
        await pause((CACHED + bound('hold')) * 1_000, signal);
        const moved = await isSent(scene, await lastEvent(scene), signal);
        const aheadSeconds = await clockOf(nodes[0] as GatewayNode);
        progress(`node a is ${aheadSeconds} s off; ${load.accepted} accepted`);
        if (Math.abs(aheadSeconds - offset) > 5)
          broken.push(`the clock of node a was not stepped by ${offset} s`);
        if (!moved) broken.push(`events stood still for ${STANDSTILL} s after a step to ${offset} s`);
      };
      for (let turn = 0; turn < bound('steps'); turn += 1)
        await step(turn % 2 === 0 ? -bound('back') : AHEAD);
      await step(0);
    }
    let takenOver = 0;
    let stopped = 0;
    for (let turn = 0; turn < bound('pauses'); turn += 1) {
      const node = nodes[turn % nodes.length] as GatewayNode;
      for (let look = 0; look < 50 && (await leasedBy(scene, node.process.pid)).length === 0; look += 1) {
        await pause(100, signal);
      }
      node.process.signal('SIGSTOP');
      try {
        const held = await leasedBy(scene, node.process.pid);
        await pause(LEASES * LEASE_MS, signal);
        stopped += held.length;
        takenOver += held.length - (await stillLeased(scene, node.process.pid, held));
      } finally {
        node.process.signal('SIGCONT');
      }
    }
    progress(
      `${bound('pauses')} pauses of ${LEASES} leases: of ${stopped} requests in hand the other node took ${takenOver} over`,
    );
    if (stopped > 0 && takenOver === 0) broken.push('a node that stood still kept its leases');
    await load.stop();
    for (const name of registryNames) await scene.registries[name].control({ behaviour: 'normal' });
    return broken;
  },
};

/** The last event that was told so far. */
async function lastEvent({ database }: Scene): Promise<string> {
  const { rows } = await database.query<{ seq: string }>('select coalesce(max(seq), 0) as seq from outbox');
  return rows[0]?.seq ?? '0';
}

/** Whether everything up to an event leaves the outbox in time, whatever the clocks say. */
async function isSent({ database }: Scene, seq: string, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + STANDSTILL * 1_000;
  while (performance.now() < until) {
    const { rows } = await database.query('select 1 from outbox where seq <= $1 limit 1', [seq]);
    if (rows.length === 0) return true;
    await pause(200, signal);
  }
  return false;
}

/** How far a node's clock is ahead of ours by its own word, seconds. */
async function clockOf({ url }: GatewayNode): Promise<number> {
  const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(5_000) });
  await answer.arrayBuffer();
  return Math.round((Date.parse(answer.headers.get('date') ?? '') - Date.now()) / 1000);
}

/** Requests that this process holds a lease on. */
async function leasedBy({ database }: Scene, pid: number): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from requests where lease_owner like '%/' || $1::text || '/%'`,
    [pid],
  );
  return rows.map(({ id }) => id);
}

async function stillLeased({ database }: Scene, pid: number, ids: readonly string[]): Promise<number> {
  const { rows } = await database.query<{ n: number }>(
    `select count(*)::integer as n from requests where id = any ($2::uuid[]) and lease_owner like '%/' || $1::text || '/%'`,
    [pid, ids],
  );
  return rows[0]?.n ?? 0;
}
