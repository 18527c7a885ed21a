import assert from 'node:assert/strict';
import { batching } from '../../src/store/batching.js';

const away = Object.assign(new Error('down'), { code: 'ECONNREFUSED' });

/** Collects batches, each ended by hand. */
function scripted(atOnce = 1) {
  const batches: {
    items: readonly number[];
    end: (results?: readonly number[]) => void;
    fail: (error?: Error) => void;
  }[] = [];
  const call = batching<number, number>(
    (items) =>
      new Promise((resolve, reject) => {
        batches.push({
          items,
          end: (results = items.map((item) => item * 10)) => resolve(results),
          fail: (error = away) => reject(error),
        });
      }),
    { limit: 3, atOnce },
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

  it('rejects all of a batch for which the store was away, and goes on with the next', async () => {
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

  it('makes the items of a batch that failed one by one, so that a bad one fails alone', async () => {
    const { batches, call } = scripted();
    const first = call(1);
    const later = Promise.allSettled([call(2), call(3), call(4)]);
    batches[0]?.end();
    await first;
    await turn();
    batches[1]?.fail(new Error('one of them is bad'));
    await turn();
    batches[2]?.end();
    await turn();
    batches[3]?.fail(new Error('this one'));
    await turn();
    batches[4]?.end();
    assert.deepEqual(
      batches.map(({ items }) => items),
      [[1], [2, 3, 4], [2], [3], [4]],
    );
    assert.deepEqual(
      (await later).map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message)),
      [20, 'this one', 40],
    );
  });

  it('has as many batches under way as allowed, and gathers behind them', async () => {
    const { batches, call } = scripted(2);
    const results = [1, 2, 3, 4].map(call);
    assert.deepEqual(
      batches.map(({ items }) => items),
      [[1], [2]],
    );
    batches[1]?.end();
    await turn();
    assert.deepEqual(batches[2]?.items, [3, 4]);
    batches[2]?.end();
    batches[0]?.end();
    assert.deepEqual(await Promise.all(results), [10, 20, 30, 40]);
  });

  it('rejects when the number of results is not that of the items: nobody gets the result of another', async () => {
    const { batches, call } = scripted();
    const result = call(1);
    batches[0]?.end([10, 20]);
    await assert.rejects(result);
  });
});
