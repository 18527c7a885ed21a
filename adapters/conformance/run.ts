import type { AdapterKind } from '../adapter-kind.js';
import type { Check } from './check.js';
import { failureChecks } from './checks/failures.js';
import { lateChecks } from './checks/late.js';
import { onceChecks } from './checks/once.js';
import { sampleChecks } from './checks/samples.js';
import { statusChecks } from './checks/status.js';
import { trustChecks } from './checks/trust.js';
import { openScene, type SceneOptions } from './scene.js';

/** Everything that must hold of an adapter, in the order in which it is tried. */
export const checks: readonly Check[] = [
  ...sampleChecks,
  ...failureChecks,
  ...onceChecks,
  ...statusChecks,
  ...lateChecks,
  ...trustChecks,
];

/** What came of one check. */
export interface CheckResult {
  readonly id: string;
  readonly mustHold: string;
  readonly verdict: 'ok' | 'failed' | 'not-applicable';
  /** What came instead, or why it cannot be tried; absent when it holds. */
  readonly why?: string;
}

export interface ConformanceOptions extends SceneOptions {
  /** Ids of the checks to run. Default: all. */
  readonly only?: readonly string[];
}

/**
 * Drives an adapter against its own simulator, over real HTTP, with real signatures.
 *
 * @returns one result for each check that was asked for, in the order of {@link checks}.
 * @throws {Error} when the simulator does not start or the adapter does not open.
 */
export async function runConformance(
  kind: AdapterKind,
  { only, ...options }: ConformanceOptions = {},
): Promise<CheckResult[]> {
  const scene = await openScene(kind, options);
  try {
    const results: CheckResult[] = [];
    for (const check of checks.filter(({ id }) => only === undefined || only.includes(id))) {
      scene.simulator.control({ behaviour: 'normal' });
      delete scene.callbacks.answer;
      scene.callbacks.messages.length = 0;
      const { id, mustHold } = check;
      try {
        const reason = await check.run(scene);
        results.push(
          reason === undefined
            ? { id, mustHold, verdict: 'ok' }
            : { id, mustHold, verdict: 'not-applicable', why: reason.notApplicable },
        );
      } catch (error) {
        results.push({ id, mustHold, verdict: 'failed', why: (error as Error).message });
      }
    }
    return results;
  } finally {
    await scene.close();
  }
}
