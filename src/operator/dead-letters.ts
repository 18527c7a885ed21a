import type { DeadLetterHead, DeadLetterStore } from '../outbox/dead-letter-store.js';
import { explainFailure } from '../outbox/judge-failure.js';
import type { Queryable } from '../store/database.js';

/**
 * What an operator sees of an event that was given up. Its value is not shown: it is meant for the municipality, and
 * requeueing brings it there. Size and digest tell whether it is the event that somebody asks about.
 */
export interface DeadLetterView {
  /** The event's own id, `ce_id`. */
  readonly id: string;
  /** CloudEvents type, for example `ura.request.answered.v1`. */
  readonly type?: string;
  /** Id of the request, case or application that it is about. */
  readonly subject?: string;
  readonly topic: string;
  /** The municipality's own name of the matter. */
  readonly key: string;
  readonly reason: { readonly code: string; readonly detail: string };
  readonly attempts: number;
  readonly valueBytes: number;
  readonly valueSha256: string;
  readonly createdAt: string;
  readonly givenUpAt: string;
}

/** What an operator asks to see. */
export interface DeadLetterQuestion {
  /** 1 to 200; default 20. */
  readonly limit?: number;
  /** Continues behind this one: `next` of the page before. */
  readonly after?: string;
  readonly topic?: string;
}

export interface DeadLetterList {
  readonly letters: readonly DeadLetterView[];
  /** Present when there may be more. */
  readonly next?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** In the order in which the events were made. @throws {RangeError} for a limit or an id of another form */
export async function listDeadLetters(
  store: DeadLetterStore,
  { limit = 20, after, topic }: DeadLetterQuestion = {},
): Promise<DeadLetterList> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) throw new RangeError('limit is 1 to 200');
  if (after !== undefined && !UUID.test(after)) throw new RangeError('after is the id of an event');
  const letters = await store.list({ limit, ...(after ? { after } : {}), ...(topic ? { topic } : {}) });
  const last = letters.length === limit ? letters.at(-1) : undefined;
  return { letters: letters.map(toView), ...(last ? { next: last.id } : {}) };
}

/** @returns undefined when there is no such letter */
export async function showDeadLetter(
  store: DeadLetterStore,
  id: string,
): Promise<DeadLetterView | undefined> {
  const letter = UUID.test(id) ? await store.find(id) : undefined;
  return letter && toView(letter);
}

/**
 * What can be done with a letter. `requeue` puts the event back to the end of the outbox, unchanged and under its own
 * id: later events of its case may have gone before it, and when the cause stands, it comes back here. `discard`
 * removes it for good; what it told stays in the evidence of its request.
 */
export type Settlement = 'requeue' | 'discard';

/**
 * @param record writes into the same transaction who did it and why; when it rejects, nothing happened.
 * @returns undefined when there is no such letter, or somebody was faster
 */
export async function settleDeadLetter(
  store: DeadLetterStore,
  id: string,
  settlement: Settlement,
  record: (connection: Queryable, letter: DeadLetterView) => Promise<void>,
): Promise<DeadLetterView | undefined> {
  if (!UUID.test(id)) return undefined;
  const letter = await store[settlement](id, (connection, head) => record(connection, toView(head)));
  return letter && toView(letter);
}

function toView(letter: DeadLetterHead): DeadLetterView {
  const { ce_type: type, ce_subject: subject } = letter.headers;
  return {
    id: letter.id,
    ...(type === undefined ? {} : { type }),
    ...(subject === undefined ? {} : { subject }),
    topic: letter.topic,
    key: letter.key,
    reason: { code: letter.reason, detail: explainFailure(letter.reason) },
    attempts: letter.attempts,
    valueBytes: letter.valueBytes,
    valueSha256: letter.valueSha256,
    createdAt: new Date(letter.createdAt).toISOString(),
    givenUpAt: new Date(letter.deadAt).toISOString(),
  };
}
