import { setTimeout as sleep } from 'node:timers/promises';
import type { LeasedRequest } from '../requests/request.js';
import type { Change, Completion } from '../results/complete.js';
import { isStoreUnavailable } from '../store/unavailable.js';
import type { DispatchObserver } from './attempt.js';

/** Tries to write an outcome after errors that do not look temporary. */
const LASTING_ERRORS = 5;

interface Persisting {
  readonly completion: Completion;
  readonly observer: DispatchObserver;
  /** Aborted when the lease is lost, or the process ends. */
  readonly signal: AbortSignal;
}

/**
 * Writes what came of an attempt. The store may be down just now; the outcome is in hand, so it is worth insisting
 * while the lease of `owner` lasts.
 *
 * @throws when it was given up: the lease runs out, and the request is claimed again.
 */
export async function persist(
  request: LeasedRequest,
  owner: string,
  change: Change,
  { completion, observer, signal }: Persisting,
): Promise<void> {
  // An error that does not look temporary would come again for ever, and hold a place in the lane.
  let lasting = 0;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    try {
      await completion.apply(request, owner, change);
      return;
    } catch (error) {
      if (!isStoreUnavailable(error)) lasting += 1;
      if (signal.aborted || lasting > LASTING_ERRORS) throw error;
      observer.failed('persist', error as Error, request.id);
      await sleep(pauseMs);
    }
  }
}
