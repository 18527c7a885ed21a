import assert from 'node:assert/strict';
import { BacklogPace } from '../../src/dispatch/backlog-pace.js';

describe('the pace of a backlog', () => {
  let turn = 0;
  /** Evenly spread from half to one and a half of a mean, in no order: a hundred of them have each value once. */
  const spread = (meanMs: number): number => meanMs * (0.5 + ((turn++ * 37) % 100) / 100);
  /** A pace that knows what requests to the tax office usually take. */
  const learned = (most: number, usualMs = 10): BacklogPace => {
    const pace = new BacklogPace(most);
    for (let request = 0; request < 1_000; request += 1) pace.saw('tax', spread(usualMs), false);
    return pace;
  };
  /** So many adjustments, with two requests to the tax office before each. */
  const beside = (pace: BacklogPace, adjustments: number, meanMs: () => number): void => {
    for (let adjustment = 0; adjustment < adjustments; adjustment += 1) {
      for (let request = 0; request < 2; request += 1) pace.saw('tax', spread(meanMs()), true);
      pace.adjust();
    }
  };

  it('begins with one at once, and takes all that it may while nobody else asks', () => {
    const pace = learned(16);
    assert.equal(pace.atOnce, 1);
    for (let adjustment = 0; adjustment < 20; adjustment += 1) pace.adjust();
    assert.equal(pace.atOnce, 16);
  });

  it('is where it was before as soon as somebody asks again', () => {
    const pace = learned(16);
    for (let adjustment = 0; adjustment < 20; adjustment += 1) pace.adjust();
    pace.saw('tax', 10, true);
    assert.equal(pace.atOnce, 1);
  });

  it('grows while others are as quick as usual', () => {
    const pace = learned(16);
    beside(pace, 600, () => 10);
    assert.ok(pace.atOnce > 12, `${pace.share}`);
    assert.equal(pace.restAfter(100), 0);
  });

  it('yields when others become slower, down to a rest of three times the work, and comes back', () => {
    const pace = learned(16);
    beside(pace, 600, () => 10);
    beside(pace, 100, () => 20);
    assert.equal(pace.atOnce, 1);
    assert.equal(pace.restAfter(100), 300);
    assert.equal(pace.restAfter(60_000), 1_000, 'no rest is longer than a second');
    beside(pace, 600, () => 10);
    assert.ok(pace.atOnce > 12, `${pace.share}`);
  });

  it('settles where others bear it, when each request at once costs them a tenth more', () => {
    const pace = learned(16);
    const cost = (): number => 10 * (1 + 0.1 * pace.share);
    beside(pace, 300, cost);
    let sum = 0;
    for (let adjustment = 0; adjustment < 300; adjustment += 1) {
      beside(pace, 1, cost);
      sum += pace.share;
    }
    const mean = sum / 300;
    // One in four takes over 13 ms, which one in five usually does, when all take 1.04 times as long.
    assert.ok(mean > 0.3 && mean < 0.6, `${mean}`);
  });

  it('is not moved by how slow the slowest are', () => {
    const withOutliers = (pace: BacklogPace, besideBacklog: boolean, requests: number): void => {
      for (let request = 0; request < requests; request += 1) {
        pace.saw('tax', request % 20 === 0 ? 500 : spread(10), besideBacklog);
      }
    };
    const usual = new BacklogPace(16);
    withOutliers(usual, false, 1_000);
    withOutliers(usual, true, 1_200);
    assert.ok(usual.atOnce > 12, `${usual.share}`);
    const hidden = new BacklogPace(16);
    withOutliers(hidden, false, 1_000);
    beside(hidden, 200, () => 20);
    assert.equal(hidden.share, 0.25, 'slow requests of before do not hide that all are slow now');
  });

  it('compares each registry with itself', () => {
    const pace = learned(16);
    for (let request = 0; request < 100; request += 1) pace.saw('property', spread(100), false);
    for (let request = 0; request < 1_200; request += 1) pace.saw('property', spread(100), true);
    assert.ok(pace.atOnce > 12, `${pace.share}`);
  });

  it('stays at one while it does not know what is usual, and learns it', () => {
    const pace = new BacklogPace(16);
    for (let request = 0; request < 20; request += 1) {
      pace.saw('tax', spread(10), true);
      pace.adjust();
    }
    assert.equal(pace.share, 1);
    for (let request = 0; request < 1_000; request += 1) pace.saw('tax', spread(10), false);
    beside(pace, 600, () => 10);
    assert.ok(pace.atOnce > 12, `${pace.share}`);
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

  it('forgets what was usual before an earlier backlog', () => {
    const pace = learned(16);
    beside(pace, 10, () => 10);
    pace.rest();
    for (let request = 0; request < 600; request += 1) pace.saw('tax', spread(20), false);
    beside(pace, 600, () => 20);
    assert.ok(pace.atOnce > 12, `${pace.share}`);
  });
});
