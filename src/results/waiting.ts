import type { StoredRequest } from '../requests/request.js';

/** Who waits beyond this gets the present state at once, and asks again: each holds a connection and its answer. */
const LIMIT = 5_000;

type Wake = (ended: StoredRequest | undefined) => void;

/** Lets an HTTP request wait for the end of a request that this process is working on. */
export class Waiting {
  readonly #waiters = new Map<string, Set<Wake>>();
  readonly #limit: number;
  #size = 0;
  #stopped = false;

  constructor(limit = LIMIT) {
    this.#limit = limit;
  }

  /** Whether one more may wait. */
  get hasRoom(): boolean {
    return this.#size < this.#limit;
  }

  /** Called after the final commit, with the request as it was stored. */
  finished(request: StoredRequest): void {
    for (const wake of this.#waiters.get(request.id) ?? []) wake(request);
  }

  /** Whether somebody in this process waits for it. */
  has(requestId: string): boolean {
    return this.#waiters.has(requestId);
  }

  /** It ended in another process: whoever waits for it looks into the store. */
  endedElsewhere(requestId: string): void {
    for (const wake of [...(this.#waiters.get(requestId) ?? [])]) wake(undefined);
  }

  /** Wakes everybody: the process stops, and whoever waits is told how things stand. */
  wakeAll(): void {
    this.#stopped = true;
    for (const waiters of [...this.#waiters.values()]) for (const wake of [...waiters]) wake(undefined);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Resolves with the request when it ended in this process, or with undefined after `durationMs`, when the
   * signal aborts or the process stops. An end before the call is not noticed: look into the store now and then.
   */
  until(requestId: string, durationMs: number, signal?: AbortSignal): Promise<StoredRequest | undefined> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(requestId) ?? new Set();
      this.#waiters.set(requestId, waiters);
      const wake: Wake = (ended) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        if (waiters.delete(wake)) this.#size -= 1;
        if (waiters.size === 0 && this.#waiters.get(requestId) === waiters) this.#waiters.delete(requestId);
        resolve(ended);
      };
      const giveUp = (): void => wake(undefined);
      const timer = setTimeout(giveUp, durationMs);
      waiters.add(wake);
      this.#size += 1;
      if (signal?.aborted || this.#stopped) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    });
  }
}
