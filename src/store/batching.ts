/**
 * Gathers calls that come while one is under way, and makes them together as the next: under load many calls
 * share one round trip and one commit, and without load none waits.
 *
 * @param execute makes the calls; gives one result an item, in their order.
 * @param limit items made together at most.
 * @returns a function that makes one call; it rejects when its batch did.
 */
export function batching<Item, Result>(
  execute: (items: readonly Item[]) => Promise<readonly Result[]>,
  limit = 256,
): (item: Item) => Promise<Result> {
  interface Waiting {
    readonly item: Item;
    readonly resolve: (result: Result) => void;
    readonly reject: (error: unknown) => void;
  }
  const queue: Waiting[] = [];
  let busy = false;

  const run = async (): Promise<void> => {
    busy = true;
    while (queue.length > 0) {
      const batch = queue.splice(0, limit);
      try {
        const results = await execute(batch.map(({ item }) => item));
        if (results.length !== batch.length) throw new Error('a batch gave another number of results');
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    busy = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject });
      if (!busy) void run();
    });
}
