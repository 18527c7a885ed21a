import type { KafkaError } from './rdkafka.js';

/** A record on its way to Kafka. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Decides the partition (murmur2, as Java clients do); records of one key stay in order. */
  readonly key: string;
  readonly value: Uint8Array;
  /** Name and text, in order. Never personal data: brokers and tools show headers in the clear. */
  readonly headers: readonly (readonly [string, string])[];
}

/** What became of one record. */
export type DeliveryResult =
  | {
      readonly delivered: true;
      readonly partition: number;
      readonly offset: number;
    }
  | {
      readonly delivered: false;
      /** Stable code, for example `not-connected`, `delivery-timed-out`, `msg-size-too-large`. */
      readonly code: string;
      /** False only when it is certain that no broker has the record. Otherwise sending it again may double it. */
      readonly mayHaveBeenDelivered: boolean;
    };

/** Sends records, in order, and says what became of each. */
export interface EventProducer {
  /**
   * Sends the records and resolves, never rejects, with one result a record in their order, once all are known.
   *
   * Order per key holds within and between calls, also across failures that a repeat can cure: the client itself
   * retries until nothing was confirmed for `deliveryTimeoutMs`, or a record waits for `stuckTimeoutMs`; then the
   * whole producer ends (`fatal`), so that no later record can overtake. A record that can never be accepted (too large, no such topic, not authorised) fails alone; of the
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
