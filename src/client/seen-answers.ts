import type { ReplaySet } from '../signing/replay-set.js';

/**
 * Ids of answers that were accepted, in memory, for as long as such an answer could be given again. Enough for one
 * process that asks: every answer is bound to one question as well, and questions are new for each call.
 */
export function seenAnswers(now: () => number): ReplaySet {
  const expiries = new Map<string, number>();
  return {
    async remember({ profile, signer, messageId, expiresAt }) {
      for (const [id, until] of expiries) {
        // In order of insertion, which is nearly that of expiry.
        if (until > now()) break;
        expiries.delete(id);
      }
      const id = JSON.stringify([profile, signer, messageId]);
      if (expiries.has(id)) return false;
      expiries.set(id, expiresAt);
      return true;
    },
  };
}
