import type { OutboxRow, OutboxStore, RelayLock } from './outbox-store.js';

/** What the relay needs of Kafka: an ordered batch in, one verdict a record out. */
export interface EventSink {
  /** Resolves when every record was confirmed or given up, in the order of the records. */
  produce(
    events: readonly OutboxRow[],
  ): Promise<readonly { readonly delivered: boolean; readonly code?: string }[]>;
}

export interface RelaySettings {
  /** Events read at once; default 500. */
  readonly batchSize?: number;
  /** Pause between looks at an empty outbox, milliseconds; default 250. A commit in this process wakes it sooner. */
  readonly pollMs?: number;
  /** Pause after the broker or the database failed, milliseconds; default 1 000. */
  readonly retryMs?: number;
}

export interface RelayParts {
  readonly store: OutboxStore;
  readonly sink: EventSink;
  readonly onDelivered?: (count: number) => void;
  readonly onFailure?: (reason: string) => void;
}

/**
 * Carries events from the outbox to Kafka, in order. A row leaves the outbox only after the broker confirmed
 * it; a crash between the two repeats the event with the same id, which consumers skip.
 */
export class Relay {
  readonly #parts: RelayParts;
  readonly #batchSize: number;
  readonly #pollMs: number;
  readonly #retryMs: number;
  #lock: RelayLock | undefined;
  #stopping = false;
  #drained: Promise<void> = Promise.resolve();
  #awake = false;
  #wakeSleeper: () => void = () => {};

  constructor(parts: RelayParts, settings: RelaySettings = {}) {
    this.#parts = parts;
    this.#batchSize = settings.batchSize ?? 500;
    this.#pollMs = settings.pollMs ?? 250;
    this.#retryMs = settings.retryMs ?? 1_000;
  }

  start(): void {
    this.#drained = this.#run();
  }

  /** Says that an event was just committed, so that it need not wait for the next look. */
  wake(): void {
    this.#awake = true;
    this.#wakeSleeper();
  }

  /** Empties the outbox as far as the broker takes it, then stops. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wakeSleeper();
    await this.#drained;
  }

  async #run(): Promise<void> {
    for (;;) {
      const relayed = await this.#relayBatch().catch((error: Error) => {
        this.#parts.onFailure?.(error.message);
        return 'failed' as const;
      });
      // While stopping, one failure or an empty outbox ends it: the rows are safe and another node takes them.
      if (this.#stopping && (relayed === 'failed' || relayed === 0)) break;
      if (relayed === 'failed') await this.#sleep(this.#retryMs, false);
      else if (relayed === 0) await this.#sleep(this.#pollMs, true);
    }
    await this.#lock?.release();
    this.#lock = undefined;
  }

  async #relayBatch(): Promise<number | 'failed'> {
    if (!(await this.#holdLock())) return 0;
    this.#awake = false;
    const events = await this.#parts.store.next(this.#batchSize);
    if (events.length === 0) return 0;
    const verdicts = await this.#parts.sink.produce(events);
    const confirmed = events.filter((_, index) => verdicts[index]?.delivered === true);
    if (confirmed.length > 0) {
      await this.#parts.store.remove(confirmed.map((event) => event.seq));
      this.#parts.onDelivered?.(confirmed.length);
    }
    if (confirmed.length === events.length) return confirmed.length;
    this.#parts.onFailure?.(verdicts.find((verdict) => !verdict.delivered)?.code ?? 'unconfirmed');
    return 'failed';
  }

  async #holdLock(): Promise<boolean> {
    if (this.#lock) return true;
    const lock = await this.#parts.store.tryLock();
    if (!lock) return false;
    this.#lock = lock;
    void lock.lost.then(() => {
      if (this.#lock === lock) {
        this.#lock = undefined;
        void lock.release();
      }
    });
    return true;
  }

  async #sleep(durationMs: number, wakeable: boolean): Promise<void> {
    if (this.#stopping || (wakeable && this.#awake)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#wakeSleeper = () => {
        if (!wakeable && !this.#stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeSleeper = () => {};
  }
}
