import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.js';
import { prepareDevelopmentKeys } from '../../../src/environment.js';
import type { Attempt } from '../checker/run-file.js';
import { percentile } from '../scene/client-journal.js';
import type { Scene } from '../scene/scene.js';
import { type StolenTime, watchStolenTime } from '../scene/stolen-time.js';
import { type Campaign, type PlayParts, pause } from './campaign.js';

/** Slower than the registry's usual answer by this factor. */
const SLOWER = 100;
/** No longer than this, so that a slow answer still comes within the time of a call, milliseconds. */
const SLOWEST_MS = 3_000;
/** Requests of a backlog of which a few more or less do not matter. */
const MANY = 1_000;

/**
 * The civil registry is down with a backlog waiting, while the tax office misbehaves in every other way, one after
 * the other. The business register is well, and its clients must not notice.
 */
export const registry: Campaign = {
  name: 'registry',
  about:
    'one registry down with a backlog, another slow, losing answers, talking garbage, half-open, with a new key',
  bounds: {
    waiting: { long: 20_000, short: 300, about: 'requests that wait for the registry that is down' },
    down: { long: 1_800, short: 30, about: 'seconds that it is down, at least' },
    each: { long: 60, short: 4, about: 'seconds of each other misbehaviour' },
    warm: {
      long: 30,
      short: 2,
      about: 'seconds before measuring, in which code that was never run gets warm',
    },
    measure: {
      long: 120,
      short: 4,
      about: 'seconds of measuring before anything misbehaves, and again when all is well',
    },
  },
  brokers: 1,
  async play(scene, parts) {
    const host = watchStolenTime();
    try {
      return await play(scene, host, parts);
    } finally {
      host.stop();
    }
  },
};

async function play(
  scene: Scene,
  host: StolenTime,
  { bound, progress, signal }: PlayParts,
): Promise<readonly string[]> {
  const { fleet, operator, registries, toRegistry } = scene;
  const steady = fleet.start({ workers: 2, registries: ['business'], pauseMs: 100, waitSeconds: 10 });
  const disturbed = fleet.start({
    workers: 2,
    registries: ['tax'],
    natures: ['question', 'act'],
    pauseMs: 150,
  });
  const desk = operator.start({ meddles: false });
  await pause(bound('warm') * 1_000, signal);
  const warm = begin(scene);
  await pause(bound('measure') * 1_000, signal);
  const usual = latency(scene, host, warm);
  progress(`usual: ${usual.text}`);
  const usualTaxMs = percentile(durations(answered(scene, 'tax', warm)), 0.5);

  await registries.civil.kill();
  const downSince = performance.now();
  const backlog = fleet.start({
    workers: 8,
    registries: ['civil'],
    waitSeconds: 0,
    submissions: bound('waiting'),
  });
  await backlog.done;
  signal.throwIfAborted();
  progress(`civil is down, ${backlog.accepted} requests wait for it`);

  const down = begin(scene);
  const each = bound('each');
  const delayMs = Math.min(SLOWEST_MS, Math.max(200, Math.round(SLOWER * usualTaxMs)));
  const proxy = toRegistry.tax;
  const wrongs: readonly [string, () => void | Promise<void>, (() => void | Promise<void>)?][] = [
    [`slow (${delayMs} ms)`, () => registries.tax.control({ behaviour: 'slow', delayMs })],
    ['every second answer lost after execution', () => proxy.set({ kind: 'lose-answers', every: 2 })],
    ['garbage', () => registries.tax.control({ behaviour: 'garbage' })],
    ['half-open sockets', () => proxy.set({ kind: 'half-open' }), () => proxy.resetAll()],
    ['a new key that nobody has pinned', () => changeKey(scene), () => registries.tax.kill()],
  ];
  for (const [name, misbehave, end] of wrongs) {
    const begun = begin(scene);
    await misbehave();
    await pause(each * 1_000, signal);
    await end?.();
    proxy.set({ kind: 'none' });
    if (name.startsWith('a new key')) await registries.tax.start();
    await registries.tax.control({ behaviour: 'normal' });
    progress(`tax: ${name} for ${each} s; meanwhile ${latency(scene, host, begun).text}`);
  }
  const downMs = bound('down') * 1_000 - (performance.now() - downSince);
  if (downMs > 0) await pause(downMs, signal);
  const during = latency(scene, host, down);
  progress(
    `while civil was down: ${during.text}; p99 is ${times(during, usual)} the usual (promised: at most 1.20)`,
  );

  // It has a machine of its own in the world; here it must not take the processors from everybody at once.
  await registries.civil.start({ inSpareTime: true });
  const draining = await drain(scene, host, { progress, signal });
  // A moment later, because a host that is shared changes its mind.
  const well = begin(scene);
  await pause(bound('measure') * 1_000, signal);
  const afterwards = latency(scene, host, well);
  progress(
    `afterwards: ${afterwards.text}; while it drained, p99 was ${times(draining, afterwards)} that, ${times(draining, usual)} the usual`,
  );
  await steady.stop();
  await disturbed.stop();
  // Of what was garbage for long, a person has to settle some.
  await scene.settle(signal);
  await desk.stop();
  return [];
}

