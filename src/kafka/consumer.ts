import type { EventSource, KafkaMessage } from '../client/event-source.js';
import { decodeMessage, type RefusedMessage } from './decode-message.js';
import {
  type ClientSettings,
  consumeReady,
  disconnectWithin,
  type KafkaConnection,
  KafkaError,
  type NativeConsumer,
  type NativeMessage,
  openConsumer,
  seekTo,
  toKafkaError,
} from './rdkafka.js';

/** Messages taken from the client at once. They are all handled before it is asked again. */
const batchSize = 16;
/** Pause after a look that found nothing, milliseconds. */
const idlePollMs = 10;

export interface EventSourceOptions extends KafkaConnection {
  /** Members of one group share the partitions and the committed offsets. */
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a group without committed offsets starts: the oldest record (true) or only new ones. */
  readonly fromBeginning: boolean;
  /** Pause before a message whose handler failed is handed over again, milliseconds. Default 1 000. */
  readonly retryPauseMs?: number;
  /** How long a handled message may stay uncommitted, milliseconds. Default 500. */
  readonly commitIntervalMs?: number;
  /** A member not heard of for this long loses its partitions, milliseconds, at least 6 000. Default 10 000. */
  readonly sessionTimeoutMs?: number;
  /** Wait for a broker, and pause before the next attempt, milliseconds. Default 5 000. */
  readonly connectTimeoutMs?: number;
  /** A message that was skipped because it cannot be handed over; see `decodeMessage`. */
  readonly onRefused?: (message: RefusedMessage) => void;
  /** The handler rejected. The message comes again. */
  readonly onHandlerFailure?: (error: unknown, message: KafkaMessage) => void;
  /** The group gave this member so many partitions: from now on nothing that comes is missed. */
  readonly onAssigned?: (partitions: number) => void;
  /** The broker is away, a topic is missing: it is tried again until `stop`. */
  readonly onProblem?: (problem: KafkaError) => void;
}

/**
 * Reads topics as a member of a consumer group, each message at least once and in order within its partition.
 *
 * A message's offset is stored when its handler resolved and committed within `commitIntervalMs`, when
 * partitions are taken away, and at `stop`; after a crash the messages of that interval come again. A message
 * that fails holds back its own partition only. One handler call takes less than 30 s, or the broker may give
 * the partitions to another member (`max.poll.interval.ms`, 10 minutes for a batch of 16).
 */
export function createEventSource(options: EventSourceOptions): EventSource {
  return new GroupMember(options);
}

interface Hold {
  readonly topic: string;
  readonly partition: number;
  /** The message that failed: reading goes on from here. */
  readonly offset: number;
  readonly timer: NodeJS.Timeout;
  due: boolean;
}

class GroupMember implements EventSource {
  readonly #options: EventSourceOptions;
  /** Partitions that wait for another attempt, by `topic/partition`. */
  readonly #holds = new Map<string, Hold>();
  #running: Promise<void> | undefined;
  #stopping = false;
  #wake: () => void = () => {};

  constructor(options: EventSourceOptions) {
    this.#options = options;
  }

