import assert from 'node:assert/strict';
import { RegistryHealth } from '../../src/dispatch/registry-health.js';

describe('the health of registries', () => {
  it('follows the latest call and keeps since when it is so', () => {
    let now = 1_000;
    const health = new RegistryHealth({ now: () => now });
    assert.deepEqual(health.of('civil'), { state: 'unknown' });
    for (const [at, outcome, state, since] of [
      [2_000, 'answered', 'up', 2_000],
      [3_000, 'refused', 'up', 2_000],
      [4_000, 'pending', 'up', 2_000],
      [5_000, 'unavailable', 'impaired', 5_000],
      [6_000, 'unknown', 'impaired', 5_000],
      [7_000, 'invalid', 'impaired', 5_000],
      [8_000, 'answered', 'up', 8_000],
    ] as const) {
      now = at;
      health.saw('civil', outcome);
      assert.deepEqual(health.of('civil'), { state, since }, outcome);
    }
    assert.deepEqual(health.of('tax'), { state: 'unknown' });
  });
});
