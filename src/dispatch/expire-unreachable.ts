import type { Completion } from '../results/complete.js';
import { tooLate } from './attempt.js';
import type { OverdueStore } from './overdue-store.js';

const LIMIT = 256;

/**
 * Ends what waited for a registry that is down until its deadline. While a circuit is open nothing is claimed, so no
 * attempt would find out that it is too late.
 *
 * @param down names of the adapters that are not called now.
 */
export async function expireUnreachable(
  down: readonly string[],
  { overdue, completion }: { readonly overdue: OverdueStore; readonly completion: Completion },
): Promise<void> {
  for (const adapter of down) {
    for (;;) {
      const requests = await overdue.ofAdapter(adapter, LIMIT);
      let ended = 0;
      for (const request of requests) {
        const change = { to: 'expired', reason: tooLate(request), evidence: [] } as const;
        if (await completion.apply(request, null, change)) ended += 1;
      }
      if (requests.length < LIMIT || ended === 0) break;
    }
  }
}