  run(handler: (message: KafkaMessage) => Promise<void>): Promise<void> {
    if (this.#running) return Promise.reject(new KafkaError('already-running', 'an event source runs once'));
    this.#running = this.#connectAndConsume(handler);
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async #connectAndConsume(handler: (message: KafkaMessage) => Promise<void>): Promise<void> {
    const connectTimeoutMs = this.#options.connectTimeoutMs ?? 5_000;
    while (!this.#stopping) {
      let consumer: NativeConsumer | undefined;
      try {
        consumer = await openConsumer(this.#options, this.#settings(), connectTimeoutMs);
        await this.#consume(consumer, handler);
      } catch (error) {
        this.#report(error as Error);
        await this.#sleep(connectTimeoutMs);
      } finally {
        this.#releaseAll();
        if (consumer) await disconnectWithin(consumer, 5_000);
      }
    }
  }

  #settings(): ClientSettings {
    return {
      global: {
        'group.id': this.#options.groupId,
        // The client commits what was stored, and it is stored by hand once the handler is through.
        'enable.auto.offset.store': false,
        'enable.auto.commit': true,
        'auto.commit.interval.ms': this.#options.commitIntervalMs ?? 500,
        'session.timeout.ms': this.#options.sessionTimeoutMs ?? 10_000,
        'max.poll.interval.ms': 600_000,
        // A topic that is created later is seen within this time.
        'topic.metadata.refresh.interval.ms': 10_000,
      },
      topic: { 'auto.offset.reset': this.#options.fromBeginning ? 'earliest' : 'latest' },
    };
  }

  async #consume(consumer: NativeConsumer, handler: (message: KafkaMessage) => Promise<void>): Promise<void> {
    // After a rebalance reading starts at the committed offset, which is where a held partition waits.
    // The client serves a rebalance only when asked for messages, never in the midst of a batch.
    consumer.on('rebalance', (reason, partitions) => {
      this.#releaseAll();
      if (toKafkaError(reason).code === 'assign-partitions') this.#options.onAssigned?.(partitions.length);
    });
    consumer.on('rebalance.error', (error) => this.#report(error));
    consumer.on('event.error', (error) => this.#report(toKafkaError(error)));
    consumer.subscribe([...this.#options.topics]);
    while (!this.#stopping) {
      await this.#retryDue(consumer);
      const messages = await this.#next(consumer);
      if (messages.length === 0) await this.#sleep(idlePollMs);
      for (const message of messages) {
        if (this.#stopping) break;
        await this.#handle(consumer, message, handler);
      }
    }
  }

  async #next(consumer: NativeConsumer): Promise<readonly NativeMessage[]> {
    try {
      return await consumeReady(consumer, batchSize);
    } catch (error) {
      const problem = toKafkaError(error as Error);
      if (problem.fatal) throw problem;
      this.#report(problem);
      await this.#sleep(idlePollMs * 10);
      return [];
    }
  }

  async #handle(
    consumer: NativeConsumer,
    native: NativeMessage,
    handler: (message: KafkaMessage) => Promise<void>,
  ): Promise<void> {
    if (this.#holds.has(placeOf(native))) return;
    const message = decodeMessage(native);
    if ('refused' in message) this.#options.onRefused?.(message);
    else {
      try {
        await handler(message);
      } catch (error) {
        this.#options.onHandlerFailure?.(error, message);
        this.#hold(consumer, message);
        return;
      }
    }
    try {
      consumer.offsetsStore([
        { topic: native.topic, partition: native.partition, offset: native.offset + 1 },
      ]);
    } catch (error) {
      // The partition was taken away meanwhile: whoever has it now handles the message again.
      this.#report(error as Error);
    }
  }

  #hold(consumer: NativeConsumer, { topic, partition, offset }: KafkaMessage): void {
    const timer = setTimeout(() => {
      hold.due = true;
    }, this.#options.retryPauseMs ?? 1_000);
    const hold: Hold = { topic, partition, offset, timer, due: false };
    this.#holds.set(placeOf(hold), hold);
    try {
      consumer.pause([{ topic, partition }]);
    } catch (error) {
      this.#report(error as Error);
    }
  }

  /** Moves partitions whose pause is over back to the message that failed. */
  async #retryDue(consumer: NativeConsumer): Promise<void> {
    for (const [place, hold] of this.#holds) {
      if (!hold.due) continue;
      const { topic, partition, offset } = hold;
      try {
        consumer.resume([{ topic, partition }]);
        await seekTo(consumer, { topic, partition, offset }, 5_000);
        this.#holds.delete(place);
      } catch (error) {
        this.#report(error as Error);
        await this.#sleep(idlePollMs * 10);
      }
    }
  }

  #releaseAll(): void {
    for (const hold of this.#holds.values()) clearTimeout(hold.timer);
    this.#holds.clear();
  }

  #report(error: Error): void {
    this.#options.onProblem?.(toKafkaError(error));
  }

  async #sleep(durationMs: number): Promise<void> {
    if (this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, durationMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function placeOf(place: { readonly topic: string; readonly partition: number }): string {
  return `${place.topic}/${place.partition}`;
}
