import type { EventSource, KafkaMessage } from '../client/event-source.js';
import type { GroupSource } from '../kafka/group-source.js';

export interface IntakeParts {
  /** Opens a reader of these topics. */
  readonly open: (topics: readonly string[]) => GroupSource;
  /** What is done with one record. It comes again when this rejects. */
  readonly take: (message: KafkaMessage) => Promise<void>;
}

/** Reads the topics of all municipalities that submit over Kafka, whichever those are at the moment. */
export class Intake {
  readonly #parts: IntakeParts;
  #topics: readonly string[] = [];
  #source: GroupSource | undefined;
  #finished: Promise<void> = Promise.resolve();
  #turn: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Partitions that are paused at the moment. */
  get heldPartitions(): number {
    return this.#source?.heldPartitions ?? 0;
  }

  /** Reads these topics from now on, and no others. Nothing is read while there are none. */
  follow(topics: readonly string[]): Promise<void> {
    this.#turn = this.#turn.then(() => this.#read([...topics].sort()));
    return this.#turn;
  }

  /** Lets what is in hand end, commits how far it came, and leaves. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#turn;
    await this.#leave();
  }

  async #read(topics: readonly string[]): Promise<void> {
    if (this.#stopping || String(topics) === String(this.#topics)) return;
    await this.#leave();
    this.#topics = topics;
    if (topics.length === 0) return;
    this.#source = this.#parts.open(topics);
    this.#finished = this.#source.run(this.#parts.take);
  }

  async #leave(): Promise<void> {
    const source: EventSource | undefined = this.#source;
    this.#source = undefined;
    this.#topics = [];
    await source?.stop();
    await this.#finished;
  }
}
