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

/** A record that came from Kafka. */
export interface KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  /** Empty for a record without a value (a tombstone). */
  readonly value: Uint8Array;
  /** Each name stands once: records that repeat a name are refused before they get here. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Gives messages to a handler, each at least once, in order within a partition. */
export interface EventSource {
  /**
   * Runs until `stop`. A message's offset is committed only after the handler resolved for it; when the handler
   * rejects, the same message comes again after a pause, and later ones of its partition wait behind it.
   */
  run(handler: (message: KafkaMessage) => Promise<void>): Promise<void>;
  /** Lets the handler finish the message in hand, commits, and leaves the group. */
  stop(): Promise<void>;
}
