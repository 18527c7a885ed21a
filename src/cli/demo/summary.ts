import { countMorning } from './check.js';
import type { Progress } from './progress.js';
import type { RunOutcome } from './run-morning.js';

/** What the demo says at its end. */
export function summarize(outcome: RunOutcome, tookMs: number): string[] {
  const { all, refusedEvents, journals } = outcome;
  const shown = countMorning(outcome);
  const requests = all.flatMap((progress) => [...progress.requests.values()]);
  const states = count(requests.map(({ listened }) => listened.event.value.state));
  const away = count(all.flatMap(({ turnedAway }) => (turnedAway ? [String(turnedAway.status)] : [])));
  const checks = [
    ...requests.flatMap((request) => request.checks ?? []),
    ...all.flatMap(({ application }) => application?.checks ?? []),
  ];
  const failed = checks.filter(({ ok }) => !ok).length;
  const byHand = requests.find((request) => request.byHand === true) ?? requests[0];
  return [
    '',
    `${shown.cases} cases of ${shown.services} services in ${seconds(tookMs)}, start included: ${shown.requests} results out of Kafka (${states || 'none'}), turned away: ${away || 'none'}`,
    `${shown.late} answered late, ${shown.refused} refused, ${shown.byHand} by hand, ${shown.applications} application of ADISA: ${trailOf(all)}`,
    `registries, by their own journals: ${[...journals].map(([name, asked]) => `${name} ${asked}`).join(', ')}`,
    `evidence: ${checks.length} checks, ${failed === 0 ? 'all hold' : `${failed} FAILED`}`,
    ...(byHand ? [`again, by yourself: ura evidence verify ${byHand.id}`] : []),
    ...(refusedEvents.length > 0
      ? [`${refusedEvents.length} events or calls were not accepted: ${count(refusedEvents)}`]
      : []),
  ];
}

function trailOf(all: readonly Progress[]): string {
  return all
    .flatMap(({ application }) => (application ? [application] : []))
    .map(({ byGet, byWebhook, byTopic }) =>
      [
        ['GET', byGet],
        ['webhook', byWebhook],
        ['topic', byTopic],
      ]
        .map(([way, states]) => `${way} ${(states as string[]).join(' > ') || 'nothing'}`)
        .join('; '),
    )
    .join('; ');
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function count(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, times]) => `${times} × ${word}`).join(', ');
}
