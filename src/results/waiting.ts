/** Lets an HTTP request wait for the end of a request that this process is working on. */
export class Waiting {
  readonly #waiters = new Map<string, Set<() => void>>();
  #stopped = false;

  /** Called after the final commit. */
  finished(requestId: string): void {
    for (const wake of this.#waiters.get(requestId) ?? []) wake();
  }

  /** Wakes everybody: the process stops, and whoever waits is told how things stand. */
  wakeAll(): void {
    this.#stopped = true;
    for (const requestId of [...this.#waiters.keys()]) this.finished(requestId);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Resolves when the request finished in this process, after `durationMs`, or when the signal aborts,
   * whichever comes first. Register before looking at the state, or the end may slip in between.
   */
  until(requestId: string, durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(requestId) ?? new Set();
      this.#waiters.set(requestId, waiters);
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        waiters.delete(wake);
        if (waiters.size === 0 && this.#waiters.get(requestId) === waiters) this.#waiters.delete(requestId);
        resolve();
      };
      const timer = setTimeout(wake, durationMs);
      waiters.add(wake);
      if (signal?.aborted) wake();
      else signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
