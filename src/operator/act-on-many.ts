import { UraError } from '../errors.js';
import { type Acted, type ActParts, rememberKey, requireRole, take } from './act.js';
import type { ActionReason, OperatorCall } from './action.js';
import type { Selection } from './operator-store.js';
import { inScope } from './scope.js';

/** `Batch` of `openapi/operator.yaml`: one action on all requests that a filter finds. */
export interface BatchBody {
  readonly action: 'release' | 'rerun';
  readonly filter: BatchFilter;
  /** How many the operator expects to be found; another number is refused. */
  readonly expectedCount: number;
  readonly dryRun?: boolean;
  /** How many are taken by this message at most. Default 200. */
  readonly limit?: number;
  /** `next` of the message before: goes on behind it. */
  readonly after?: string;
  readonly confirmNotExecuted?: boolean;
  readonly reason: ActionReason;
}

export interface BatchFilter {
  readonly state: 'held' | 'retry-wait';
  readonly registry?: string;
  readonly municipality?: string;
  readonly service?: string;
  readonly reason?: string;
  /** RFC 3339: what changed after it is left alone, because nobody has looked at that. */
  readonly unchangedSince: string;
}

/** What became of one message of a batch. */
export interface BatchAnswer {
  /** How many the filter finds, behind `after`. */
  readonly matched: number;
  readonly done: number;
  /** Those of this message that were left as they are, with the code of the refusal. */
  readonly refused: readonly { readonly id: string; readonly code: string }[];
  /** Where the next message goes on; absent when nothing is left. */
  readonly next?: string;
  /** How many are left behind it. */
  readonly remaining: number;
}

export interface BatchCall extends Omit<OperatorCall, 'action' | 'body'> {
  readonly body: BatchBody;
  /** Id behind which the batch goes on. */
  readonly afterId?: string;
}

const defaultLimit = 200;
/** Requests changed at the same time: a part of the pool, so that clients go on being served. */
const atOnce = 6;

/**
 * Takes one action on many requests, each in its own transaction with its own evidence: what is done stays done when
 * the process dies in the middle, and sending the same message again does the rest.
 *
 * @throws {UraError} `not-permitted`, `count-differs`, `idempotency-key-reused`; nothing was changed then.
 */
export async function actOnMany(
  parts: ActParts,
  call: BatchCall,
  encodeCursor: (id: string) => string,
): Promise<BatchAnswer> {
  const { operator, body, afterId } = call;
  const { action, expectedCount, dryRun = false, limit = defaultLimit } = body;
  const role = requireRole(operator, action);
  const remembered = dryRun ? undefined : await rememberKey(parts, call);
  if (remembered?.kind === 'repeated' && remembered.answer !== undefined) {
    return remembered.answer as BatchAnswer;
  }
  const selection: Selection = { scope: operator.scope, ...selectionOf(body.filter) };
  const { count, ids } = await parts.store.select(selection, limit, afterId);
  // Behind the first message, and where one is sent again, a part is done already: then there may only be fewer.
  const isFirst = afterId === undefined && remembered?.kind !== 'repeated';
  if (!dryRun && (isFirst ? count !== expectedCount : count > expectedCount)) {
    throw new UraError(
      'count-differs',
      `The filter finds ${count} and not ${expectedCount}: nothing was done.`,
    );
  }
  if (dryRun) return { matched: count, done: 0, refused: [], remaining: count };

  const refused: { id: string; code: string }[] = [];
  let done = 0;
  const found = await parts.store.find(ids);
  const waiting = found.filter(({ request }) => inScope(operator.scope, request));
  const one = { ...call, action };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { id } = next.request;
      const acted = { operator: operator.id, role, action, requestId: id };
      try {
        await take(parts, one, role, next);
        done += 1;
        parts.observe({ ...acted, outcome: 'done', reason: body.reason.code });
      } catch (error) {
        if (!(error instanceof UraError)) throw error;
        refused.push({ id, code: error.code });
        parts.observe({ ...acted, outcome: 'refused', reason: error.code } satisfies Acted);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const remaining = count - ids.length;
  const last = ids.at(-1);
  const answer: BatchAnswer = {
    matched: count,
    done,
    refused: refused.sort((left, right) => (left.id < right.id ? -1 : 1)),
    ...(remaining > 0 && last !== undefined ? { next: encodeCursor(last) } : {}),
    remaining,
  };
  await parts.actions.keepAnswer(operator.id, call.idempotencyKey, answer);
  return answer;
}

function selectionOf({ state, registry, municipality, service, reason, unchangedSince }: BatchFilter) {
  return {
    states: [state],
    ...(registry === undefined ? {} : { registries: [registry] }),
    ...(municipality === undefined ? {} : { municipalities: [municipality] }),
    ...(service === undefined ? {} : { service }),
    ...(reason === undefined ? {} : { reason }),
    unchangedSince: Date.parse(unchangedSince),
  } as const;
}
