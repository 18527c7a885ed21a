/** The only source of time. Passed in, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * For bounds on waiting within one process: milliseconds since the process started, of a clock that nobody sets. A
 * bound by the wall clock grows by as much as that clock is stepped back.
 */
export const steadyClock: Clock = { now: () => performance.now() };
