import { type Blame, judgeFailure } from './judge-failure.js';
import type { OutboxRow } from './outbox-store.js';

/** What the relay needs of Kafka: an ordered batch in, one verdict a record out. */
export interface EventSink {
  /** Resolves when every record was confirmed or given up, in the order of the records. */
  produce(
    events: readonly OutboxRow[],
  ): Promise<readonly { readonly delivered: boolean; readonly code?: string }[]>;
}

/** What became of the events of one topic. Those in none of the lists wait for the next time. */
export interface Sent {
  /** The broker will not take these for their own sake. */
  readonly refused: readonly { readonly row: OutboxRow; readonly code: string }[];
  /** Why no more was sent, when something else than an event was to blame. */
  readonly stopped?: { readonly blame: Exclude<Blame, 'event' | 'order'>; readonly code: string };
}

/**
 * Sends events of one topic. An event is handed over only after the broker has confirmed every earlier one of its key,
 * so whatever fails, whoever else sends the same at the same time, and whatever comes late out of a client's queue, the
 * first appearance of each event on the topic stands behind those of its predecessors.
 *
 * @param onConfirmed told of each wave that was confirmed before the next one is sent.
 */
export async function sendInOrder(
  rows: readonly OutboxRow[],
  sink: EventSink,
  onConfirmed: (rows: readonly OutboxRow[]) => Promise<void>,
): Promise<Sent> {
  const refused: { row: OutboxRow; code: string }[] = [];
  const heldKeys = new Set<string>();
  let rest = rows;
  while (rest.length > 0) {
    const wave = nextWave(rest);
    const verdicts = await sink.produce(wave);
    const confirmed = wave.filter((_, index) => verdicts[index]?.delivered === true);
    if (confirmed.length > 0) await onConfirmed(confirmed);
    let stopped: Sent['stopped'];
    for (const [index, row] of wave.entries()) {
      const verdict = verdicts[index];
      if (verdict?.delivered === true) continue;
      const code = verdict?.code ?? 'unconfirmed';
      const blame = judgeFailure(code);
      heldKeys.add(row.key);
      if (blame === 'event') refused.push({ row, code });
      else if (blame !== 'order') stopped ??= { blame, code };
    }
    if (stopped) return { refused, stopped };
    const sent = new Set(wave);
    rest = rest.filter((row) => !sent.has(row) && !heldKeys.has(row.key));
  }
  return { refused };
}

/**
 * The first event of each key. One that was refused before goes alone: a broker refuses the whole batch that an event
 * came in, and only alone it shows which was to blame.
 */
function nextWave(rows: readonly OutboxRow[]): readonly OutboxRow[] {
  const keys = new Set<string>();
  const wave: OutboxRow[] = [];
  for (const row of rows) {
    if (keys.has(row.key)) continue;
    keys.add(row.key);
    if (row.attempts > 0) return [row];
    wave.push(row);
  }
  return wave;
}
