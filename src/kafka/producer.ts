import { type Clock, steadyClock } from '../clock.js';
import type { DeliveryResult, EventProducer, OutgoingRecord } from './event-producer.js';
import {
  type ClientSettings,
  disconnectWithin,
  type KafkaConnection,
  KafkaError,
  type NativeProducer,
  openProducer,
  toKafkaError,
} from './rdkafka.js';

export type { DeliveryResult, EventProducer, OutgoingRecord } from './event-producer.js';

/** Milliseconds between looks for delivery reports while records are under way. */
const busyPollMs = 2;
/** The same with nothing under way: only errors and log lines can come. */
const idlePollMs = 500;

export interface ProducerOptions extends KafkaConnection {
  /** What the bounds below are measured by. Default: a clock that nobody sets. */
  readonly clock?: Clock;
  /** Wait for the first answer of a broker, milliseconds. Default 5 000. */
  readonly connectTimeoutMs?: number;
  /** Without any confirmation although records wait for one, milliseconds: then the producer ends. Default 30 000. */
  readonly deliveryTimeoutMs?: number;
  /** For one record while others are confirmed, as when one topic has lost its leader. Default 300 000. */
  readonly stuckTimeoutMs?: number;
  /** Records handed to the client and not yet confirmed; further ones wait. Default 20 000. */
  readonly maxUnconfirmed?: number;
  /** No broker answers, a setting is not accepted, a connection was lost. For the log. */
  readonly onProblem?: (problem: KafkaError) => void;
}

interface Pending {
  /** When it was handed to `produce`, by the producer's clock. */
  readonly since: number;
  readonly settle: (result: DeliveryResult) => void;
}

/** These codes come from checks before a record is sent. Anything else may have reached a broker. */
const surelyNotSent = new Set(['msg-size-too-large', 'unknown-topic', 'unknown-partition', 'purge-queue']);

function failed(code: string, mayHaveBeenDelivered: boolean): DeliveryResult {
  return { delivered: false, code, mayHaveBeenDelivered };
}

/**
 * An idempotent producer (`acks=all`, lz4, murmur2 partitions). Nothing is opened until the first `produce`.
 * Always `close` it: an open client keeps the process alive.
 */
export function createProducer(options: ProducerOptions): EventProducer {
  return new IdempotentProducer(options);
}