/** Waits until nothing of the backlog is left, and says how long that took. */
async function drain(
  scene: Scene,
  host: StolenTime,
  { progress, signal }: Pick<PlayParts, 'progress' | 'signal'>,
): Promise<Latency> {
  const begun = performance.now();
  const waiting = async (): Promise<number> => {
    const { rows } = await scene.database.query<{ n: number }>(
      `select count(*)::integer as n from requests where adapter = 'civil' and finished_at is null`,
    );
    return rows[0]?.n ?? 0;
  };
  const first = await waiting();
  const stretch = begin(scene);
  let left = first;
  for (let reported = begun; left > 0; left = await waiting()) {
    // Counting many takes a processor's time, which is not to be measured.
    await pause(left > MANY ? 5_000 : 250, signal);
    if (performance.now() - reported < 30_000) continue;
    reported = performance.now();
    progress(`civil is back, ${left} requests still wait for it`);
  }
  const seconds = (performance.now() - begun) / 1000;
  const rate = (first / seconds).toFixed(0);
  const meanwhile = latency(scene, host, stretch);
  progress(`backlog of ${first} drained in ${seconds.toFixed(1)} s (${rate}/s); meanwhile ${meanwhile.text}`);
  return meanwhile;
}

/** The tax office comes back with another key, as if it had changed it without telling anybody. */
async function changeKey({ registries, folder }: Scene): Promise<void> {
  const other = join(folder, 'other-keys');
  await rm(other, { recursive: true, force: true });
  await mkdir(other);
  await prepareDevelopmentKeys({ URA_DATA: other }, systemClock);
  await registries.tax.kill();
  await registries.tax.start({ environment: { URA_DATA: other } });
}

/** Where a stretch of the campaign begins. */
interface Stretch {
  /** Among the attempts of the journal. */
  readonly from: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

function begin({ journal }: Scene): Stretch {
  return { from: journal.attempts.length, at: Date.now() };
}

/** What clients of a registry had answered. */
function answered({ journal }: Scene, of: string, { from }: Stretch): Attempt[] {
  return journal.attempts
    .slice(from)
    .filter(({ registry, state }) => registry === of && state === 'answered');
}

const durations = (attempts: readonly Attempt[]): number[] => attempts.map(({ durationMs }) => durationMs);

interface Latency {
  /** Milliseconds. */
  readonly p99: number;
  /** While the host kept next to nothing of the processors for others. */
  readonly quietP99: number;
  readonly text: string;
}

/** From submission to answer in the same call, as the clients of the registry that is well measured it. */
function latency(scene: Scene, host: StolenTime, stretch: Stretch): Latency {
  const measured = answered(scene, 'business', stretch);
  const quiet = measured.filter(({ at, durationMs }) => host.isQuiet(Date.parse(at) + durationMs));
  const p50 = percentile(durations(measured), 0.5);
  const p99 = percentile(durations(measured), 0.99);
  const quietP99 = percentile(durations(quiet), 0.99);
  const stolen = (host.since(stretch.at) * 100).toFixed(0);
  const ofQuiet = quiet.length === 0 ? '' : `, without which p99 of ${quiet.length} was ${quietP99} ms`;
  const text =
    `business: ${measured.length} answers, p50 ${p50} ms, p99 ${p99} ms ` +
    `(the host kept ${stolen} % of the processors${ofQuiet})`;
  return { p99, quietP99, text };
}

/** Both ways of counting, where the host was quiet at all. */
function times(one: Latency, other: Latency): string {
  const quiet = one.quietP99 / other.quietP99;
  const ofQuiet = Number.isNaN(quiet) ? '' : ` (${quiet.toFixed(2)} without what the host kept)`;
  return `${(one.p99 / other.p99).toFixed(2)} times${ofQuiet}`;
}
