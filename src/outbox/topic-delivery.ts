import type { Clock } from '../clock.js';
import { type DeadLetterNotices, deadLetterTopic } from './dead-letter-notice.js';
import type { Burial } from './dead-letter-store.js';
import type { OutboxRow, OutboxStore } from './outbox-store.js';
import { type EventSink, sendInOrder } from './send-in-order.js';

export interface DeliveryParts {
  readonly store: OutboxStore;
  readonly sink: EventSink;
  readonly deadLetters: { bury(burial: Burial): Promise<boolean> };
  readonly notices: DeadLetterNotices;
  readonly clock: Clock;
  readonly onDelivered?: (count: number) => void;
  /** Events of the topic wait for this reason, or were refused for it and are tried again. */
  readonly onFailure?: (reason: string, topic?: string) => void;
  readonly onDeadLetter?: (letter: {
    readonly id: string;
    readonly topic: string;
    readonly reason: string;
  }) => void;
}

export interface DeliverySettings {
  /** Refusals after which an event is given up, the last ones of them alone in its batch; default 3. */
  readonly maxAttempts?: number;
  /** An event of a topic that cannot be written is given up after so long, milliseconds; default 24 hours. */
  readonly giveUpTopicMs?: number;
  /** First pause of a topic that cannot be written, milliseconds; doubles up to 30 s. Default 1 000. */
  readonly retryMs?: number;
}

/** What the relay does next. */
export type NextStep = 'go-on' | 'pause-all' | { readonly holdTopicMs: number };

const LONGEST_HOLD_MS = 30_000;
const DAY_MS = 86_400_000;

/** Delivers the events of one topic after the other, and gives up what can never be delivered. */
export class TopicDelivery {
  readonly #parts: DeliveryParts;
  readonly #maxAttempts: number;
  readonly #giveUpTopicMs: number;
  readonly #retryMs: number;
  /** Topics noted as failing, by this node or another. */
  #noted: ReadonlySet<string> = new Set();
  readonly #failures = new Map<string, number>();

  constructor(parts: DeliveryParts, settings: DeliverySettings = {}) {
    this.#parts = parts;
    this.#maxAttempts = settings.maxAttempts ?? 3;
    this.#giveUpTopicMs = settings.giveUpTopicMs ?? DAY_MS;
    this.#retryMs = settings.retryMs ?? 1_000;
  }

  /** Learns what other nodes have noted: whoever succeeds takes the note back. */
  async refresh(): Promise<void> {
    this.#noted = new Set(await this.#parts.store.failingTopics());
  }

  /**
   * A row leaves the outbox only after the broker confirmed it, or into the dead letters.
   *
   * @param rows of this topic, in order.
   * @throws when the store fails: what was confirmed meanwhile is sent again.
   */
  async deliver(topic: string, rows: readonly OutboxRow[]): Promise<NextStep> {
    const { store, sink, onDelivered, onFailure } = this.#parts;
    const open = new Set(rows);
    const { refused, stopped } = await sendInOrder(rows, sink, async (confirmed) => {
      await store.remove(topic, seqsOf(confirmed));
      for (const row of confirmed) open.delete(row);
      onDelivered?.(confirmed.length);
      await this.#works(topic);
    });
    for (const code of new Set(refused.map((each) => each.code))) onFailure?.(code, topic);
    await this.#countRefusals(topic, refused);
    if (stopped === undefined) return 'go-on';
    onFailure?.(stopped.code, topic);
    if (stopped.blame === 'broker') return 'pause-all';
    if (stopped.blame === 'topic' && (await this.#giveUpOld(topic, stopped.code, [...open]))) {
      return 'go-on';
    }
    const failures = this.#failures.get(topic) ?? 0;
    this.#failures.set(topic, failures + 1);
    return { holdTopicMs: Math.min(LONGEST_HOLD_MS, this.#retryMs * 2 ** Math.min(failures, 10)) };
  }

  async #works(topic: string): Promise<void> {
    this.#failures.delete(topic);
    if (!this.#noted.has(topic)) return;
    await this.#parts.store.topicWorks(topic);
    this.#noted = new Set([...this.#noted].filter((each) => each !== topic));
  }

  async #countRefusals(
    topic: string,
    refused: readonly { readonly row: OutboxRow; readonly code: string }[],
  ): Promise<void> {
    const isLast = ({ row }: { row: OutboxRow }): boolean => row.attempts + 1 >= this.#maxAttempts;
    const again = refused.filter((each) => !isLast(each));
    if (again.length > 0) {
      await this.#parts.store.countAttempt(topic, seqsOf(again.map(({ row }) => row)));
    }
    for (const { row, code } of refused.filter(isLast)) await this.#bury(row, code, row.attempts + 1);
  }

  /** @returns whether there was something to give up. */
  async #giveUpOld(topic: string, code: string, open: readonly OutboxRow[]): Promise<boolean> {
    const { store, clock } = this.#parts;
    const failingMs = await store.topicFails(topic, code);
    this.#noted = new Set([...this.#noted, topic]);
    if (failingMs < this.#giveUpTopicMs) return false;
    // A topic can fail for long before an event comes: each event gets the whole time.
    const old = open.filter(({ createdAt }) => clock.now() - createdAt >= this.#giveUpTopicMs);
    for (const row of old) await this.#bury(row, code, row.attempts);
    return old.length > 0;
  }

  async #bury(row: OutboxRow, reason: string, attempts: number): Promise<void> {
    const { store, deadLetters, notices, clock, onDeadLetter } = this.#parts;
    const at = clock.now();
    // A notice that cannot be told is dropped: what it tells of stands in the table.
    if (row.topic === deadLetterTopic) await store.remove(row.topic, [row.seq]);
    else
      await deadLetters.bury({
        row,
        reason,
        attempts,
        at,
        notice: await notices.make(row, { reason, attempts, at }),
      });
    onDeadLetter?.({ id: row.id, topic: row.topic, reason });
  }
}

function seqsOf(rows: readonly OutboxRow[]): string[] {
  return rows.map(({ seq }) => seq);
}
