import assert from 'node:assert/strict';
import { batching } from '../../src/store/batching.js';

/** Collects batches, each ended by hand. */
function scripted() {
  const batches: {
    items: readonly number[];
    end: (results?: readonly number[]) => void;
    fail: () => void;
  }[] = [];
  const call = batching<number, number>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({
          items,
          end: (results = items.map((item) => item * 10)) => resolve(results),
          fail: () => reject(new Error('down')),
        });
      }),
    3,
  );
  return { batches, call };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('calls made together', () => {
  it('makes the first at once, and those that come meanwhile as the next, in order', async () => {
    const { batches, call } = scripted();
    const results = [1, 2, 3, 4, 5].map(call);
    assert.deepEqual(
      batches.map(({ items }) => items),
      [[1]],
    );
    batches[0]?.end();
    await turn();
    assert.deepEqual(batches[1]?.items, [2, 3, 4]);
    batches[1]?.end();
    await turn();
    assert.deepEqual(batches[2]?.items, [5]);
    batches[2]?.end();
    assert.deepEqual(await Promise.all(results), [10, 20, 30, 40, 50]);
  });

  it('rejects all of a failed batch and goes on with the next', async () => {
    const { batches, call } = scripted();
    const first = call(1);
    const later = [call(2), call(3)];
    batches[0]?.end();
    await first;
    await turn();
    batches[1]?.fail();
    for (const result of await Promise.allSettled(later)) assert.equal(result.status, 'rejected');
    const next = call(4);
    await turn();
    batches[2]?.end();
    assert.equal(await next, 40);
  });

  it('rejects when the number of results is not that of the items: nobody gets the result of another', async () => {
    const { batches, call } = scripted();
    const result = call(1);
    batches[0]?.end([10, 20]);
    await assert.rejects(result);
  });
});
