import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AdaptiveLimit } from '../../src/dispatch/adaptive-limit.js';

describe('the adaptive limit of calls at once', () => {
  const run = (limit: AdaptiveLimit, calls: number, durationMs: number, failed = false): void => {
    for (let call = 0; call < calls; call += 1) limit.ended({ durationMs, failed }, limit.value);
  };

  it('begins at what was agreed with the registry and stays there while calls take what they take', () => {
    const limit = new AdaptiveLimit({ min: 1, max: 16 });
    assert.equal(limit.value, 16);
    run(limit, 500, 40);
    assert.equal(limit.value, 16);
  });

  it('gives a registry that became much slower fewer calls, and all of them again when it recovered', () => {
    const limit = new AdaptiveLimit({ min: 2, max: 64 });
    run(limit, 500, 20);
    run(limit, 60, 2_000);
    const slow = limit.value;
    assert.ok(slow <= 16, `${slow} calls at once at a hundredfold latency`);
    run(limit, 500, 20);
    assert.equal(limit.value, 64);
  });

  it('falls to the minimum while calls fail, and never below it', () => {
    const limit = new AdaptiveLimit({ min: 3, max: 32 });
    run(limit, 100, 15_000, true);
    assert.equal(limit.value, 3);
    run(limit, 200, 20);
    assert.equal(limit.value, 32);
  });

  it('does not grow on the word of a lane that is half empty', () => {
    const limit = new AdaptiveLimit({ min: 1, max: 32 });
    run(limit, 100, 1_000, true);
    for (let call = 0; call < 100; call += 1) limit.ended({ durationMs: 20, failed: false }, 0);
    assert.equal(limit.value, 1);
  });

  it('stays between its bounds, whatever it sees', () => {
    const seen = fc.record({
      durationMs: fc.double({ min: 0.01, max: 60_000, noNaN: true }),
      failed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 200 }),
        fc.array(seen),
        (min, max, calls) => {
          const limit = new AdaptiveLimit({ min, max });
          for (const call of calls) {
            limit.ended(call, limit.value);
            assert.ok(limit.value >= Math.min(min, max) && limit.value <= max);
          }
        },
      ),
    );
  });
});
