/**
 * The way to one registry: so many calls at once, so many waiting behind them, never more. A registry that
 * hangs fills only its own lane.
 */
export class Lane {
  readonly #concurrency: number;
  readonly #queueLimit: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #active = 0;
  #reserved = 0;

  constructor(settings: { readonly concurrency: number; readonly queueLimit: number }) {
    this.#concurrency = settings.concurrency;
    this.#queueLimit = settings.queueLimit;
  }

  get active(): number {
    return this.#active;
  }

  get depth(): number {
    return this.#waiting.length;
  }

  /** Places that are neither taken nor reserved. */
  get room(): number {
    return this.#concurrency + this.#queueLimit - this.#active - this.#waiting.length - this.#reserved;
  }

  /** Keeps a place for a request that is being stored; it is either used or given back. */
  reserve(): Reservation | undefined {
    if (this.room <= 0) return undefined;
    this.#reserved += 1;
    let open = true;
    const close = (): void => {
      if (!open) throw new Error('a reservation was used twice');
      open = false;
      this.#reserved -= 1;
    };
    return {
      use: (work) => {
        close();
        this.#waiting.push(work);
        this.#next();
      },
      giveBack: close,
    };
  }

  #next(): void {
    while (this.#active < this.#concurrency) {
      const work = this.#waiting.shift();
      if (!work) return;
      this.#active += 1;
      void work().finally(() => {
        this.#active -= 1;
        this.#next();
      });
    }
  }
}

export interface Reservation {
  /** Runs the work as soon as a call slot is free. The work must not reject. */
  use(work: () => Promise<void>): void;
  giveBack(): void;
}
