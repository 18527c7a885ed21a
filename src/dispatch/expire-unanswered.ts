import type { RequestStore } from '../requests/request-store.js';
import type { Completion } from '../results/complete.js';

/** Requests that are ended in one look. */
const LIMIT = 64;

/** Ends what waited for a person until its deadline; it has no lease and no lane, so whoever looks first ends it. */
export async function expireUnanswered({
  requests,
  completion,
}: {
  readonly requests: Pick<RequestStore, 'overdue'>;
  readonly completion: Completion;
}): Promise<void> {
  for (const request of await requests.overdue(LIMIT)) {
    const reason = { code: 'deadline-passed', detail: 'The deadline passed before a person answered.' };
    await completion.apply(request, null, { to: 'expired', reason, evidence: [] });
  }
}
