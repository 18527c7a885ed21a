import assert from 'node:assert/strict';
import { BacklogPace } from '../../src/dispatch/backlog-pace.js';

describe('the pace of a backlog', () => {
  /** A pace that knows what requests to the tax office usually take. */
  const learned = (most: number, usualMs = 10): BacklogPace => {
    const pace = new BacklogPace(most);
    for (let request = 0; request < 100; request += 1) pace.saw('tax', usualMs, false);
    return pace;
  };
  /** So many adjustments, with five requests to the tax office before each. */
  const beside = (pace: BacklogPace, adjustments: number, ownMs: () => number): void => {
    for (let adjustment = 0; adjustment < adjustments; adjustment += 1) {
      for (let request = 0; request < 5; request += 1) pace.saw('tax', ownMs(), true);
      pace.adjust();
    }
  };

  it('begins with one at once, and takes all that it may while nobody else asks', () => {
    const pace = learned(16);
    assert.equal(pace.atOnce, 1);
    for (let adjustment = 0; adjustment < 20; adjustment += 1) pace.adjust();
    assert.equal(pace.atOnce, 16);
  });

  it('grows while others are as quick as usual', () => {
    const pace = learned(16);
    beside(pace, 300, () => 10);
    assert.equal(pace.atOnce, 16);
    assert.equal(pace.restAfter(100), 0);
  });

  it('yields when others become slower, down to a rest of three times the work, and comes back', () => {
    const pace = learned(16);
    beside(pace, 300, () => 10);
    beside(pace, 100, () => 20);
    assert.equal(pace.atOnce, 1);
    assert.equal(pace.restAfter(100), 300);
    assert.equal(pace.restAfter(60_000), 1_000, 'no rest is longer than a second');
    beside(pace, 300, () => 10);
    assert.equal(pace.atOnce, 16);
  });

  it('settles where others bear it, when each request at once costs them a tenth more', () => {
    const pace = learned(16);
    const cost = (): number => 10 * (1 + 0.1 * pace.share);
    beside(pace, 200, cost);
    const shares: number[] = [];
    for (let adjustment = 0; adjustment < 100; adjustment += 1) {
      beside(pace, 1, cost);
      shares.push(pace.share);
    }
    assert.ok(Math.min(...shares) > 0.75 && Math.max(...shares) < 2.5, `from ${shares}`);
  });

  it('compares each registry with itself', () => {
    const pace = learned(16);
    for (let request = 0; request < 100; request += 1) pace.saw('property', 100, false);
    for (let adjustment = 0; adjustment < 300; adjustment += 1) {
      pace.saw('property', 100, true);
      pace.adjust();
    }
    assert.equal(pace.atOnce, 16);
  });

  it('stays at one while it does not know what is usual, and learns it', () => {
    const pace = new BacklogPace(16);
    for (let adjustment = 0; adjustment < 19; adjustment += 1) {
      pace.saw('tax', 10, true);
      pace.adjust();
    }
    assert.equal(pace.share, 1);
    beside(pace, 300, () => 10);
    assert.equal(pace.atOnce, 16);
  });

  it('begins anew with the next backlog', () => {
    const pace = learned(16);
    beside(pace, 300, () => 10);
    pace.rest();
    assert.equal(pace.share, 1);
  });

  it('does not learn from what a backlog makes slow', () => {
    const pace = learned(16);
    beside(pace, 1_000, () => 20);
    assert.equal(pace.share, 0.25);
  });
});
