import type { Clock } from '../clock.js';
import type { DeliveryResult, OutgoingRecord } from './message.js';
import {
  disconnectWithin,
  type KafkaConnection,
  KafkaError,
  type NativeProducer,
  openProducer,
  toKafkaError,
} from './rdkafka.js';

/** Milliseconds between looks for delivery reports while records are under way. */
const busyPollMs = 2;
/** The same with nothing under way: only errors and log lines can come. */
const idlePollMs = 500;

export interface ProducerOptions extends KafkaConnection {
  readonly clock: Clock;
  /** Wait for the first answer of a broker, milliseconds. Default 5 000. */
  readonly connectTimeoutMs?: number;
  /** From `produce` to the broker's confirmation, milliseconds. Default 30 000. */
  readonly deliveryTimeoutMs?: number;
  /** Records handed to the client and not yet confirmed; further ones wait. Default 10 000. */
  readonly maxUnconfirmed?: number;
}

export interface EventProducer {
  /**
   * Sends the records and resolves, never rejects, with one result a record in their order, once all are known.
   *
   * Order per key holds within and between calls, also across failures that a repeat can cure: the client itself
   * retries for `deliveryTimeoutMs`, and then the whole producer ends (`fatal`), so that no later record can
   * overtake. A record that can never be accepted (too large, no such topic, not authorised) fails alone; of the
   * records behind it with the same key, those not yet handed over are held back with `held-for-order`.
   *
   * Nothing is connected before the first call. While no broker answers, each call fails with `not-connected`.
   */
  produce(records: readonly OutgoingRecord[]): Promise<readonly DeliveryResult[]>;
  /** Waits until nothing is under way. @returns how many records are still unconfirmed after the bound */
  flush(timeoutMs: number): Promise<number>;
  /** Flushes (bound: `timeoutMs`, default 5 000), gives up the rest and disconnects. Can be called twice. */
  close(timeoutMs?: number): Promise<void>;
  /** A broker answered, and none is known to be lost since. */
  readonly connected: boolean;
  /** Why this producer can do no more. The owner then closes it and creates another. */
  readonly fatal: KafkaError | undefined;
}

interface Pending {
  readonly deadline: number;
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
  readonly #deliveryTimeoutMs: number;
  readonly #maxUnconfirmed: number;
  readonly #pending = new Set<Pending>();
  #native: NativeProducer | undefined;
  #turn: Promise<void> = Promise.resolve();
  #disconnected: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #reachable = false;
  #closed = false;
  #fatal: KafkaError | undefined;

  constructor(options: ProducerOptions) {
    this.#options = options;
    this.#deliveryTimeoutMs = options.deliveryTimeoutMs ?? 30_000;
    this.#maxUnconfirmed = options.maxUnconfirmed ?? 10_000;
  }

  get connected(): boolean {
    return this.#native !== undefined && this.#reachable;
  }

  get fatal(): KafkaError | undefined {
    return this.#fatal;
  }

  async produce(records: readonly OutgoingRecord[]): Promise<readonly DeliveryResult[]> {
    const deadline = this.#options.clock.now() + this.#deliveryTimeoutMs;
    const results: DeliveryResult[] = [];
    let unknown = records.length;
    if (unknown === 0) return results;
    return new Promise((resolve) => {
      const settle = (index: number, result: DeliveryResult) => {
        results[index] = result;
        unknown -= 1;
        if (unknown === 0) resolve(results);
      };
      // One call hands over at a time: a call that waits for room must not be overtaken by the next one.
      this.#turn = this.#turn.then(() => this.#handOver(records, settle, deadline));
    });
  }

  async flush(timeoutMs: number): Promise<number> {
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
    }, timeoutMs);
    while (this.#pending.size > 0 && !expired) await pause(busyPollMs);
    clearTimeout(timer);
    return this.#pending.size;
  }

  async close(timeoutMs = 5_000): Promise<void> {
    this.#closed = true;
    await this.flush(timeoutMs);
    this.#giveUp('producer-closed');
    await this.#turn;
    await this.#disconnected;
    await this.#disconnect();
  }

  async #handOver(
    records: readonly OutgoingRecord[],
    settle: (index: number, result: DeliveryResult) => void,
    deadline: number,
  ): Promise<void> {
    const heldKeys = new Set<string>();
    const connected = await this.#connect();
    for (const [index, record] of records.entries()) {
      const keyOfTopic = `${record.topic}\n${record.key}`;
      const code = !connected
        ? (this.#stopReason() ?? 'not-connected')
        : heldKeys.has(keyOfTopic)
          ? 'held-for-order'
          : await this.#send(record, { deadline, settle: (result) => settle(index, result) });
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
        this.#properties(),
        this.#options.connectTimeoutMs ?? 5_000,
      );
      producer.on('delivery-report', (error, report) => {
        const pending = report.opaque as Pending;
        if (error) return this.#settle(pending, this.#failureOf(toKafkaError(error)));
        this.#reachable = true;
        this.#settle(pending, { delivered: true, partition: report.partition, offset: report.offset });
      });
      producer.on('event.error', (error) => this.#noteProblem(toKafkaError(error)));
      this.#native = producer;
      this.#reachable = true;
      this.#schedulePoll();
      return true;
    } catch {
      return false;
    }
  }

  #properties() {
    return {
      'enable.idempotence': true,
      acks: -1,
      'compression.codec': 'lz4',
      partitioner: 'murmur2_random',
      'linger.ms': 1,
      'queue.buffering.max.messages': this.#maxUnconfirmed,
      // No time limit a record: then the first of two could time out and the second still arrive. The limit
      // stands in #poll, and ends the producer as a whole.
      'message.timeout.ms': 0,
    };
  }

  /** Hands one record to the client, waiting for room. @returns a code when it was surely not sent */
  async #send(record: OutgoingRecord, pending: Pending): Promise<string | undefined> {
    const value = Buffer.from(record.value.buffer, record.value.byteOffset, record.value.byteLength);
    const headers = record.headers.map(([name, text]) => ({ [name]: text }));
    for (;;) {
      const reason = this.#stopReason();
      if (reason !== undefined || !this.#native) return reason ?? 'not-connected';
      if (this.#options.clock.now() >= pending.deadline) return 'delivery-timed-out';
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
    if (oldest && this.#options.clock.now() >= oldest.deadline) {
      this.#fatal ??= new KafkaError('delivery-timed-out', 'the broker did not confirm in time', true);
      this.#giveUp('delivery-timed-out');
      this.#disconnected = this.#disconnect();
      return;
    }
    this.#schedulePoll();
  }

  #noteProblem(error: KafkaError): void {
    if (error.fatal) this.#fatal ??= error;
    if (error.code === 'all-brokers-down' || error.code === 'transport') this.#reachable = false;
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
