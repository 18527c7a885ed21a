import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxRow } from './outbox-store.js';
import { Ownership } from './ownership.js';
import type { PartitionStore, ReadLimits, RelaySession } from './partition-store.js';
import { type DeliveryParts, type DeliverySettings, TopicDelivery } from './topic-delivery.js';

export interface RelaySettings extends DeliverySettings {
  /** Events read at once; default 500. Of one topic 100 and 1 MB, and as many are under way at most. */
  readonly batchSize?: number;
  /** Pause between looks at an empty outbox, milliseconds; default 250. A commit in this process wakes it sooner. */
  readonly pollMs?: number;
  /** Time from one look to the next while events come one by one, milliseconds; default 20. */
  readonly roundMs?: number;
  /** Pause after the broker or the database failed, milliseconds; default 1 000. */
  readonly retryMs?: number;
  /** Time between two looks at how the nodes share the partitions, milliseconds; default 1 000. */
  readonly balanceMs?: number;
}

export interface RelayParts extends DeliveryParts {
  readonly partitions: PartitionStore;
}

/** Looks at the shares that a partition to be given back waits for its events under way. */
const DRAIN_ROUNDS = 5;

/**
 * Carries events from the outbox to Kafka: those of the partitions that this node holds, topic by topic, so that none
 * waits for another. See docs/decisions/0019.
 */
export class Relay {
  readonly #parts: RelayParts;
  readonly #delivery: TopicDelivery;
  readonly #limits: ReadLimits;
  readonly #pollMs: number;
  readonly #roundMs: number;
  readonly #retryMs: number;
  readonly #balanceMs: number;
  /** Topics with events under way, and the partitions of these. Nothing else of such a topic is read. */
  readonly #busy = new Map<string, ReadonlySet<number>>();
  /** Topics that wait before they are tried again. */
  readonly #held = new Map<string, NodeJS.Timeout>();
  #pause: NodeJS.Timeout | undefined;
  #ownership: Ownership | undefined;
  readonly #stop = new AbortController();
  #drained: Promise<void> = Promise.resolve();
  #awake = false;
  #wakeSleeper: () => void = () => {};

  constructor(parts: RelayParts, settings: RelaySettings = {}) {
    const { batchSize = 500, pollMs = 250, roundMs = 20, retryMs = 1_000, balanceMs = 1_000 } = settings;
    this.#parts = parts;
    this.#delivery = new TopicDelivery(parts, settings);
    this.#limits = { events: batchSize, eventsPerTopic: Math.min(100, batchSize), bytesPerTopic: 1 << 20 };
    this.#pollMs = pollMs;
    this.#roundMs = roundMs;
    this.#retryMs = retryMs;
    this.#balanceMs = balanceMs;
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** How many partitions this node relays. */
  get partitions(): number {
    return this.#ownership?.readable().length ?? 0;
  }

  start(): void {
    this.#drained = this.#run();
  }

  /** Says that an event was just committed, so that it need not wait for the next look. */
  wake(): void {
    this.#awake = true;
    this.#wakeSleeper();
  }

  /** Sends what waits in this node's partitions as far as the broker takes it, then stops. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#drained;
  }

  async #run(): Promise<void> {
    do {
      try {
        await this.#relayIn(await this.#parts.partitions.join());
      } catch (error) {
        this.#parts.onFailure?.((error as Error).message);
        this.#awake = false;
        await this.#sleep(this.#stopping ? 0 : this.#retryMs);
      }
    } while (!this.#stopping);
    while (this.#busy.size > 0) {
      this.#awake = false;
      await this.#sleep(this.#pollMs);
    }
    for (const timer of [...this.#held.values(), this.#pause]) clearTimeout(timer);
  }

  /** Relays until it is to stop. @throws when the session is lost */
  async #relayIn(session: RelaySession): Promise<void> {
    const isBusy = (partition: number): boolean =>
      [...this.#busy.values()].some((partitions) => partitions.has(partition));
    const ownership = new Ownership({ session, isBusy, drainRounds: DRAIN_ROUNDS });
    let balanceIsDue = true;
    const balancing = setInterval(() => {
      balanceIsDue = true;
      this.wake();
    }, this.#balanceMs);
    void session.lost.then(() => this.wake());
    this.#ownership = ownership;
    try {
      for (;;) {
        this.#awake = false;
        const begunAt = performance.now();
        if (balanceIsDue) {
          balanceIsDue = false;
          await ownership.balance();
          await this.#delivery.refresh();
        }
        const wasIdle = this.#busy.size === 0;
        const events = this.#pause ? 0 : await this.#begin(session, ownership.readable());
        // While stopping, a failure or an empty outbox ends it: the rows are safe, and another node takes them. Empty is
        // what gave nothing while no topic was left out.
        if (this.#stopping && events === 0 && (this.#pause || wasIdle)) return;
        // Whoever commits another event, or has done with a topic, wakes it.
        if (events >= this.#limits.events) continue;
        await this.#sleep(this.#pollMs);
        // After a quiet moment none waits; while they flow, many share a look, a call to the broker and a deletion.
        const earlyMs = begunAt + this.#roundMs - performance.now();
        if (earlyMs > 0) await sleep(earlyMs, undefined, this.#stop).catch(() => {});
      }
    } finally {
      clearInterval(balancing);
      this.#ownership = undefined;
      await session.leave();
    }
  }

  /** Reads what may go now, and sets it going. @returns how many events */
  async #begin(session: RelaySession, partitions: readonly number[]): Promise<number> {
    if (partitions.length === 0) return 0;
    const except = [...this.#busy.keys(), ...this.#held.keys()];
    const rows = await session.next(partitions, except, this.#limits);
    const topics = byTopic(rows);
    for (const [topic, ofTopic] of topics) {
      this.#busy.set(topic, new Set(ofTopic.map(({ partition }) => partition)));
      void this.#delivery
        .deliver(topic, ofTopic)
        .catch((error: Error) => {
          this.#parts.onFailure?.(error.message, topic);
          return 'pause-all' as const;
        })
        .then((next) => {
          this.#busy.delete(topic);
          if (next === 'pause-all') this.#pauseAll();
          else if (next !== 'go-on') this.#hold(topic, next.holdTopicMs);
          this.wake();
        });
    }
    return rows.length;
  }

  #hold(topic: string, holdMs: number): void {
    const timer = setTimeout(() => {
      this.#held.delete(topic);
      this.wake();
    }, holdMs);
    this.#held.set(topic, timer);
  }

  #pauseAll(): void {
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.wake();
    }, this.#retryMs);
  }

  /** Until something happens, or the time is over. */
  async #sleep(durationMs: number): Promise<void> {
    if (this.#awake) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#wakeSleeper = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakeSleeper = () => {};
  }
}

function byTopic(rows: readonly OutboxRow[]): Map<string, OutboxRow[]> {
  const topics = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const ofTopic = topics.get(row.topic);
    if (ofTopic) ofTopic.push(row);
    else topics.set(row.topic, [row]);
  }
  return topics;
}
