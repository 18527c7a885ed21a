import type { Delay, EvidenceItem, Inquiry, OutgoingEvent, Reason, Result } from '../requests/request.js';
import { isFinal, mayBecome, type RequestState, statesBefore } from '../requests/states.js';
import { batching } from '../store/batching.js';
import type { Database } from '../store/database.js';
import { evidenceColumns } from '../store/evidence-columns.js';

/** One step of a request: its new state and everything that becomes true with it. */
export interface Step {
  readonly requestId: string;
  /** Whoever completes work proves that it still holds the lease; null: only if nobody holds one. */
  readonly leaseOwner: string | null;
  readonly to: RequestState;
  /** Only if it stands there. Default: wherever the table of transitions lets it come from. */
  readonly from?: RequestState;
  /** Only if no other attempt was begun since this many; for whoever decided after reading it. Default: however many. */
  readonly attempts?: number;
  readonly reason?: Reason;
  readonly result?: Result;
  /** Not looked at again before this many milliseconds have passed; for `retry-wait` and `awaiting-answer`. */
  readonly delayMs?: number;
  /** What the registry calls the matter, once it has taken the question. */
  readonly ticket?: string;
  /** Municipality whose officers can answer. */
  readonly office?: string;
  /** While nobody knows whether the registry executed it; every step says so anew. */
  readonly inquiry?: Inquiry;
  /** With the final state: what kept it waiting. */
  readonly delays?: readonly Delay[];
  readonly evidence: readonly EvidenceItem[];
  /** Present exactly when the new state is final. */
  readonly event?: OutgoingEvent;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface ResultStore {
  /**
   * Writes state, evidence and event in one transaction and gives up the lease.
   *
   * @returns false when the lease was lost or the transition is not legal any more: nothing was written.
   */
  take(step: Step): Promise<boolean>;
}

/** So many steps share one commit at most. */
const TOGETHER = 64;
/** One batch that waits for a lock of another node must not hold up all the others. */
const AT_ONCE = 3;

export function createResultStore(database: Database): ResultStore {
  const take = batching((steps: readonly Step[]) => takeAll(database, steps), {
    limit: TOGETHER,
    atOnce: AT_ONCE,
  });
  return {
    async take(step) {
      if (isFinal(step.to) !== (step.event !== undefined)) {
        throw new Error(`a step to ${step.to} ${step.event ? 'must not' : 'must'} carry an event`);
      }
      if (step.from !== undefined && !mayBecome(step.from, step.to)) {
        throw new Error(`there is no way from ${step.from} to ${step.to}`);
      }
      return take(step);
    },
  };
}

/**
 * One statement, so one round trip and one transaction; under load, for many requests. Rows are locked in one order
 * on every node, so that two batches cannot wait for each other.
 */
async function takeAll(database: Database, given: readonly Step[]): Promise<boolean[]> {
  // Two steps of one request in one statement would see the same row: the later ones go in statements of their own.
  const seen = new Set<string>();
  const together = given.filter(({ requestId }) => !seen.has(requestId) && seen.add(requestId));
  const taken = await update(database, together);
  const results = new Map(together.map((step) => [step, taken.has(step.requestId)]));
  for (const step of given) {
    if (!results.has(step)) results.set(step, (await update(database, [step])).has(step.requestId));
  }
  return given.map((step) => results.get(step) === true);
}

/**
 * The ids stand there as an array as well as in the joins: only so does a generic plan leave out the months that none of
 * them is of.
 *
 * @returns the ids of the requests that made their step.
 */
async function update(database: Database, given: readonly Step[]): Promise<Set<string>> {
  const steps = [...given].sort((left, right) => (left.requestId < right.requestId ? -1 : 1));
  const column = <Value>(of: (step: Step) => Value): Value[] => steps.map(of);
  const items = steps.flatMap(({ requestId, evidence }) =>
    evidence.map((item, index) => ({ requestId, n: index + 1, item })),
  );
  const { rows } = await database.query<{ id: string }>({
    name: 'result-take',
    text: `with given as (
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::json[], $5::json[], $6::bigint[],
          $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[], $11::text[], $12::integer[], $13::uuid[],
          $14::text[], $15::text[], $16::json[], $17::bytea[], $18::json[], $19::json[], $28::integer[])
          as given (id, lease_owner, state, reason, result, delay_ms, at, finished_at, before, ticket, office,
            evidence_added, event_id, topic, key, headers, value, inquiry, delays, attempts)
      ), held as (
        select requests.id from requests join given using (id)
        where requests.id = any ($1::uuid[]) and requests.lease_owner is not distinct from given.lease_owner
          and requests.state = any (string_to_array(given.before, ' '))
          and (requests.state <> 'dispatching' or requests.lease_owner is not null)
          and (given.attempts is null or requests.attempts = given.attempts)
        order by requests.id for update of requests
      ), step as (
        update requests set state = given.state, reason = given.reason, result = given.result,
          next_attempt_at = case when given.delay_ms is null then next_attempt_at
            else least(now() + given.delay_ms * interval '1 millisecond', deadline_at) end,
          ticket = coalesce(given.ticket, requests.ticket), office = coalesce(given.office, requests.office),
          inquiry = given.inquiry, delays = given.delays,
          lease_owner = null, lease_until = null, updated_at = given.at, finished_at = given.finished_at,
          evidence_count = evidence_count + evidence_added
        from given join held using (id) where requests.id = given.id and requests.id = any ($1::uuid[])
        returning requests.id, evidence_count - evidence_added as evidence_before, given.at
      ), proof as (
        insert into evidence
          (request_id, sequence, kind, bytes, sha256, media_type, signed_by, meta, recorded_at)
        select step.id, step.evidence_before + item.n, item.kind, item.bytes, item.sha256, item.media_type,
          item.signed_by, item.meta, step.at
        from step join unnest($20::uuid[], $21::integer[], $22::text[], $23::bytea[], $24::bytea[], $25::text[],
            $26::text[], $27::json[]) as item (id, n, kind, bytes, sha256, media_type, signed_by, meta)
          on item.id = step.id
      ), event as (
        insert into outbox (event_id, topic, key, headers, value, created_at)
        select event_id, topic, key, headers, value, given.at from given join step using (id)
        where event_id is not null
      )
      select id from step`,
    values: [
      column(({ requestId }) => requestId),
      column(({ leaseOwner }) => leaseOwner),
      column(({ to }) => to),
      column(({ reason }) => json(reason)),
      column(({ result }) => json(result)),
      column(({ delayMs }) => delayMs ?? null),
      column(({ at }) => new Date(at)),
      column(({ to, at }) => (isFinal(to) ? new Date(at) : null)),
      // Names of states have no spaces; an array of arrays would have to have equal lengths.
      column(({ from, to }) => (from === undefined ? statesBefore(to).join(' ') : from)),
      column(({ ticket }) => ticket ?? null),
      column(({ office }) => office ?? null),
      column(({ evidence }) => evidence.length),
      column(({ event }) => event?.id ?? null),
      column(({ event }) => event?.topic ?? null),
      column(({ event }) => event?.key ?? null),
      column(({ event }) => json(event?.headers)),
      column(({ event }) => (event ? Buffer.from(event.value) : null)),
      column(({ inquiry }) => json(inquiry)),
      column(({ delays }) => json(delays)),
      items.map(({ requestId }) => requestId),
      items.map(({ n }) => n),
      ...evidenceColumns(items.map(({ item }) => item)),
      column(({ attempts }) => attempts ?? null),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
