import { randomInt } from 'node:crypto';
import { PARTITIONS, type RelaySession } from './partition-store.js';

export interface OwnershipParts {
  readonly session: RelaySession;
  /** Whether events of a partition are under way. */
  readonly isBusy: (partition: number) => boolean;
  /** A partition that is to be given back waits so many calls of `balance` for its events under way, no longer: then
   * they may be sent twice. */
  readonly drainRounds: number;
}

/** The partitions of one session: as many as are its share among the nodes, no more. */
export class Ownership {
  readonly #parts: OwnershipParts;
  readonly #held = new Set<number>();
  /** To be given back, after so many rounds at the latest. Nothing new is read from them. */
  readonly #leaving = new Map<number, number>();

  constructor(parts: OwnershipParts) {
    this.#parts = parts;
  }

  /** Partitions that are ours and stay so. */
  readable(): number[] {
    return [...this.#held].filter((each) => !this.#leaving.has(each));
  }

  /** Gives back what is above our share and takes what is free below it. Repeated, all nodes come to equal shares. */
  async balance(): Promise<void> {
    const { session } = this.#parts;
    const { nodes, free } = await session.look();
    const share = Math.ceil(PARTITIONS / Math.max(1, nodes));
    this.#chooseLeaving(Math.max(0, this.#held.size - share));
    await this.#giveBackDrained();
    const wanted = share - this.#held.size;
    if (wanted <= 0 || free.length === 0) return;
    // From a random place, so that nodes that start at once do not reach for the same ones.
    const start = randomInt(free.length);
    const choice = [...free.slice(start), ...free.slice(0, start)].slice(0, wanted);
    for (const each of await session.take(choice)) this.#held.add(each);
  }

  #chooseLeaving(count: number): void {
    const { isBusy, drainRounds } = this.#parts;
    for (const each of [...this.#leaving.keys()].slice(count)) this.#leaving.delete(each);
    const staying = this.readable().sort((a, b) => Number(isBusy(a)) - Number(isBusy(b)));
    for (const each of staying.slice(0, count - this.#leaving.size)) this.#leaving.set(each, drainRounds);
  }

  async #giveBackDrained(): Promise<void> {
    const { session, isBusy } = this.#parts;
    const drained = [...this.#leaving].filter(([each, rounds]) => !isBusy(each) || rounds === 0);
    for (const [each, rounds] of this.#leaving) this.#leaving.set(each, rounds - 1);
    if (drained.length === 0) return;
    for (const [each] of drained) {
      this.#leaving.delete(each);
      this.#held.delete(each);
    }
    await session.giveBack(drained.map(([each]) => each));
  }
}
