import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Outcome } from '../../contracts/outcome.js';
import type { Exchanged } from '../adapter.js';
import type { Scene } from './scene.js';

/** One thing that must hold of every adapter, driven against its own simulator over real HTTP. */
export interface Check {
  /** Stable, for `--only` and for whoever compares two runs. */
  readonly id: string;
  /** What must hold, as a sentence. */
  readonly mustHold: string;
  /**
   * @returns why it cannot be tried with this adapter; undefined when it holds.
   * @throws {Violation} when it does not hold. Whatever else is thrown counts as one: an adapter rejects for nothing.
   */
  run(scene: Scene): Promise<NotApplicable | undefined>;
}

/** Why a check says nothing about an adapter. */
export interface NotApplicable {
  readonly notApplicable: string;
}

/** Something that must hold does not. The message says what came instead, without a value of an answer. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** @throws {Violation} */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Violation(otherwise);
}

/**
 * Holds an outcome against the only one that is right.
 *
 * @param reason where the kind has reasons and only one is right.
 * @throws {Violation}
 */
export function mustBe<Kind extends Outcome['kind']>(
  { outcome }: Pick<Exchanged, 'outcome'>,
  kind: Kind,
  reason?: string,
): Extract<Outcome, { kind: Kind }> {
  const told: { readonly kind: string; readonly reason?: string; readonly code?: string } = outcome;
  const came = [told.kind, told.reason ?? told.code].filter((each) => each !== undefined).join(' ');
  const fits = told.kind === kind && (reason === undefined || told.reason === reason);
  must(fits, `${came} instead of ${reason === undefined ? kind : `${kind} ${reason}`}`);
  return outcome as Extract<Outcome, { kind: Kind }>;
}

/** Waits for what happens at the other side. @throws {Violation} when it has not come within five seconds. */
export async function comes(happened: () => boolean, otherwise: string): Promise<void> {
  const endsAt = performance.now() + 5_000;
  while (!happened()) {
    must(performance.now() < endsAt, otherwise);
    await wait(10);
  }
}
