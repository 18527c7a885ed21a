import type { AcceptedSubmission, Execution } from './journals.js';
import { judgeOrder } from './judge-order.js';
import { judgeProofs } from './judge-proofs.js';
import type { DatabaseFacts, StoredMatter } from './read-database.js';
import type { Delivered } from './read-topics.js';
import type { Acted, Finding } from './run-file.js';

/** Everybody's own account of a run. */
export interface Facts {
  readonly accepted: readonly AcceptedSubmission[];
  readonly acted: readonly Acted[];
  readonly database: DatabaseFacts;
  /** Every record of the topics of results, each partition in its order. */
  readonly delivered: readonly Delivered[];
  /** Registries whose journals are there; nothing is said about executions elsewhere. */
  readonly registries: ReadonlySet<string>;
  readonly executions: readonly Execution[];
}

/** Holds the accounts against each other. A pure function. */
export function judge(facts: Facts): Finding[] {
  const events = eventsBySubject(facts);
  return [
    ...facts.accepted.flatMap((submission) => judgeAccepted(submission, facts)),
    ...[...facts.database.matters.values()].flatMap((matter) => judgeMatter(matter, facts, events)),
    ...judgeActed(facts),
    ...judgeExecutions(facts),
    ...judgeOrder(facts),
  ];
}

/** First deliveries of each subject's events; a repetition with the same id is no second event. */
function eventsBySubject({ delivered }: Facts): Map<string, Delivered[]> {
  const bySubject = new Map<string, Map<string, Delivered>>();
  for (const record of delivered) {
    const { ce_subject: subject = '', ce_id: id = '' } = record.headers;
    const events = bySubject.get(subject) ?? new Map<string, Delivered>();
    if (!events.has(id)) events.set(id, record);
    bySubject.set(subject, events);
  }
  return new Map([...bySubject].map(([subject, events]) => [subject, [...events.values()]]));
}

function judgeAccepted(submission: AcceptedSubmission, { database }: Facts): Finding[] {
  const { client, idempotencyKey, caseId, bodySha256, kind, ids } = submission;
  const key = `${client} ${idempotencyKey}`;
  // Over Kafka the client names its submission, and learns the id from the result.
  const [id = database.keys.get(key), ...others] = ids;
  if (id === undefined) {
    const what = 'a broker confirmed its submission, and the database does not know it';
    return [{ kind: 'lost', about: key, what }];
  }
  if (others.length > 0) {
    const what = `the client was told ${ids.length} ids for the idempotency key ${idempotencyKey}`;
    return [{ kind: 'duplicated', about: id, what }];
  }
  const lost = (what: string): Finding[] => [{ kind: 'lost', about: id, what }];
  const matter = database.matters.get(id);
  if (!matter) return lost('the client holds its acceptance, and the database does not know it');
  if (database.keys.get(key) !== id) {
    return lost('the idempotency key of the accepted submission does not lead to it');
  }
  if (matter.client !== client || matter.caseId !== caseId || matter.kind !== kind) {
    return lost('what is stored under the accepted id is the matter of somebody else');
  }
  const signed = kind === 'request' ? 'client-request' : 'submission';
  const proof = database.proofs.get(id)?.find((each) => each.kind === signed);
  if (proof && proof.sha256 !== bodySha256) {
    return [{ kind: 'missing', about: id, what: `${signed} holds other bytes than the client sent` }];
  }
  return [];
}

function judgeMatter(
  matter: StoredMatter,
  { database }: Facts,
  events: ReadonlyMap<string, readonly Delivered[]>,
): Finding[] {
  const { id, state } = matter;
  const told = events.get(id) ?? [];
  if (!matter.ended) return [{ kind: 'lost', about: id, what: `it was committed and did not end: ${state}` }];
  const findings: Finding[] = [...judgeProofs(matter, database.proofs.get(id) ?? [])];
  if (told.length > 1) {
    findings.push({
      kind: 'duplicated',
      about: id,
      what: `${told.length} events with different ids tell its end`,
    });
  }
  const [event] = told;
  if (!event) {
    const waiting = database.waiting.size > 0 ? `; ${database.waiting.size} events wait in the outbox` : '';
    findings.push({ kind: 'missing', about: id, what: `no event tells its end${waiting}` });
  } else if (event.headers.ce_type !== `ura.${matter.kind}.${state}.v1` || event.key !== matter.caseId) {
    findings.push({ kind: 'missing', about: id, what: 'the event tells something else than the database' });
  }
  return findings;
}

/** What an operator was told is done stands in the evidence, once for each key. */
function judgeActed({ acted, database }: Facts): Finding[] {
  const keys = new Map<string, Set<string>>();
  for (const { id, idempotencyKey } of acted) {
    keys.set(id, (keys.get(id) ?? new Set()).add(idempotencyKey));
  }
  return [...keys].flatMap(([id, { size: wanted }]) => {
    const kept = (database.proofs.get(id) ?? []).filter(({ kind }) => kind === 'operator-action').length;
    if (kept >= wanted) return [];
    return [
      { kind: 'missing', about: id, what: `${wanted} actions were done, and its evidence has ${kept}` },
    ];
  });
}

/** A registry names the question by the request's id, so that two questions of one request can be told. */
function judgeExecutions({ executions, registries, database }: Facts): Finding[] {
  const counts = new Map<string, number>();
  for (const { messageId, repeated } of executions) {
    const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(messageId)?.[0];
    if (id !== undefined && !repeated) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const findings: Finding[] = [];
  for (const [id, count] of counts) {
    if (count > 1)
      findings.push({ kind: 'duplicated', about: id, what: `registries executed it ${count} times` });
  }
  for (const { id, state, adapter, byHand } of database.matters.values()) {
    if (state !== 'answered' || byHand || adapter === null || !registries.has(adapter)) continue;
    if (!counts.has(id)) {
      findings.push({ kind: 'missing', about: id, what: `${adapter} answered it and never executed it` });
    }
  }
  return findings;
}
