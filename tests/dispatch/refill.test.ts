import assert from 'node:assert/strict';
import { BacklogPace } from '../../src/dispatch/backlog-pace.js';
import { Lane } from '../../src/dispatch/lane.js';
import type { ClaimedRequest } from '../../src/dispatch/lease-store.js';
import { Refill } from '../../src/dispatch/refill.js';

const now = 1_790_000_000_000;
const hour = 3_600_000;
let made = 0;
const claimed = (count: number, { dueMs = 60_000, leftMs = hour } = {}): ClaimedRequest[] =>
  Array.from({ length: count }, () => {
    made += 1;
    return { id: String(made), dueMs, deadlineAt: now + leftMs } as ClaimedRequest;
  });
const flow = { client: 'oss-fier', priority: 'interactive' } as const;
/** Puts so many into the lane, of which none ends. */
const occupy = (lane: Lane, count: number): void => {
  for (const place of lane.reserveUpTo(count)) place.use(flow, () => new Promise(() => {}));
};

describe('the refill of a lane', () => {
  const lane = (concurrency: number, queueLimit = 256): Lane => new Lane({ concurrency, queueLimit });
  const pace = (): BacklogPace => new BacklogPace(32);

  it('asks for four requests for each call at once', () => {
    assert.equal(new Refill(lane(8), pace()).ask(), 32);
    assert.equal(new Refill(lane(1), pace()).ask(), 4);
    assert.equal(
      new Refill(lane(32), pace()).ask(),
      64,
      'and for 64 at most, so that several processes share',
    );
  });

  it('asks for nothing while half as many wait as are called at once', () => {
    const busy = lane(4);
    const refill = new Refill(busy, pace());
    occupy(busy, 6);
    assert.equal(refill.ask(), 14, 'two wait, and there is stock for sixteen');
    occupy(busy, 1);
    assert.equal(refill.ask(), 0);
  });

  it('leaves half of the room to what is accepted during the look', () => {
    assert.equal(new Refill(lane(4, 2), pace()).ask(), 3);
  });

  it('asks for nothing while the registry is down, and for one while it is tried', () => {
    let reachable = 0;
    const refill = new Refill(lane(8), pace(), () => reachable);
    assert.equal(refill.ask(), 0);
    reachable = 1;
    assert.equal(refill.ask(), 1);
  });

  it('is due again when a look found all that it asked for, or was not made for want of room', async () => {
    const busy = lane(4);
    const refill = new Refill(busy, pace());
    assert.equal(refill.due, false);
    refill.found(refill.ask(), claimed(16, { dueMs: 0 }), now);
    assert.equal(refill.due, true);
    refill.found(refill.ask(), claimed(15, { dueMs: 0 }), now);
    assert.equal(refill.due, false);
    const ends: (() => void)[] = [];
    for (const place of busy.reserveUpTo(7))
      place.use(flow, () => new Promise((resolve) => ends.push(() => resolve(undefined))));
    assert.equal(refill.ask(), 0);
    assert.equal(refill.due, false, 'no room');
    for (const end of ends) end();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(refill.due, true);
  });

  describe('that finds a backlog', () => {
    it('has as many in hand as the pace allows, until they end', () => {
      const refill = new Refill(lane(8), pace());
      const first = claimed(32);
      refill.found(32, first, now);
      assert.equal(refill.catchingUp, true);
      assert.equal(refill.ask(), 0);
      for (const { id } of first) refill.ended(id);
      assert.equal(refill.ask(), 1);
    });

    it('is none when what it found has only just come, or when it found all there is', () => {
      const refill = new Refill(lane(8), pace());
      refill.found(32, claimed(32, { dueMs: 4_000 }), now);
      assert.equal(refill.catchingUp, false);
      refill.found(32, claimed(31), now);
      assert.equal(refill.catchingUp, false);
      assert.equal(refill.ask(), 32);
    });

    it('is worked off at full speed when little time is left', () => {
      const refill = new Refill(lane(8), pace());
      refill.found(32, [...claimed(31), ...claimed(1, { leftMs: 500_000 })], now);
      assert.equal(refill.ask(), 32);
    });

    it('does not count while its registry is down again', () => {
      let reachable = 16;
      const refill = new Refill(lane(8), pace(), () => reachable);
      refill.found(16, claimed(16), now);
      reachable = 0;
      assert.equal(refill.catchingUp, false);
    });

    it('rests after a request when others are disturbed, and then says that there is room', async () => {
      const slow = pace();
      for (let request = 0; request < 100; request += 1) slow.saw('tax', 10, false);
      for (let adjustment = 0; adjustment < 100; adjustment += 1) {
        slow.saw('tax', 100, true);
        slow.adjust();
      }
      let onRoom: () => void = () => {};
      const room = new Promise<void>((resolve) => (onRoom = resolve));
      const refill = new Refill(lane(8), slow, undefined, () => onRoom());
      const [one] = claimed(1) as [ClaimedRequest];
      refill.found(1, [one], now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      refill.ended(one.id);
      assert.equal(refill.ask(), 0, 'at rest');
      await room;
      assert.equal(refill.ask(), 1);
    });
  });
});
