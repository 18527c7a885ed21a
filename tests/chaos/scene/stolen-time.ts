import { readFileSync } from 'node:fs';

/** How long each look lasts, milliseconds. */
const LOOK_MS = 2_000;
/** Above this share nothing is measured any more but the host. */
const QUIET = 0.03;

/** Watches how much of its processors the host leaves to a machine that is a guest. */
export interface StolenTime {
  /** Share of the time since then that the host kept for others, 0 to 1. */
  since(from: number): number;
  /** Whether the host kept next to nothing around that time; times are milliseconds since the epoch. */
  isQuiet(at: number): boolean;
  stop(): void;
}

/** Zeros on a system that does not say, which counts as quiet. */
export function watchStolenTime(): StolenTime {
  const looks: { readonly until: number; readonly stolen: number }[] = [];
  const lengthOf = (at: number): number => Math.floor(at / LOOK_MS);
  const disturbed = new Set<number>();
  let before = processorTime();
  const timer = setInterval(() => {
    const now = processorTime();
    const until = Date.now();
    const all = now.all - before.all;
    const stolen = all > 0 ? (now.stolen - before.stolen) / all : 0;
    looks.push({ until, stolen });
    // A look lies in two lengths of time.
    if (stolen >= QUIET) disturbed.add(lengthOf(until)).add(lengthOf(until - LOOK_MS));
    before = now;
  }, LOOK_MS);
  return {
    since(from) {
      const seen = looks.filter(({ until }) => until > from);
      return seen.reduce((sum, { stolen }) => sum + stolen, 0) / Math.max(1, seen.length);
    },
    isQuiet: (at) => !disturbed.has(lengthOf(at)),
    stop: () => clearInterval(timer),
  };
}

/** Counters of all processors since the machine started, in clock ticks. @see proc_stat(5) */
function processorTime(): { readonly all: number; readonly stolen: number } {
  const [, counts = ''] = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
  // user, nice, system, idle, iowait, irq, softirq, steal; what guests take is in user already.
  const ticks = counts.split(' ').slice(0, 8).map(Number);
  return { all: ticks.reduce((sum, count) => sum + count, 0), stolen: ticks[7] ?? 0 };
}
