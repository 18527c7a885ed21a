/** How often and how patiently one registry is asked again. */
export interface Retry {
  /** First pause, milliseconds. */
  readonly baseMs: number;
  /** Longest pause, milliseconds. */
  readonly capMs: number;
  /** Attempts at most whose answer failed verification; such an answer is an alarm, not a hiccup. */
  readonly maxInvalidAttempts: number;
}

/** That of an adapter, with what differs for single operations. */
export interface RetryPolicy extends Retry {
  readonly operations?: Readonly<Record<string, Partial<Retry>>>;
}

/** The policy for one operation. */
export function retryOf({ operations, ...common }: RetryPolicy, operation: string): Retry {
  const own = operations !== undefined && Object.hasOwn(operations, operation) ? operations[operation] : {};
  return { ...common, ...own };
}

/**
 * Exponential backoff with full jitter: uniform between 0 and the present ceiling.
 *
 * @param attempts this one included.
 * @param random uniform in [0, 1).
 */
export function backoffMs({ baseMs, capMs }: Retry, attempts: number, random: number): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 30));
  return Math.round(ceiling * random);
}
