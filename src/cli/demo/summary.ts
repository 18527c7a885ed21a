import { hopsOf, type Progress } from './progress.js';
import type { RunOutcome } from './run-requests.js';

/** What the demo says at its end. */
export function summarize({ all, refusedEvents }: RunOutcome, tookMs: number): string[] {
  const out = all.filter(({ listened }) => listened !== undefined);
  const states = count(out.map(({ listened }) => listened?.event.value.state ?? ''));
  const away = count(all.flatMap(({ turnedAway }) => (turnedAway ? [String(turnedAway.status)] : [])));
  const checks = all.flatMap((progress) => progress.checks ?? []);
  const failed = checks.filter(({ ok }) => !ok).length;
  const [first] = out;
  return [
    '',
    `${all.length} requests in ${(tookMs / 1000).toFixed(1)} s, start included: ${out.length} results out of Kafka (${states || 'none'}), turned away: ${away || 'none'}`,
    `evidence: ${checks.length} checks, ${failed === 0 ? 'all hold' : `${failed} FAILED`}`,
    `median: asked ${median(all, ({ askedMs }) => askedMs)}, registry ${median(all, (one) => hopsOf(one)?.registryMs)}, Kafka ${median(all, (one) => hopsOf(one)?.kafkaMs)}, total ${median(all, (one) => hopsOf(one)?.totalMs)}`,
    ...(first?.requestId ? [`again, by yourself: ura evidence verify ${first.requestId}`] : []),
    ...(refusedEvents.length > 0
      ? [`the listener did not accept ${refusedEvents.length} events: ${count(refusedEvents)}`]
      : []),
  ];
}

function count(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, times]) => `${times} × ${word}`).join(', ');
}

function median(all: readonly Progress[], of: (progress: Progress) => number | undefined): string {
  const values = all
    .map(of)
    .filter((value) => value !== undefined)
    .sort((left, right) => left - right);
  const middle = values[Math.floor(values.length / 2)];
  return middle === undefined ? 'unknown' : `${Math.round(middle)} ms`;
}
