import { AdaptiveLimit, type CallSeen } from './adaptive-limit.js';
import { FairQueue, type Flow } from './fair-queue.js';

export interface LaneLimits {
  /** Calls at once, at most. */
  readonly concurrency: number;
  /** Calls at once that a registry in trouble still gets. Default 1. */
  readonly minConcurrency?: number;
  /** Requests waiting behind them. */
  readonly queueLimit: number;
}

/** How the way to one registry is used in this process. */
export interface LaneSeen {
  readonly adapter: string;
  /** Calls under way. */
  readonly active: number;
  /** Requests that wait for a call. */
  readonly depth: number;
  /** Calls at once that the registry gets at present. */
  readonly limit: number;
  /** Requests of a backlog that are worked on at once; below 1 there are rests between them. 0 without a backlog. */
  readonly backlog: number;
}

/** One call with all that belongs to it. Must not reject; undefined when the registry was not asked. */
export type LaneWork = () => Promise<CallSeen | undefined>;

/**
 * The way to one registry: so many calls at once, so many waiting behind them, never more. A registry that hangs
 * fills only its own lane, and a client that floods fills only half of what is left of it.
 */
export class Lane {
  readonly #limit: AdaptiveLimit;
  readonly #places: number;
  readonly #waiting = new FairQueue<LaneWork>();
  readonly #onRoom: () => void;
  #active = 0;
  #reserved = 0;

  /** @param onRoom called when a call has ended. */
  constructor({ concurrency, minConcurrency = 1, queueLimit }: LaneLimits, onRoom: () => void = () => {}) {
    this.#limit = new AdaptiveLimit({ min: minConcurrency, max: concurrency });
    this.#places = concurrency + queueLimit;
    this.#onRoom = onRoom;
  }

  get active(): number {
    return this.#active;
  }

  get depth(): number {
    return this.#waiting.size;
  }

  /** Calls at once that the registry gets at present. */
  get limit(): number {
    return this.#limit.value;
  }

  /** Places that are neither taken nor reserved. */
  get room(): number {
    return this.#places - this.#active - this.#waiting.size - this.#reserved;
  }

  /**
   * Keeps a place for a request that is being stored or claimed; it is either used or given back.
   *
   * @param client whose request it is to be, where that is known: it gets no more than half of what is left.
   */
  reserve(client?: string): Reservation | undefined {
    const { room } = this;
    if (room <= 0 || (client !== undefined && this.#waiting.sizeOf(client) >= room)) return undefined;
    this.#reserved += 1;
    let open = true;
    const close = (): void => {
      if (!open) throw new Error('a reservation was used twice');
      open = false;
      this.#reserved -= 1;
    };
    return {
      use: (flow, work) => {
        close();
        this.#waiting.push(flow, work);
        this.#next();
      },
      giveBack: close,
    };
  }

  /** As many places as there are, up to `limit`. */
  reserveUpTo(limit: number): Reservation[] {
    const places: Reservation[] = [];
    while (places.length < limit) {
      const place = this.reserve();
      if (!place) break;
      places.push(place);
    }
    return places;
  }

  #next(): void {
    while (this.#active < this.#limit.value) {
      const work = this.#waiting.take();
      if (!work) return;
      this.#active += 1;
      void work().then((seen) => {
        if (seen) this.#limit.ended(seen, this.#active);
        this.#active -= 1;
        this.#next();
        this.#onRoom();
      });
    }
  }
}

export interface Reservation {
  /** Does the work as soon as its turn comes. */
  use(flow: Flow, work: LaneWork): void;
  giveBack(): void;
}
