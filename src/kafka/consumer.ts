import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaMessage } from '../client/event-source.js';
import { decodeMessage } from './decode-message.js';
import type { EventSourceOptions, GroupSource } from './group-source.js';
import { PartitionLane, type Place } from './partition-lane.js';
import {
  applyRebalance,
  type ClientSettings,
  consumeReady,
  disconnectWithin,
  KafkaError,
  type NativeConsumer,
  type NativeMessage,
  openConsumer,
  type Rebalance,
  seekTo,
  toKafkaError,
  toRebalance,
} from './rdkafka.js';
import { Turns } from './take-turns.js';

/** Messages taken from the client at once. */
const batchSize = 16;
/** Pause after a look that found nothing, milliseconds. */
const idlePollMs = 10;
/** Handlers get this long to end before their partitions go to another member, milliseconds. */
const handOverMs = 10_000;

export type { EventSourceOptions, GroupSource } from './group-source.js';

/**
 * Reads topics as a member of a consumer group, each message at least once and in order within its partition.
 *
 * A message's offset is stored when its handler resolved and committed within `commitIntervalMs`, when
 * partitions are taken away, and at `stop`; after a crash the messages of that interval come again. A message
 * that fails pauses its own partition only, and one whose handler is slow holds back only its own as long as there
 * are handlers left (`handlersAtOnce`); what waits in memory is bounded for each partition. When the partitions of
 * the group are dealt anew, handlers at work get 10 s to end, so that hardly anything is handled twice.
 */
export function createEventSource(options: EventSourceOptions): GroupSource {
  return new GroupMember(options);
}

class GroupMember implements GroupSource {
  readonly #options: EventSourceOptions;
  readonly #turns: Turns;
  /** By `topic/partition`; only of partitions that this member has at the moment. */
  readonly #lanes = new Map<string, PartitionLane>();
  /** Changes that the client told of and that are not in force yet. */
  #rebalances: Rebalance[] = [];
  #running: Promise<void> | undefined;
  #isReading = false;
  #stopping = false;
  #wake: () => void = () => {};

  constructor(options: EventSourceOptions) {
    this.#options = options;
    this.#turns = new Turns(options.handlersAtOnce ?? 1);
  }

  get heldPartitions(): number {
    return [...this.#lanes.values()].filter(({ isHeld }) => isHeld).length;
  }

  run(handler: (message: KafkaMessage) => Promise<void>): Promise<void> {
    if (this.#running) return Promise.reject(new KafkaError('already-running', 'an event source runs once'));
    this.#running = this.#connectAndConsume(handler);
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const lane of this.#lanes.values()) void lane.end();
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
        this.#isReading = false;
        await this.#endLanes();
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
    this.#rebalances = [];
    this.#isReading = true;
    consumer.on('rebalance', (reason, partitions) => {
      const change = toRebalance(reason, partitions);
      if (change === undefined) return;
      // Between two looks for messages, so that it is certain before or after which change one was read.
      if (this.#isReading) this.#rebalances.push(change);
      else this.#apply(consumer, change);
    });
    consumer.on('event.error', (error) => this.#report(toKafkaError(error)));
    consumer.subscribe([...this.#options.topics]);
    while (!this.#stopping) {
      await this.#takeOverChanges(consumer);
      await this.#retryDue(consumer);
      const messages = await this.#next(consumer);
      if (this.#stopping) break;
      if (messages.length === 0) await this.#sleep(idlePollMs);
      for (const message of messages) this.#laneOf(message, consumer, handler).push(message);
    }
  }

  /** After a change reading starts at the committed offset, which is where a held partition waits. */
  async #takeOverChanges(consumer: NativeConsumer): Promise<void> {
    for (let change = this.#rebalances.shift(); change !== undefined; change = this.#rebalances.shift()) {
      if (change.kind === 'revoked') await this.#endLanes(change.partitions);
      this.#apply(consumer, change);
      if (change.kind === 'assigned') this.#options.onAssigned?.(change.partitions.length);
    }
  }

  #apply(consumer: NativeConsumer, change: Rebalance): void {
    try {
      applyRebalance(consumer, change);
    } catch (error) {
      // At the end the client is closing already, and gives its partitions back by itself.
      if (this.#isReading) this.#report(error as Error);
    }
  }

  /** Lets handlers at work end and store how far they came; those of the given partitions, or all. */
  async #endLanes(partitions?: readonly Place[]): Promise<void> {
    const places = partitions?.map(placeOf) ?? [...this.#lanes.keys()];
    const lanes = places.flatMap((place) => this.#lanes.get(place) ?? []);
    const giveUp = new AbortController();
    const late = sleep(handOverMs, undefined, { signal: giveUp.signal }).catch(() => {});
    await Promise.race([Promise.all(lanes.map((lane) => lane.end())), late]);
    giveUp.abort();
    for (const lane of lanes) lane.lose();
    for (const place of places) this.#lanes.delete(place);
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

  #laneOf(
    message: NativeMessage,
    consumer: NativeConsumer,
    handler: (message: KafkaMessage) => Promise<void>,
  ): PartitionLane {
    const { topic, partition } = message;
    const known = this.#lanes.get(placeOf(message));
    if (known) return known;
    const lane = new PartitionLane(
      { topic, partition },
      {
        turns: this.#turns,
        handle: (each, failures) => this.#handle(each, failures, handler),
        store: (each) => this.#store(consumer, each),
        pause: (place) => this.#attempt(() => consumer.pause([place])),
        resume: (place) => this.#attempt(() => consumer.resume([place])),
      },
    );
    this.#lanes.set(placeOf(message), lane);
    return lane;
  }

  async #handle(
    native: NativeMessage,
    failures: number,
    handler: (message: KafkaMessage) => Promise<void>,
  ): Promise<number | undefined> {
    const message = decodeMessage(native);
    if ('refused' in message) {
      this.#options.onRefused?.(message);
      return undefined;
    }
    try {
      await handler(message);
      return undefined;
    } catch (error) {
      this.#options.onHandlerFailure?.(error, message);
      const { retryPauseMs = 1_000 } = this.#options;
      return typeof retryPauseMs === 'number' ? retryPauseMs : retryPauseMs(error, failures);
    }
  }

  #store(consumer: NativeConsumer, { topic, partition, offset }: NativeMessage): void {
    // Fails when the partition was taken away meanwhile: whoever has it now handles the message again.
    this.#attempt(() => consumer.offsetsStore([{ topic, partition, offset: offset + 1 }]));
  }

  /** Moves partitions whose pause is over back to the message that failed. */
  async #retryDue(consumer: NativeConsumer): Promise<void> {
    for (const lane of this.#lanes.values()) {
      const { due } = lane;
      if (due === undefined) continue;
      const { topic, partition } = due;
      try {
        consumer.resume([{ topic, partition }]);
        await seekTo(consumer, due, 5_000);
        lane.attemptAgain();
      } catch (error) {
        this.#report(error as Error);
        await this.#sleep(idlePollMs * 10);
      }
    }
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#report(error as Error);
    }
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

function placeOf(place: Place): string {
  return `${place.topic}/${place.partition}`;
}
