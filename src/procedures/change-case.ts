import type { Clock } from '../clock.js';
import { UraError } from '../errors.js';
import type { Ids } from '../ids.js';
import { checkDeadline } from '../requests/accept.js';
import { assignRequests } from './assign-requests.js';
import type { CaseEvidence, CaseExchange, LoadedCase } from './case.js';
import type { CaseEventMaker } from './case-event.js';
import type { CaseStore } from './case-keeping.js';
import type { CaseEngine } from './engine.js';
import { latestRounds } from './plan-step.js';

export interface ChangeParts {
  readonly store: CaseStore;
  readonly engine: CaseEngine;
  readonly events: CaseEventMaker;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly lookAgainMs: number;
  readonly defaultDeadlineMs: number;
}

/** Changes that lose against another one of the same case are tried so often. */
const TRIES = 5;

/**
 * Cancels a case: no step is begun any more, its open requests are withdrawn as far as they can be.
 *
 * @returns the case, cancelled now or before; undefined when the client has none of that id.
 * @throws {UraError} `case-finished` for a complete one.
 */
export async function cancelCase(
  parts: ChangeParts,
  clientId: string,
  id: string,
  reason: string,
  cancellation: CaseEvidence,
): Promise<LoadedCase | undefined> {
  const { store, engine, events, clock } = parts;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const loaded = await store.find(clientId, id);
    if (!loaded || loaded.stored.state === 'cancelled') return loaded;
    const { stored } = loaded;
    if (stored.state === 'complete')
      throw new UraError('case-finished', 'Its evidence is gathered; there is nothing to cancel.');
    const at = clock.now();
    const end = { state: 'cancelled', reason: { code: 'cancelled-by-client', detail: reason }, at } as const;
    const { event, proof } = await events.make(stored, engine.planOf(loaded), end);
    const evidence = [cancellation, proof];
    if (await store.end({ loaded, ...end, evidence, event, cleanUpMs: parts.lookAgainMs })) {
      engine.wake(id);
      return store.find(clientId, id);
    }
  }
  throw new UraError('unavailable', 'The case changes at this moment; repeat.', { retryAfterSeconds: 1 });
}

/**
 * Asks again what a step did not get, each question in a new request; an incomplete case goes on.
 *
 * @param options.deadline RFC 3339. Default: the case's own, or a new one of the default length when that has passed.
 * @param options.byHand asks the officers instead of the registry (`GET /v1/officer-tasks`). Default false.
 * @returns undefined when the client has no case of that id.
 * @throws {UraError} `unknown-step`, `step-not-retryable`, `case-finished`, `invalid-request`.
 */
export async function retryStep(
  parts: ChangeParts,
  clientId: string,
  id: string,
  step: string,
  { deadline, byHand = false }: { readonly deadline?: string; readonly byHand?: boolean },
  signed: CaseEvidence,
): Promise<LoadedCase | undefined> {
  const { store, engine, clock, ids, lookAgainMs } = parts;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const loaded = await store.find(clientId, id);
    if (!loaded) return undefined;
    const at = clock.now();
    const exchanges = assignRequests(again(loaded, step), loaded.exchanges, at, ids, byHand);
    const deadlineAt = deadlineOf(parts, loaded.stored.deadlineAt, deadline, at);
    const { revision } = loaded.stored;
    if (await store.retry({ id, revision, exchanges, evidence: signed, deadlineAt, lookAgainMs, at })) {
      engine.wake(id);
      return store.find(clientId, id);
    }
  }
  throw new UraError('unavailable', 'The case changes at this moment; repeat.', { retryAfterSeconds: 1 });
}

/** The questions of the next round of a step. */
function again({ stored, exchanges }: LoadedCase, step: string) {
  const definition = stored.definition.procedure.evidence.find(({ id }) => id === step);
  if (!definition) throw new UraError('unknown-step', 'The case lists its steps by id.');
  if (stored.state === 'complete' || stored.state === 'cancelled') {
    throw new UraError('case-finished', `The case is ${stored.state}; submit a new one.`);
  }
  const failed = latestRounds(exchanges, step).filter(
    ({ state }) => state !== 'answered' && state !== 'open',
  );
  if (failed.length === 0) {
    throw new UraError(
      'step-not-retryable',
      'It has asked nothing yet, waits for an answer, or has all its answers.',
    );
  }
  return failed.map(({ item, round, service, subject, parameters }: CaseExchange) => ({
    step,
    item,
    round: round + 1,
    service,
    subject,
    parameters,
    ...(definition.validForDays === undefined ? {} : { validForDays: definition.validForDays }),
  }));
}

function deadlineOf(
  { defaultDeadlineMs }: ChangeParts,
  present: number,
  wanted: string | undefined,
  now: number,
): number {
  if (wanted === undefined) return present > now ? present : now + defaultDeadlineMs;
  const deadlineAt = Date.parse(wanted);
  const errors = checkDeadline(deadlineAt, now);
  if (errors.length > 0)
    throw new UraError('invalid-request', 'The fields named in errors are not valid.', { errors });
  return deadlineAt;
}
