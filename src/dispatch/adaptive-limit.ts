import type { Exchanged } from '../../adapters/adapter.js';

/** What one call says about how much the registry can take. */
export interface CallSeen {
  readonly durationMs: number;
  /** It gave no answer in time, or none at all. */
  readonly failed: boolean;
}

/** @returns undefined when no call was made: a breaker was open, or there was nothing to send. */
export function callSeen({ outcome, timings }: Exchanged): CallSeen | undefined {
  if (timings.callMs === 0) return undefined;
  return { durationMs: timings.callMs, failed: outcome.kind === 'unavailable' || outcome.kind === 'unknown' };
}

/** Weight of a call in what is usual: about the last 600 calls count. */
const USUAL_WEIGHT = 2 / 601;
/** Weight of a call in what is now: about the last ten count. */
const PRESENT_WEIGHT = 2 / 11;
/** Calls may become so much slower than usual before fewer are made at once. */
const TOLERANCE = 2;
/** How much of a new estimate is taken over at once. */
const SMOOTHING = 0.2;
const AFTER_FAILURE = 0.9;

/**
 * How many calls at once a registry gets: the gradient of its latency says, between configured bounds. While calls
 * take what they usually take, the limit grows by a little queue (its square root); when they become slower than
 * usual, or fail, it shrinks. After "Gradient2" of Netflix's concurrency-limits, plus multiplicative decrease on
 * failure (RFC 5681 §3.1 in spirit).
 */
export class AdaptiveLimit {
  readonly #min: number;
  readonly #max: number;
  #limit: number;
  #usualMs: number | undefined;
  #presentMs = 0;

  /** Begins at the maximum: what was agreed with the registry is trusted until it shows trouble. */
  constructor({ min, max }: { readonly min: number; readonly max: number }) {
    this.#min = Math.min(min, max);
    this.#max = max;
    this.#limit = max;
  }

  /** Calls at once, a whole number from `min` to `max`. */
  get value(): number {
    return Math.floor(this.#limit);
  }

  /** @param active calls that were under way when this one ended, itself included. */
  ended({ durationMs, failed }: CallSeen, active: number): void {
    if (failed) {
      this.#set(this.#limit * AFTER_FAILURE);
      return;
    }
    const present = this.#usualMs === undefined ? durationMs : this.#presentMs;
    this.#presentMs = present + (durationMs - present) * PRESENT_WEIGHT;
    const usual = this.#usualMs ?? durationMs;
    this.#usualMs = usual + (durationMs - usual) * USUAL_WEIGHT;
    // After a long slow time, what is usual has grown too: it falls back faster than it rose.
    if (this.#usualMs > this.#presentMs * TOLERANCE) this.#usualMs *= 0.95;
    // A lane that is half empty says nothing about how much more would fit.
    if (active < this.#limit / 2) return;
    const gradient = Math.min(1, Math.max(0.5, (TOLERANCE * this.#usualMs) / this.#presentMs));
    const wanted = this.#limit * gradient + Math.sqrt(this.#limit);
    this.#set(this.#limit + (wanted - this.#limit) * SMOOTHING);
  }

  #set(limit: number): void {
    this.#limit = Math.min(this.#max, Math.max(this.#min, limit));
  }
}
