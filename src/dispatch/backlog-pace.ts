/** What a request of one registry usually costs this process. */
interface Usual {
  readonly ms: number;
  readonly seen: number;
}

/** Requests of one registry before what they take counts as usual. */
const LEARNED_AFTER = 20;
/** Weight of a request in what is usual, once that is learned: about the last 600 count. */
const USUAL_WEIGHT = 2 / 601;
/** Weight of a request in what is now: about the last 20 count. */
const PRESENT_WEIGHT = 2 / 21;
/** Requests of other registries may take so many times what they usually take. */
const TOLERANCE = 1.1;
/** Adjustments without a request of another registry until nobody is thought to be disturbed. */
const ALONE_AFTER = 4;
const GROWTH = 0.1;
/** Doubles with each adjustment when there is nobody to disturb. */
const GROWTH_ALONE = 2;
const AFTER_DISTURBANCE = 0.9;
/** Never less: a backlog is worked off also where others cannot be spared. */
const LEAST = 0.25;
/** No rest is longer, milliseconds. */
const LONGEST_REST_MS = 1_000;

/**
 * How many requests of a backlog a process works on at once for one registry, so that those of other registries stay
 * as quick as they usually are: a backlog has waited for hours, a citizen at the counter has not. It yields by what it
 * sees of the others, as a background transfer does (LEDBAT, RFC 6817, in spirit), grows by addition and shrinks by
 * multiplication. Below one, there is a rest after each: with a quarter, three times as long as the request took.
 *
 * What is compared is this process's own part, without the registry's: signing, verifying, writing. What is usual is
 * learned while there is no backlog; where that was not possible, with one request of it at once.
 */
export class BacklogPace {
  readonly #most: number;
  readonly #usual = new Map<string, Usual>();
  #share = 1;
  /** Of what is usual. */
  #present = 1;
  #judged = 0;
  #learning = 0;
  #without = 0;

  /** @param most never more at once than this. */
  constructor(most: number) {
    this.#most = most;
  }

  /** From a quarter up. */
  get share(): number {
    return this.#share;
  }

  /** A whole number, at least 1. */
  get atOnce(): number {
    return Math.max(1, Math.floor(this.#share));
  }

  /** How long to rest after a request of a backlog that took so long, milliseconds. */
  restAfter(tookMs: number): number {
    return Math.min(LONGEST_REST_MS, tookMs * Math.max(0, 1 / this.#share - 1));
  }

  /**
   * A request of a registry without a backlog has ended.
   *
   * @param ownMs what it took without its registry's part, milliseconds.
   * @param besideBacklog whether a backlog of another registry is worked off.
   */
  saw(registry: string, ownMs: number, besideBacklog: boolean): void {
    const usual = this.#usual.get(registry) ?? { ms: ownMs, seen: 0 };
    if (!besideBacklog || usual.seen < LEARNED_AFTER) {
      if (besideBacklog) this.#learning += 1;
      const seen = usual.seen + 1;
      const weight = Math.max(1 / seen, USUAL_WEIGHT);
      this.#usual.set(registry, { ms: usual.ms + (ownMs - usual.ms) * weight, seen });
      return;
    }
    this.#judged += 1;
    this.#present += (ownMs / usual.ms - this.#present) * PRESENT_WEIGHT;
  }

  /** To be called at regular times, some hundred milliseconds apart, while a backlog is worked off. */
  adjust(): void {
    const [judged, learning] = [this.#judged, this.#learning];
    this.#judged = 0;
    this.#learning = 0;
    this.#without = judged + learning > 0 ? 0 : this.#without + 1;
    if (this.#without >= ALONE_AFTER) this.#set(this.#share * GROWTH_ALONE);
    else if (learning > judged) this.#set(1);
    else if (judged > 0) {
      const disturbs = this.#present > TOLERANCE;
      this.#set(disturbs ? this.#share * AFTER_DISTURBANCE : this.#share + GROWTH * Math.min(1, this.#share));
    }
  }

  /** No backlog is left: the next one begins with one at once again. */
  rest(): void {
    this.#share = 1;
    this.#present = 1;
    this.#judged = 0;
    this.#learning = 0;
    this.#without = 0;
  }

  #set(share: number): void {
    this.#share = Math.min(this.#most, Math.max(LEAST, share));
  }
}
