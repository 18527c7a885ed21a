import type { Facts } from './judge.js';
import type { Delivered } from './read-topics.js';
import type { Finding } from './run-file.js';
import { sawIt, type WrittenEvent } from './witness.js';

/**
 * What is promised about order, for the events of one matter (topic and key):
 *
 * 1. they lie in one partition;
 * 2. an event whose transaction had committed before that of another began, so that the other saw it, is delivered
 *    first; each event's first delivery counts;
 * 3. the end of a case is delivered after the ends of all requests that its procedure made.
 *
 * Two transactions that overlap may be told in either order: nobody could know which was first. A commit carries the
 * time at which it began, and is seen once it is on the disk: so its time alone does not make it earlier.
 */
export function judgeOrder({ delivered, database }: Facts): Finding[] {
  const written = new Map(database.written.map((event) => [event.id, event]));
  const findings: Finding[] = [];
  for (const [about, events] of firstDeliveries(delivered)) {
    const wrong = findWrongOrder(events, written) ?? findEarlyCase(events, database.matters);
    if (wrong) findings.push({ kind: 'reordered', about, what: wrong });
  }
  return findings;
}

/** By topic and key, each event once, as the partition has them. */
function firstDeliveries(delivered: readonly Delivered[]): Map<string, Delivered[]> {
  const seen = new Set<string>();
  const matters = new Map<string, Delivered[]>();
  for (const record of delivered) {
    const id = record.headers.ce_id ?? '';
    if (seen.has(id)) continue;
    seen.add(id);
    const matter = `${record.topic} ${record.key}`;
    const events = matters.get(matter);
    if (events) events.push(record);
    else matters.set(matter, [record]);
  }
  return matters;
}

function findWrongOrder(
  events: readonly Delivered[],
  written: ReadonlyMap<string, WrittenEvent>,
): string | undefined {
  if (new Set(events.map(({ partition }) => partition)).size > 1)
    return 'its events lie in several partitions';
  const transactions = events.flatMap(({ headers }) => written.get(headers.ce_id ?? '') ?? []);
  for (const [index, next] of transactions.entries()) {
    const told = transactions
      .slice(0, index)
      .find((each) => next.committed < each.began && sawIt(each, next));
    if (told === undefined) continue;
    const earlierMs = Math.round((told.began - next.committed) / 1000);
    return `event ${next.id} was committed ${earlierMs} ms before the transaction of ${told.id} began, and told after it`;
  }
  return undefined;
}

function findEarlyCase(
  events: readonly Delivered[],
  matters: Facts['database']['matters'],
): string | undefined {
  const ended = new Set<string>();
  for (const { headers } of events) {
    const { ce_subject: subject = '' } = headers;
    const parent = matters.get(subject)?.parent;
    if (parent && ended.has(parent))
      return `the end of case ${parent} was told before that of its request ${subject}`;
    if (matters.get(subject)?.kind === 'case') ended.add(subject);
  }
  return undefined;
}
