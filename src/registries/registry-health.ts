import type { Outcome } from '../../contracts/outcome.js';
import type { CircuitStore } from './circuit-store.js';

export interface RegistryState {
  readonly state: 'up' | 'impaired' | 'unknown';
  /** Milliseconds since the epoch: when this state was first seen by any node. */
  readonly since?: number;
}

/**
 * What the latest calls say about each registry, for those who decide whether to send a citizen home: the same on
 * every node, a second later at most. A registry that answers what cannot be accepted is impaired, though it can be
 * reached.
 */
export class RegistryHealth {
  /** What this process saw since it told the others. */
  readonly #seen = new Map<string, 'up' | 'impaired'>();
  #shared: ReadonlyMap<string, RegistryState> = new Map();

  saw(adapter: string, outcome: Outcome): void {
    // Nobody was asked, or we gave up ourselves: that says nothing.
    if ('reason' in outcome && silent.has(outcome.reason)) return;
    // A refusal is an answer, and so is "not executed": the registry works.
    const isImpaired =
      outcome.kind === 'unknown' ||
      outcome.kind === 'invalid' ||
      (outcome.kind === 'unavailable' && outcome.reason !== 'not-executed');
    this.#seen.set(adapter, isImpaired ? 'impaired' : 'up');
  }

  of(adapter: string): RegistryState {
    return this.#shared.get(adapter) ?? { state: 'unknown' };
  }

  /** Tells the others what changed, and hears what they saw. Nothing is written while nothing changes. */
  async exchange(store: Pick<CircuitStore, 'readHealth' | 'writeHealth'>): Promise<void> {
    for (const [registry, state] of [...this.#seen]) {
      if (this.of(registry).state !== state) await store.writeHealth(registry, state);
      if (this.#seen.get(registry) === state) this.#seen.delete(registry);
    }
    const rows = await store.readHealth();
    this.#shared = new Map(rows.map(({ registry, state, since }) => [registry, { state, since }]));
  }
}

const silent = new Set<string>(['circuit-open', 'lane-full', 'stopped', 'lease-expired']);
