import type { Priority } from '../requests/request.js';

/** Whose turn something waits for. */
export interface Flow {
  readonly client: string;
  readonly priority: Priority;
}

/** One pick in so many goes to batch work while interactive work waits, so that batch never stands still. */
const BATCH_EVERY = 8;

/**
 * Waits in order within a flow, and by turns between clients: one that floods waits behind itself alone. Who stands
 * at a counter comes before batch work.
 */
export class FairQueue<Item> {
  readonly #flows: Readonly<Record<Priority, Map<string, Item[]>>> = {
    interactive: new Map(),
    batch: new Map(),
  };
  readonly #sizes = new Map<string, number>();
  #size = 0;
  #picks = 0;

  get size(): number {
    return this.#size;
  }

  /** How many of this client wait, of either priority. */
  sizeOf(client: string): number {
    return this.#sizes.get(client) ?? 0;
  }

  push({ client, priority }: Flow, item: Item): void {
    const flow = this.#flows[priority].get(client);
    if (flow) flow.push(item);
    else this.#flows[priority].set(client, [item]);
    this.#count(client, 1);
  }

  /** The next in turn; undefined when none waits. */
  take(): Item | undefined {
    const { interactive, batch } = this.#flows;
    this.#picks += 1;
    const batchTurn = this.#picks % BATCH_EVERY === 0 && batch.size > 0;
    return this.#takeFrom(batchTurn || interactive.size === 0 ? batch : interactive);
  }

  #takeFrom(flows: Map<string, Item[]>): Item | undefined {
    for (const [client, items] of flows) {
      const item = items.shift();
      // A map keeps the order of insertion: put in anew, the client stands at the end.
      flows.delete(client);
      if (items.length > 0) flows.set(client, items);
      this.#count(client, -1);
      return item;
    }
    return undefined;
  }

  #count(client: string, change: 1 | -1): void {
    const size = this.sizeOf(client) + change;
    if (size === 0) this.#sizes.delete(client);
    else this.#sizes.set(client, size);
    this.#size += change;
  }
}
