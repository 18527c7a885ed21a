import assert from 'node:assert/strict';
import type { UraError } from '../../src/errors.js';
import { Admission, type Place } from '../../src/http/admission.js';

describe('admission', () => {
  let now = 0;
  const open = (settings = {}): Admission => {
    now = 1_000;
    return new Admission(
      { maxUnderWay: 40, maxQueueAgeMs: 1_000, ...settings },
      () => now,
      () => 0.5,
    );
  };
  const enter = (admission: Admission, count: number): Place[] =>
    Array.from({ length: count }, () => admission.enter());
  const refusal = (admission: Admission): UraError => {
    try {
      admission.enter();
    } catch (error) {
      return error as UraError;
    }
    throw new Error('it was let in');
  };

  it('lets so many in at once and no more, and again when one has left', () => {
    const admission = open();
    const [first] = enter(admission, 40);
    const { status, code, retryAfterSeconds, logReason } = refusal(admission);
    assert.deepEqual([status, code, retryAfterSeconds, logReason], [503, 'unavailable', 3, 'under-way']);
    first?.leave();
    first?.leave();
    enter(admission, 1);
    assert.equal(refusal(admission).logReason, 'under-way');
    assert.deepEqual(admission.state, { underWay: 40, overloaded: false, refused: 2 });
  });

  it('turns away while even the quickest take too long, and lets in again once one is quick', () => {
    const admission = open();
    let places = enter(admission, 20);
    now += 1_500;
    for (const place of places) place.leave();
    places = enter(admission, 16);
    assert.equal(refusal(admission).logReason, 'queue-age', 'what may always be under way is');
    now += 500;
    places[0]?.leave();
    enter(admission, 1);
    assert.equal(admission.state.overloaded, false, 'half a second is quick');
    enter(admission, 20);
  });

  it('sees a queue in which nothing ends at all', () => {
    const admission = open();
    enter(admission, 20);
    now += 1_200;
    assert.equal(refusal(admission).logReason, 'queue-age');
  });

  it('does not mind some slow ones among quick ones', () => {
    const admission = open();
    const slow = enter(admission, 20);
    for (let round = 0; round < 10; round += 1) {
      now += 300;
      const quick = admission.enter();
      now += 20;
      quick.leave();
    }
    slow[0]?.leave();
    enter(admission, 10);
    assert.equal(admission.state.refused, 0);
  });
});
