import type { Outcome } from '../../contracts/outcome.js';
import type { Clock } from '../clock.js';

export interface RegistryState {
  readonly state: 'up' | 'impaired' | 'unknown';
  /** Milliseconds since the epoch: when this state was first seen by this process. */
  readonly since?: number;
}

/** What the latest calls say about each registry, for those who decide whether to send a citizen home. */
export class RegistryHealth {
  readonly #states = new Map<string, RegistryState>();

  constructor(private readonly clock: Clock) {}

  saw(adapter: string, outcome: Outcome['kind']): void {
    // A refusal is an answer: the registry works.
    const state =
      outcome === 'unavailable' || outcome === 'unknown' || outcome === 'invalid' ? 'impaired' : 'up';
    if (this.#states.get(adapter)?.state !== state)
      this.#states.set(adapter, { state, since: this.clock.now() });
  }

  of(adapter: string): RegistryState {
    return this.#states.get(adapter) ?? { state: 'unknown' };
  }
}
