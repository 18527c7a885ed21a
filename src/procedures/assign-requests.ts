import type { Ids } from '../ids.js';
import type { CaseExchange } from './case.js';
import { type Ask, questionKey } from './plan.js';

const DAY_MS = 24 * 3_600_000;

/**
 * Gives each question the id of its request before it is made. A question that the case has asked already, and
 * whose answer is young enough or still to come, gets the id of that request: it is not asked twice.
 *
 * @param byHand whether the officers are asked instead of the registry.
 */
export function assignRequests(
  asks: readonly Ask[],
  exchanges: readonly CaseExchange[],
  now: number,
  ids: Ids,
  byHand = false,
): CaseExchange[] {
  const made: CaseExchange[] = [];
  for (const { validForDays, ...ask } of asks) {
    const key = questionKey(ask);
    const earlier =
      validForDays === undefined
        ? undefined
        : [...exchanges, ...made].findLast(
            (exchange) => isUsable(exchange, now - validForDays * DAY_MS) && questionKey(exchange) === key,
          );
    made.push({
      ...ask,
      requestId: earlier?.requestId ?? ids.next(),
      reused: earlier !== undefined,
      byHand,
      submitted: earlier?.submitted ?? false,
      requestOpen: earlier?.requestOpen ?? false,
      unsettled: false,
      state: 'open',
      plannedAt: now,
    });
  }
  return made;
}

function isUsable({ state, finishedAt }: CaseExchange, since: number): boolean {
  return state === 'open' || (state === 'answered' && (finishedAt ?? 0) >= since);
}
