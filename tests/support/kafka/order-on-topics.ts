import type { KafkaMessage } from '../../../src/client/event-source.js';

/** What a checker finds when it holds the events that were written against the messages on the topics. */
export interface OrderFindings {
  /** Ids of events that are on no topic. */
  readonly missing: readonly string[];
  /** Ids of events whose first appearance stands before that of an earlier one of the same topic and key. */
  readonly reordered: readonly string[];
  /** How many messages repeat one that came before. */
  readonly repeated: number;
}

/**
 * @param written in the order of writing.
 * @param read in the order of reading; those of one partition in theirs.
 */
export function checkOrder(
  written: readonly { readonly id: string; readonly topic: string; readonly key: string }[],
  read: readonly KafkaMessage[],
): OrderFindings {
  const first = new Map<string, number>();
  let repeated = 0;
  for (const [place, message] of read.entries()) {
    const id = message.headers.get('ce_id') ?? '';
    if (first.has(id)) repeated += 1;
    else first.set(id, place);
  }
  const latest = new Map<string, number>();
  const missing: string[] = [];
  const reordered: string[] = [];
  for (const { id, topic, key } of written) {
    const place = first.get(id);
    if (place === undefined) {
      missing.push(id);
      continue;
    }
    const of = `${topic} ${key}`;
    if (place < (latest.get(of) ?? -1)) reordered.push(id);
    latest.set(of, Math.max(place, latest.get(of) ?? -1));
  }
  return { missing, reordered, repeated };
}
