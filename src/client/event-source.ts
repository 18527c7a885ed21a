/** A record of a Kafka topic. */
export interface KafkaMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Uint8Array;
  /** Each name stands once. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Where events come from: any Kafka library that can commit an offset after a handler. */
export interface EventSource {
  /**
   * Runs until `stop`. A message's offset is committed only after the handler resolved for it; when the handler
   * rejects, the same message comes again, and later ones of its partition wait.
   */
  run(handler: (message: KafkaMessage) => Promise<void>): Promise<void>;
  /** Lets the handler finish the message in hand, commits, and leaves. */
  stop(): Promise<void>;
}
