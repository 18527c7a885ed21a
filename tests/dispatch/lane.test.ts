import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Lane, type Reservation } from '../../src/dispatch/lane.js';

const flow = { client: 'oss-fier', priority: 'interactive' } as const;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a lane', () => {
  it('runs so many at once and keeps so many waiting, whatever comes in whatever order', async () => {
    const command = fc.constantFrom('reserve', 'use', 'give back', 'finish');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.array(command, { maxLength: 80 }),
        async (concurrency, queueLimit, commands) => {
          const lane = new Lane({ concurrency, queueLimit });
          const open: Reservation[] = [];
          const running: (() => void)[] = [];
          let used = 0;
          let begun = 0;
          for (const what of commands) {
            const room = lane.room;
            if (what === 'reserve') {
              const place = lane.reserve();
              assert.equal(place !== undefined, room > 0);
              if (place) open.push(place);
            } else if (what === 'use') {
              const place = open.shift();
              if (place) used += 1;
              place?.use(flow, () => {
                begun += 1;
                return new Promise((resolve) => running.push(() => resolve(undefined)));
              });
            } else if (what === 'give back') open.shift()?.giveBack();
            else {
              running.shift()?.();
              await settled();
            }
            assert.ok(lane.active <= concurrency, 'too many at once');
            assert.ok(lane.depth <= queueLimit, 'too many waiting');
            assert.equal(lane.active, running.length);
            assert.equal(lane.room, concurrency + queueLimit - lane.active - lane.depth - open.length);
            // Nobody waits while there is a free slot.
            if (lane.depth > 0) assert.equal(lane.active, concurrency);
          }
          for (const place of open) place.giveBack();
          while (running.length > 0) {
            running.shift()?.();
            await settled();
          }
          assert.equal(begun, used, 'everything that was let in has run');
          assert.equal(lane.room, concurrency + queueLimit, 'and left its place');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('runs in the order of coming', async () => {
    const lane = new Lane({ concurrency: 1, queueLimit: 3 });
    const order: number[] = [];
    for (const number of [1, 2, 3, 4]) {
      lane.reserve()?.use(flow, async () => {
        order.push(number);
        return undefined;
      });
    }
    for (let turn = 0; turn < 4; turn += 1) await settled();
    assert.deepEqual(order, [1, 2, 3, 4]);
  });

  it('does not let a reservation be used twice', () => {
    const place = new Lane({ concurrency: 1, queueLimit: 1 }).reserve() as Reservation;
    place.giveBack();
    assert.throws(() => place.giveBack(), /used twice/);
    assert.throws(() => place.use(flow, async () => undefined), /used twice/);
  });
});
