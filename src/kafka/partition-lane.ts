import type { NativeMessage } from './rdkafka.js';
import type { Turns } from './take-turns.js';

/** A partition of a topic. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** What a lane needs of the member that reads for it. */
export interface LaneParts {
  readonly turns: Turns;
  /** Never rejects. @returns how long to wait before the next attempt; undefined once the message is through. */
  readonly handle: (message: NativeMessage, failures: number) => Promise<number | undefined>;
  /** The message is through: reading may go on behind it after a restart. */
  readonly store: (message: NativeMessage) => void;
  readonly pause: (place: Place) => void;
  readonly resume: (place: Place) => void;
}

/** A lane with this much waiting gets no more, so that a slow handler does not fill the memory. */
const fullMessages = 64;
const fullBytes = 256 * 1024;
/** Reading goes on when so few are left. */
const nearlyEmpty = 8;

/**
 * One partition for as long as this member has it: its messages one at a time and in order, apart from those of
 * other partitions. What it stores is always behind everything that was handled.
 */
export class PartitionLane {
  readonly #place: Place;
  readonly #parts: LaneParts;
  #waiting: NativeMessage[] = [];
  #waitingBytes = 0;
  #working: Promise<void> | undefined;
  #isFull = false;
  #hasEnded = false;
  #isLost = false;
  /** Failures in a row at the same message. */
  #failures = 0;
  /** The message that failed, and whether its pause is over. */
  #hold: { readonly offset: number; readonly timer: NodeJS.Timeout; isDue: boolean } | undefined;

  constructor(place: Place, parts: LaneParts) {
    this.#place = place;
    this.#parts = parts;
  }

  /** Where reading has to go on for the next attempt; undefined while there is nothing to attempt again. */
  get due(): (Place & { readonly offset: number }) | undefined {
    return this.#hold?.isDue === true ? { ...this.#place, offset: this.#hold.offset } : undefined;
  }

  get isHeld(): boolean {
    return this.#hold !== undefined;
  }

  push(message: NativeMessage): void {
    // Behind a message that failed: read again with it.
    if (this.#hasEnded || this.#hold) return;
    this.#waiting.push(message);
    this.#waitingBytes += message.size;
    if (!this.#isFull && (this.#waiting.length >= fullMessages || this.#waitingBytes >= fullBytes)) {
      this.#isFull = true;
      this.#parts.pause(this.#place);
    }
    this.#working ??= this.#work();
  }

  /** Reading has been moved back to the message that failed. */
  attemptAgain(): void {
    clearTimeout(this.#hold?.timer);
    this.#hold = undefined;
  }

  /** Begins no further message. @returns when the one in hand is through. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#drop();
    clearTimeout(this.#hold?.timer);
    await this.#working;
  }

  /** The partition is somebody else's: what is still in hand is handled there again, and nothing is stored here. */
  lose(): void {
    this.#isLost = true;
    void this.end();
  }

  async #work(): Promise<void> {
    try {
      for (let message = this.#take(); message !== undefined; message = this.#take()) {
        await this.#parts.turns.take();
        try {
          if (this.#hasEnded) return;
          const pauseMs = await this.#parts.handle(message, this.#failures);
          if (this.#isLost) return;
          if (pauseMs !== undefined) return this.#holdAt(message.offset, pauseMs);
          this.#failures = 0;
          this.#parts.store(message);
        } finally {
          this.#parts.turns.giveBack();
        }
      }
    } finally {
      this.#working = undefined;
    }
  }

  #take(): NativeMessage | undefined {
    const message = this.#waiting.shift();
    this.#waitingBytes -= message?.size ?? 0;
    if (this.#isFull && !this.#hasEnded && this.#waiting.length <= nearlyEmpty) {
      this.#isFull = false;
      this.#parts.resume(this.#place);
    }
    return message;
  }

  #holdAt(offset: number, pauseMs: number): void {
    this.#failures += 1;
    this.#drop();
    if (this.#hasEnded) return;
    const timer = setTimeout(() => {
      if (this.#hold) this.#hold.isDue = true;
    }, pauseMs);
    this.#hold = { offset, timer, isDue: false };
    this.#parts.pause(this.#place);
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#isFull = false;
  }
}
