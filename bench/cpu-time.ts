import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects garbage now. It throws compiled code away as well, so it has no place in front of a measurement of time. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

export type Run = () => unknown;

/**
 * CPU milliseconds of the whole process (work on the thread pool counts) for one run of each, the median of several rounds after a warm-up. The rounds take turns, so that
 * what disturbs the machine disturbs all of them alike.
 */
export async function compareCpu<Name extends string>(
  runs: Readonly<Record<Name, { readonly times: number; readonly run: Run }>>,
  rounds = 7,
): Promise<Record<Name, number>> {
  const names = Object.keys(runs) as Name[];
  const measured = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const { times, run } = runs[name];
      // What ran in between may have pushed this out of the caches.
      for (let i = 0; i < times / 4; i++) await run();
      const before = process.cpuUsage();
      for (let i = 0; i < times; i++) {
        const pending = run();
        if (pending instanceof Promise) await pending;
      }
      const used = process.cpuUsage(before);
      // The first round is the warm-up.
      if (round >= 0) measured.get(name)?.push((used.user + used.system) / 1000 / times);
    }
  }
  return Object.fromEntries(
    [...measured].map(([name, figures]) => [name, figures.sort((a, b) => a - b)[rounds >> 1]]),
  ) as Record<Name, number>;
}
