import { readFileSync } from 'node:fs';

/** Counters of all processors at one moment, in clock ticks. */
export interface ProcessorTime {
  readonly all: number;
  /** In which something was to be run, and the host ran another machine. */
  readonly stolen: number;
}

/** Of this machine since it started; zeros where the system does not say. @see proc_stat(5) */
export function processorTime(): ProcessorTime {
  const [, counts = ''] = /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8')) ?? [];
  // user, nice, system, idle, iowait, irq, softirq, steal; what guests take is in user already.
  const ticks = counts.split(' ').slice(0, 8).map(Number);
  return { all: ticks.reduce((sum, count) => sum + count, 0), stolen: ticks[7] ?? 0 };
}

/** Which share of the processors the host kept for others since then, 0 to 1. */
export function stolenSince(before: ProcessorTime, now = processorTime()): number {
  const all = now.all - before.all;
  return all > 0 ? (now.stolen - before.stolen) / all : 0;
}
