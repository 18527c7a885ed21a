import type { StoredRequest } from '../requests/request.js';

type Wake = (ended: StoredRequest | undefined) => void;

/** Lets an HTTP request wait for the end of a request that this process is working on. */
export class Waiting {
  readonly #waiters = new Map<string, Set<Wake>>();
  #stopped = false;

  /** Called after the final commit, with the request as it was stored. */
  finished(request: StoredRequest): void {
    for (const wake of this.#waiters.get(request.id) ?? []) wake(request);
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
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiters.get(requestId) === waiters) this.#waiters.delete(requestId);
        resolve(ended);
      };
      const giveUp = (): void => wake(undefined);
      const timer = setTimeout(giveUp, durationMs);
      waiters.add(wake);
      if (signal?.aborted || this.#stopped) giveUp();
      else signal?.addEventListener('abort', giveUp, { once: true });
    });
  }
}
