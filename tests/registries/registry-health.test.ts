import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../contracts/outcome.js';
import { type CircuitStore, createCircuitStore } from '../../src/registries/circuit-store.js';
import { RegistryHealth } from '../../src/registries/registry-health.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

describe('the health of registries', () => {
  let fresh: FreshDatabase;
  let store: CircuitStore;
  beforeEach(async () => {
    fresh = await freshDatabase();
    store = createCircuitStore(fresh.database);
  });
  afterEach(() => fresh.drop());

  const outcomes: readonly [Outcome, 'up' | 'impaired' | 'as before'][] = [
    [{ kind: 'answered', evidence: {}, evidenceType: 'a' }, 'up'],
    [{ kind: 'refused', code: 'NO', message: 'Jo.' }, 'up'],
    [{ kind: 'pending', ticket: 'T' }, 'up'],
    [{ kind: 'unavailable', reason: 'connect-refused' }, 'impaired'],
    [{ kind: 'unavailable', reason: 'circuit-open' }, 'as before'],
    [{ kind: 'unknown', reason: 'call-timeout' }, 'impaired'],
    [{ kind: 'unknown', reason: 'stopped' }, 'as before'],
    [{ kind: 'unavailable', reason: 'not-executed' }, 'up'],
    [{ kind: 'invalid', reason: 'signature-mismatch' }, 'impaired'],
    [{ kind: 'answered', evidence: {}, evidenceType: 'a' }, 'up'],
  ];

  it('is the same on every node, since the same moment', async () => {
    const [one, other] = [new RegistryHealth(), new RegistryHealth()];
    assert.deepEqual(one.of('civil'), { state: 'unknown' });
    for (const [outcome, state] of outcomes) {
      const before = one.of('civil');
      // Two changes in one millisecond would be since the same moment.
      await sleep(2);
      one.saw('civil', outcome);
      await one.exchange(store);
      await other.exchange(store);
      assert.deepEqual(other.of('civil'), one.of('civil'));
      assert.equal(one.of('civil').state, state === 'as before' ? before.state : state, outcome.kind);
      const changed = one.of('civil').state !== before.state;
      assert.equal(one.of('civil').since !== before.since, changed, 'since is when it changed');
    }
    assert.deepEqual(one.of('tax'), { state: 'unknown' });
  });

  it('writes nothing while nothing changes', async () => {
    let written = 0;
    const counting = {
      readHealth: () => store.readHealth(),
      writeHealth: (registry: string, state: 'up' | 'impaired') => {
        written += 1;
        return store.writeHealth(registry, state);
      },
    };
    const health = new RegistryHealth();
    for (let round = 0; round < 5; round += 1) {
      health.saw('civil', { kind: 'pending', ticket: 'T' });
      await health.exchange(counting);
    }
    assert.equal(written, 1);
  });
});
