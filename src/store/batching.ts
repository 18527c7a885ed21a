import { isStoreUnavailable } from './unavailable.js';

export interface BatchingSettings {
  /** Items made together at most. Default 256. */
  readonly limit?: number;
  /** Batches under way at once. Default 1. */
  readonly atOnce?: number;
}

/**
 * Gathers calls that come while others are under way, and makes them together as the next: under load many calls
 * share one round trip and one commit, and without load none waits.
 *
 * A batch that fails for another reason than a store that is away is made again item by item, so that one bad item
 * fails alone.
 *
 * @param execute makes the calls, all or none; gives one result an item, in their order.
 * @returns a function that makes one call; it rejects when it failed.
 */
export function batching<Item, Result>(
  execute: (items: readonly Item[]) => Promise<readonly Result[]>,
  { limit = 256, atOnce = 1 }: BatchingSettings = {},
): (item: Item) => Promise<Result> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }
  const queue: Waiting[] = [];
  let underWay = 0;

  const make = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const results = await execute(batch.map(({ item }) => item));
      if (results.length !== batch.length) throw new Error('a batch gave another number of results');
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length > 1 && !isStoreUnavailable(error)) for (const one of batch) await make([one]);
      else for (const { reject } of batch) reject(error);
    }
  };
  const run = async (): Promise<void> => {
    underWay += 1;
    while (queue.length > 0) await make(queue.splice(0, limit));
    underWay -= 1;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject });
      if (underWay < atOnce) void run();
    });
}
