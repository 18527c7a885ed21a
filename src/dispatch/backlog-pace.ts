/** Requests of one registry that tell what is usual: the last so many. */
const REMEMBERED = 600;
/** Requests of one registry before what they take counts as usual. */
const LEARNED_AFTER = 20;
/** Usually one request in five takes longer than the time that is looked at. */
const USUALLY_LONGER = 0.2;
/** While a backlog is worked off, one in four may. */
const ENDURED = 0.25;
/** By which power of e a request that took longer, or did not, moves the share. */
const STEP = 0.15;
/** Adjustments without a request of another registry until nobody is thought to be disturbed. */
const ALONE_AFTER = 4;
/** Doubles with each adjustment when there is nobody to disturb. */
const GROWTH_ALONE = 2;
/** Never less: a backlog is worked off also where others cannot be spared. */
const LEAST = 0.25;
/** No rest is longer, milliseconds. */
const LONGEST_REST_MS = 1_000;

/**
 * How many requests of a backlog a process works on at once for one registry, so that those of other registries stay
 * as quick as they usually are: a backlog has waited for hours, a citizen at the counter has not. It yields by what it
 * sees of the others, as a background transfer does (LEDBAT, RFC 6817, in spirit). Each request of another registry
 * moves the share, up or down, so that it stands still where one in four takes longer than four in five usually do:
 * counting them says the same however slow the slowest are, and those say more about the machine than about the
 * backlog. Below one, there is a rest after each request: with a quarter, three times as long as the request took.
 *
 * What is compared is this process's own part, without the registry's: signing, verifying, writing. What is usual is
 * learned while there is no backlog; where that was not possible, with one request of it at once.
 */
export class BacklogPace {
  readonly #most: number;
  readonly #usual = new Map<string, UsualTimes>();
  /** While others ask. */
  #share = 1;
  /** Times that, while nobody does. */
  #alone = 1;
  #silent = 0;

  /** @param most never more at once than this. */
  constructor(most: number) {
    this.#most = most;
  }

  /** From a quarter up. */
  get share(): number {
    return Math.min(this.#most, this.#share * this.#alone);
  }

  /** A whole number, at least 1. */
  get atOnce(): number {
    return Math.max(1, Math.floor(this.share));
  }

  /** How long to rest after a request of a backlog that took so long, milliseconds. */
  restAfter(tookMs: number): number {
    return Math.min(LONGEST_REST_MS, tookMs * Math.max(0, 1 / this.share - 1));
  }

  /**
   * A request of a registry without a backlog has ended.
   *
   * @param ownMs what it took without its registry's part, milliseconds.
   * @param besideBacklog whether a backlog of another registry is worked off.
   */
  saw(registry: string, ownMs: number, besideBacklog: boolean): void {
    const usual = this.#usual.get(registry) ?? new UsualTimes();
    this.#usual.set(registry, usual);
    this.#silent = 0;
    this.#alone = 1;
    if (!besideBacklog) {
      usual.note(ownMs);
    } else if (usual.count < LEARNED_AFTER) {
      usual.note(ownMs);
      this.#share = Math.min(this.#share, 1);
    } else {
      const moved = ENDURED - (ownMs > usual.longer ? 1 : 0);
      this.#share = Math.min(this.#most, Math.max(LEAST, this.#share * Math.exp(STEP * moved)));
    }
  }

  /** To be called at regular times, some hundred milliseconds apart, while a backlog is worked off. */
  adjust(): void {
    this.#silent += 1;
    if (this.#silent >= ALONE_AFTER) this.#alone = Math.min(this.#most / LEAST, this.#alone * GROWTH_ALONE);
  }

  /** No backlog is left: the next one begins with one at once again. */
  rest(): void {
    this.#share = 1;
    this.#alone = 1;
    this.#silent = 0;
  }
}

/** What the last requests of one registry took, milliseconds. */
class UsualTimes {
  readonly #times: number[] = [];
  #next = 0;
  #longer: number | undefined;

  get count(): number {
    return this.#times.length;
  }

  /** What one in five of them exceeds. */
  get longer(): number {
    if (this.#longer === undefined) {
      const sorted = [...this.#times].sort((left, right) => left - right);
      this.#longer = sorted[Math.ceil(sorted.length * (1 - USUALLY_LONGER)) - 1] as number;
    }
    return this.#longer;
  }

  note(ms: number): void {
    this.#times[this.#next] = ms;
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#longer = undefined;
  }
}
