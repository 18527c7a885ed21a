/** When the circuit of an endpoint opens, and for how long; `breaker` of the adapter's settings. */
export interface CircuitSettings {
  /** Failed calls in a row that open it. Default 5. */
  readonly failures: number;
  /** Share of failed calls among the last `window` that opens it, though others succeeded, percent. Default 50. */
  readonly failedPercent: number;
  /** Calls that the share is taken of. Default 20. */
  readonly window: number;
  /** How long it stays open the first time, milliseconds. Default 1 000. */
  readonly openMs: number;
  /** How long it stays open at most, milliseconds. Default 30 000. */
  readonly capMs: number;
}

export const defaultCircuit: CircuitSettings = {
  failures: 5,
  failedPercent: 50,
  window: 20,
  openMs: 1_000,
  capMs: 30_000,
};

/** What one call says about its endpoint: whether it can be used, or nothing. */
export type Verdict = 'good' | 'bad' | 'neutral';

/** The latest calls of this process to one endpoint whose circuit is closed. */
export class RecentCalls {
  readonly #settings: CircuitSettings;
  #last: boolean[] = [];
  #failuresInARow = 0;
  #failingSince = 0;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
  }

  /** Milliseconds since the epoch: the first of the failed calls that are now in a row. */
  get failingSince(): number {
    return this.#failingSince;
  }

  /** @returns whether this call is the one that opens the circuit. */
  add(good: boolean, now: number): boolean {
    const { failures, failedPercent, window } = this.#settings;
    this.#last.push(good);
    if (this.#last.length > window) this.#last.shift();
    if (good) {
      this.#failuresInARow = 0;
      return false;
    }
    if (this.#failuresInARow === 0) this.#failingSince = now;
    this.#failuresInARow += 1;
    const failed = this.#last.filter((each) => !each).length;
    return (
      this.#failuresInARow >= failures ||
      (this.#last.length === window && failed * 100 >= window * failedPercent)
    );
  }

  forget(): void {
    this.#last = [];
    this.#failuresInARow = 0;
  }
}

/**
 * How long a circuit stays open: doubled with each opening up to the cap, and between half of that and all of it, so
 * that nodes and registries do not probe in step.
 *
 * @param opens openings in a row, this one included.
 * @param random uniform in [0, 1).
 */
export function openMsOf({ openMs, capMs }: CircuitSettings, opens: number, random: number): number {
  const ceiling = Math.min(capMs, openMs * 2 ** Math.min(Math.max(opens, 1) - 1, 30));
  return Math.round(ceiling * (0.5 + random / 2));
}
