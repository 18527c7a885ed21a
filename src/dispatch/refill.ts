import type { BacklogPace } from './backlog-pace.js';
import type { Lane } from './lane.js';
import type { ClaimedRequest } from './lease-store.js';

/** Requests taken from the store in one look at most, so that several processes share what waits. */
const CLAIM_LIMIT = 64;
/** A request that nobody took up for so long is part of a backlog, milliseconds. */
const BACKLOG_AFTER_MS = 5_000;
/** So many requests wait in the lane for each call at once, so that a look need not be made for each of them. */
export const STOCK = 4;

/** A backlog whose requests have less time left is worked off without regard for others, milliseconds. */
const URGENT_MS = 600_000;

/**
 * How many of the requests that wait in the store a lane takes: as many as it is through with soon, because the rest
 * waits better where any process can take it and no lease has to be renewed; and of a backlog as many as others bear.
 */
export class Refill {
  /** Taken from a backlog, and not ended or at rest. */
  readonly #inHand = new Map<string, number>();
  #more = false;
  #catchingUp = false;
  #urgent = false;

  /**
   * @param reachable how many calls are worth preparing; 0 while the registry is known to be down.
   * @param onRoom called when a rest has ended.
   */
  constructor(
    private readonly lane: Lane,
    private readonly pace: BacklogPace,
    private readonly reachable: () => number = () => Number.POSITIVE_INFINITY,
    private readonly onRoom: () => void = () => {},
  ) {}

  /** Requests of this registry that have waited for long are being worked off. */
  get catchingUp(): boolean {
    return this.#catchingUp && this.reachable() > 0;
  }

  /** More wait in the store, and there is room for them. */
  get due(): boolean {
    return this.#more && this.#wanted() > 0;
  }

  /** How many to ask the store for in the look that begins; 0 while enough is in hand. */
  ask(): number {
    const wanted = this.#wanted();
    // Nobody looks now, so there may be more.
    if (wanted === 0) this.#more = true;
    return wanted;
  }

  /** What a look brought, of so many asked for. */
  found(asked: number, claimed: readonly ClaimedRequest[], now: number): void {
    this.#more = claimed.length === asked;
    this.#catchingUp = this.#more && claimed.some(({ dueMs }) => dueMs > BACKLOG_AFTER_MS);
    this.#urgent = claimed.some(({ deadlineAt }) => deadlineAt - now < URGENT_MS);
    if (this.#catchingUp) for (const { id } of claimed) this.#inHand.set(id, performance.now());
  }

  /** A request has ended, or was given back; its place stays taken while there is to be rest. */
  ended(id: string): void {
    const since = this.#inHand.get(id);
    if (since === undefined) return;
    const restMs = this.pace.restAfter(performance.now() - since);
    const free = (): void => {
      this.#inHand.delete(id);
      this.onRoom();
    };
    if (restMs === 0) this.#inHand.delete(id);
    else setTimeout(free, restMs).unref();
  }

  #wanted(): number {
    const { limit, depth, room } = this.lane;
    if (depth > limit / 2) return 0;
    const stock = STOCK * limit - depth;
    // Half of the room at most: what is accepted during the look must find a place, too.
    const share = Math.min(CLAIM_LIMIT, Math.ceil(room / 2), stock, this.reachable());
    if (!this.#catchingUp || this.#urgent) return share;
    const { atOnce } = this.pace;
    return this.#inHand.size > atOnce / 2 ? 0 : Math.min(share, atOnce - this.#inHand.size);
  }
}
