import { UraError } from '../errors.js';

export interface AdmissionSettings {
  /** Signed requests worked on at once, at most. Default 512. */
  readonly maxUnderWay?: number;
  /** While even the quickest take longer than this, more are turned away. Milliseconds; default 1 000. */
  readonly maxQueueAgeMs?: number;
}

/** A place among those that are worked on. */
export interface Place {
  /** It is answered, or only waits from now on. May be called again. */
  leave(): void;
}

/** How long is looked at before it is judged, milliseconds. */
const INTERVAL_MS = 500;
/** So many may always be under way: a slow store alone is no overload. */
const ALWAYS = 16;

/**
 * Turns work away before it piles up, while it is still cheap to say so. Not the longest time under way counts but
 * the shortest of each interval: when even that is long, there is a standing queue, and more work would only wait
 * longer in it ("CoDel", RFC 8289 §3).
 */
export class Admission {
  readonly #maxUnderWay: number;
  readonly #maxQueueAgeMs: number;
  /** When each began, oldest first. */
  readonly #underWay = new Map<symbol, number>();
  readonly #now: () => number;
  readonly #random: () => number;
  #intervalEnds = 0;
  #shortestMs = Number.POSITIVE_INFINITY;
  #overloaded = false;
  #refused = 0;

  /**
   * @param now monotonic, milliseconds.
   * @param random uniform in [0, 1): spreads those who come again.
   */
  constructor(
    { maxUnderWay = 512, maxQueueAgeMs = 1_000 }: AdmissionSettings,
    now: () => number,
    random: () => number,
  ) {
    this.#maxUnderWay = maxUnderWay;
    this.#maxQueueAgeMs = maxQueueAgeMs;
    this.#now = now;
    this.#random = random;
  }

  /** For the metrics. */
  get state(): { readonly underWay: number; readonly overloaded: boolean; readonly refused: number } {
    return { underWay: this.#underWay.size, overloaded: this.#overloaded, refused: this.#refused };
  }

  /** @throws {UraError} `unavailable` with the time after which to come again. */
  enter(): Place {
    const now = this.#now();
    if (now >= this.#intervalEnds) this.#judge(now);
    const { size } = this.#underWay;
    if (size >= this.#maxUnderWay || (this.#overloaded && size >= ALWAYS)) {
      this.#refused += 1;
      throw new UraError(
        'unavailable',
        'There is more to do than can be done at once: repeat with the same key.',
        {
          retryAfterSeconds: 1 + Math.floor(this.#random() * 4),
          logReason: this.#overloaded ? 'queue-age' : 'under-way',
        },
      );
    }
    const place = Symbol('place');
    this.#underWay.set(place, now);
    return {
      leave: () => {
        if (!this.#underWay.delete(place)) return;
        this.#shortestMs = Math.min(this.#shortestMs, this.#now() - now);
      },
    };
  }

  #judge(now: number): void {
    const [oldest = now] = this.#underWay.values();
    const shortestMs = Number.isFinite(this.#shortestMs) ? this.#shortestMs : now - oldest;
    this.#overloaded = shortestMs > this.#maxQueueAgeMs;
    this.#shortestMs = Number.POSITIVE_INFINITY;
    this.#intervalEnds = now + INTERVAL_MS;
  }
}
