import type { EventSource, KafkaMessage } from '../client/event-source.js';
import type { RefusedMessage } from './decode-message.js';
import type { KafkaConnection, KafkaError } from './rdkafka.js';

export interface EventSourceOptions extends KafkaConnection {
  /** Members of one group share the partitions and the committed offsets. */
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a group without committed offsets starts: the oldest record (true) or only new ones. */
  readonly fromBeginning: boolean;
  /** Handlers at work at the same time, each on a partition of its own. Default 1. */
  readonly handlersAtOnce?: number;
  /**
   * Pause of the partition before a message whose handler failed is handed over again, milliseconds, or what to
   * make of the failure and of how many there were before it in a row. Default 1 000.
   */
  readonly retryPauseMs?: number | ((error: unknown, failures: number) => number);
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

/** An event source that can say where it stands. */
export interface GroupSource extends EventSource {
  /** Partitions that are paused because of a message that failed. */
  readonly heldPartitions: number;
}
