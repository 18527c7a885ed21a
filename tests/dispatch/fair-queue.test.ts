import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FairQueue } from '../../src/dispatch/fair-queue.js';

describe('the fair queue', () => {
  const drain = (queue: FairQueue<string>): string[] => {
    const taken: string[] = [];
    for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
    return taken;
  };

  it('serves clients by turns, each in its own order', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'])
      queue.push({ client: item[0] as string, priority: 'interactive' }, item);
    assert.equal(queue.sizeOf('a'), 4);
    assert.deepEqual(drain(queue), ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
    assert.equal(queue.sizeOf('a'), 0);
  });

  it('serves who waits at a counter first, and batch work every eighth time', () => {
    const queue = new FairQueue<string>();
    for (let index = 0; index < 3; index += 1) queue.push({ client: 'a', priority: 'batch' }, 'batch');
    for (let index = 0; index < 15; index += 1)
      queue.push({ client: 'a', priority: 'interactive' }, 'counter');
    const turns = drain(queue);
    assert.deepEqual(
      turns.flatMap((item, index) => (item === 'batch' ? [index] : [])),
      [7, 15, 17],
    );
  });

  it('gives back everything once, whatever comes in whatever order', () => {
    const client = fc.constantFrom('a', 'b', 'c');
    const priority = fc.constantFrom('interactive' as const, 'batch' as const);
    fc.assert(
      fc.property(fc.array(fc.option(fc.record({ client, priority }), { freq: 3 })), (steps) => {
        const queue = new FairQueue<number>();
        const taken: number[] = [];
        let pushed = 0;
        for (const flow of steps) {
          if (flow) queue.push(flow, pushed++);
          else {
            const item = queue.take();
            assert.equal(item === undefined, pushed === taken.length);
            if (item !== undefined) taken.push(item);
          }
          assert.equal(queue.size, pushed - taken.length);
          assert.equal(queue.sizeOf('a') + queue.sizeOf('b') + queue.sizeOf('c'), queue.size);
        }
        for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
        assert.deepEqual(
          taken.sort((a, b) => a - b),
          Array.from({ length: pushed }, (_, index) => index),
        );
      }),
    );
  });
});