class IdempotentProducer implements EventProducer {
  readonly #options: ProducerOptions;
  readonly #clock: Clock;
  readonly #deliveryTimeoutMs: number;
  readonly #stuckTimeoutMs: number;
  readonly #maxUnconfirmed: number;
  /** Handed to the client and not confirmed, oldest first. */
  readonly #pending = new Set<Pending>();
  #native: NativeProducer | undefined;
  #turn: Promise<void> = Promise.resolve();
  #disconnected: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** Records taken by `produce` whose result is not known yet, handed over or not. */
  #unknown = 0;
  #reachable = false;
  /** When the last record was confirmed, by the producer's clock. */
  #confirmedAt = Number.NEGATIVE_INFINITY;
  /** How often no broker was reached. */
  #failedConnects = 0;
  /** Takes no new records. */
  #closing = false;
  /** Hands nothing over any more. */
  #closed = false;
  #fatal: KafkaError | undefined;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? steadyClock;
    this.#deliveryTimeoutMs = options.deliveryTimeoutMs ?? 30_000;
    this.#stuckTimeoutMs = options.stuckTimeoutMs ?? 300_000;
    this.#maxUnconfirmed = options.maxUnconfirmed ?? 20_000;
  }

  get connected(): boolean {
    return this.#native !== undefined && this.#reachable;
  }

  get fatal(): KafkaError | undefined {
    return this.#fatal;
  }

  async produce(records: readonly OutgoingRecord[]): Promise<readonly DeliveryResult[]> {
    if (this.#closing) return records.map(() => failed('producer-closed', false));
    const call = { since: this.#clock.now(), failedConnects: this.#failedConnects };
    const results: DeliveryResult[] = [];
    let unknown = records.length;
    if (unknown === 0) return results;
    this.#unknown += unknown;
    return new Promise((resolve) => {
      const settle = (index: number, result: DeliveryResult) => {
        results[index] = result;
        unknown -= 1;
        this.#unknown -= 1;
        if (unknown === 0) resolve(results);
      };
      // One call hands over at a time: a call that waits for room must not be overtaken by the next one.
      this.#turn = this.#turn.then(() => this.#handOver(records, settle, call));
    });
  }

  async flush(timeoutMs: number): Promise<number> {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
    }, timeoutMs);
    while (this.#unknown > 0 && !expired) await pause(busyPollMs);
    clearTimeout(timer);
    return this.#unknown;
  }

  async close(timeoutMs = 5_000): Promise<void> {
    this.#closing = true;
    await this.flush(timeoutMs);
    this.#closed = true;
    this.#giveUp('producer-closed');
    await this.#turn;
    await this.#disconnected;
    await this.#disconnect();
  }

  async #handOver(
    records: readonly OutgoingRecord[],
    settle: (index: number, result: DeliveryResult) => void,
    { since, failedConnects }: { readonly since: number; readonly failedConnects: number },
  ): Promise<void> {
    const heldKeys = new Set<string>();
    // Who waited while others tried in vain has its answer: a queue of calls must not wait once for each.
    const connected = this.#failedConnects === failedConnects && (await this.#connect());
    for (const [index, record] of records.entries()) {
      const keyOfTopic = `${record.topic}\n${record.key}`;
      const code = !connected
        ? (this.#stopReason() ?? 'not-connected')
        : heldKeys.has(keyOfTopic)
          ? 'held-for-order'
          : await this.#send(record, { since, settle: (result) => settle(index, result) });
      if (code === undefined) continue;
      heldKeys.add(keyOfTopic);
      settle(index, failed(code, false));
    }
  }

  #stopReason(): string | undefined {
    if (this.#closed) return 'producer-closed';
    return this.#fatal ? 'producer-fatal' : undefined;
  }

  async #connect(): Promise<boolean> {
    if (this.#stopReason() !== undefined) return false;
    if (this.#native) return true;
    try {
      const { producer } = await openProducer(
        this.#options,
        this.#settings(),
        this.#options.connectTimeoutMs ?? 5_000,
      );
      producer.on('delivery-report', (error, report) => {
        const pending = report.opaque as Pending;
        if (error) return this.#settle(pending, this.#failureOf(toKafkaError(error)));
        this.#reachable = true;
        this.#confirmedAt = this.#clock.now();
        this.#settle(pending, { delivered: true, partition: report.partition, offset: report.offset });
      });
      producer.on('event.error', (error) => this.#noteProblem(toKafkaError(error)));
      this.#native = producer;
      this.#reachable = true;
      this.#schedulePoll();
      return true;
    } catch (error) {
      this.#failedConnects += 1;
      this.#noteProblem(toKafkaError(error as Error));
      return false;
    }
  }

  #settings(): ClientSettings {
    return {
      global: {
        'enable.idempotence': true,
        'linger.ms': 1,
        'queue.buffering.max.messages': this.#maxUnconfirmed,
        // A topic that is created later is seen within this time.
        'topic.metadata.refresh.interval.ms': 10_000,
        // Well before the bound on a quiet broker, which would blame the broker for a topic that is not there.
        'topic.metadata.propagation.max.ms': Math.floor(Math.min(10_000, this.#deliveryTimeoutMs / 3)),
      },
      topic: {
        acks: -1,
        'compression.codec': 'lz4',
        partitioner: 'murmur2_random',
        // No time limit a record: then the first of two could time out and the second still arrive. The limits
        // stand in #poll, and end the producer as a whole.
        'message.timeout.ms': 0,
      },
    };
  }

  /** Hands one record to the client, waiting for room. @returns a code when it was surely not sent */
  async #send(record: OutgoingRecord, pending: Pending): Promise<string | undefined> {
    const value = Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength);
    const headers = record.headers.map(([name, text]) => ({ [name]: text }));
    for (;;) {
      const reason = this.#stopReason();
      if (reason !== undefined || !this.#native) return reason ?? 'not-connected';
      if (this.#clock.now() >= pending.since + this.#deliveryTimeoutMs) return 'delivery-timed-out';
      if (this.#pending.size < this.#maxUnconfirmed) {
        try {
          this.#native.produce(record.topic, null, value, record.key, null, pending, headers);
          this.#pending.add(pending);
          if (this.#pending.size === 1) this.#schedulePoll();
          return undefined;
        } catch (error) {
          const { code } = toKafkaError(error as Error);
          if (code !== 'queue-full') return code;
        }
      }
      await pause(busyPollMs);
    }
  }

  #schedulePoll(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), this.#pending.size > 0 ? busyPollMs : idlePollMs);
  }

  #poll(): void {
    if (!this.#native) return;
    this.#native.poll();
    const [oldest] = this.#pending;
    if (oldest && this.#isOverdue(oldest.since)) {
      this.#fatal ??= new KafkaError('delivery-timed-out', 'the broker did not confirm in time', true);
      this.#giveUp('delivery-timed-out');
      this.#disconnected = this.#disconnect();
      return;
    }
    this.#schedulePoll();
  }

  /** One topic without a leader waits for itself alone; a client that confirms nothing at all is given up. */
  #isOverdue(since: number): boolean {
    const now = this.#clock.now();
    const quietMs = now - Math.max(since, this.#confirmedAt);
    return quietMs >= this.#deliveryTimeoutMs || now - since >= this.#stuckTimeoutMs;
  }

  #noteProblem(error: KafkaError): void {
    this.#options.onProblem?.(error);
    if (error.fatal) this.#fatal ??= error;
    if (error.code === 'all-brokers-down') this.#reachable = false;
  }

  #failureOf(error: KafkaError): DeliveryResult {
    this.#noteProblem(error);
    return failed(error.code, !surelyNotSent.has(error.code));
  }

  #settle(pending: Pending, result: DeliveryResult): void {
    if (this.#pending.delete(pending)) pending.settle(result);
  }

  #giveUp(code: string): void {
    for (const pending of this.#pending) this.#settle(pending, failed(code, true));
  }

  async #disconnect(): Promise<void> {
    clearTimeout(this.#timer);
    const native = this.#native;
    this.#native = undefined;
    if (native) await disconnectWithin(native, 5_000);
  }
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
