import { morning } from './plan-morning.js';
import { type Progress, requestsOf } from './progress.js';
import type { RunOutcome } from './run-morning.js';

/**
 * Holds what happened against what has to happen: the demo succeeds exactly when nothing is missing.
 *
 * @returns one sentence for each matter that did not end as planned, and for each thing that the morning has to show.
 */
export function findMissing({ all, journals, refusedEvents }: RunOutcome): string[] {
  const matters = all.flatMap((progress) => {
    const { number, service, what } = progress.planned;
    const problem = problemOf(progress);
    return problem === undefined ? [] : [`matter ${number} (${service} ${what}) ${problem}`];
  });
  const shown = countMorning({ all });
  const wanted: readonly [string, number, number][] = [
    ['cases', shown.cases, morning.cases],
    ['services', shown.services, morning.services],
    ['late answers', shown.late, 1],
    ['refusals', shown.refused, 1],
    ['answers by hand', shown.byHand, 1],
    ['applications', shown.applications, 1],
  ];
  return [
    ...matters,
    ...wanted.flatMap(([what, is, should]) =>
      is === should ? [] : [`the morning has ${is} ${what} instead of ${should}`],
    ),
    ...[...journals].flatMap(([name, count]) =>
      count > 0 ? [] : [`the registry ${name} was not asked, by its own journal`],
    ),
    ...refusedEvents.map((code) => `an event or call was not accepted: ${code}`),
  ];
}

/** What the morning has to show, as it came out. */
export function countMorning({ all }: Pick<RunOutcome, 'all'>) {
  const cases = all.filter(({ ended }) => ended !== undefined);
  const requests = all.flatMap((progress) => [...progress.requests.values()]);
  return {
    cases: cases.length,
    services: new Set(cases.map(({ planned }) => planned.service)).size,
    requests: requests.length,
    late: requests.filter(({ late }) => late === true).length,
    byHand: requests.filter(({ byHand }) => byHand === true).length,
    refused: requests.filter(({ listened }) => listened.event.value.state === 'refused').length,
    applications: all.filter(({ application }) => application?.checks !== undefined).length,
  };
}

function problemOf(progress: Progress): string | undefined {
  const { planned, failure, turnedAway, id } = progress;
  if (failure !== undefined) return `did not come to its end: ${failure}`;
  if (planned.kind === 'misuse') {
    const wanted = `${planned.expected.status} ${planned.expected.code}`;
    if (id !== undefined) return `was taken, and should have been turned away with ${wanted}`;
    if (turnedAway === undefined) return `was not answered; ${wanted} is expected`;
    const found = `${turnedAway.status} ${turnedAway.code}`;
    return found === wanted ? undefined : `was turned away with ${found} instead of ${wanted}`;
  }
  if (turnedAway !== undefined)
    return `was turned away with ${turnedAway.status} ${turnedAway.code}, and should have been taken`;
  if (id === undefined) return 'was not answered over HTTP';
  if (planned.kind === 'application') return problemOfApplication(progress, planned.states);
  return planned.kind === 'case'
    ? (problemOfCase(progress, planned.expected) ?? problemOfRequests(progress, requestsOf(progress)))
    : problemOfQuestion(progress, id);
}

function problemOfCase(
  { ended, planned, id }: Progress,
  expected: { readonly state: string; readonly code?: string },
): string | undefined {
  if (ended === undefined) return 'has not come out of Kafka';
  const { value } = ended.caseEvent;
  if (value.id !== id || value.caseId !== planned.caseId) return 'came out of Kafka as another case';
  if (value.procedure !== planned.service) return 'came out of Kafka for another service';
  if (value.state !== expected.state)
    return `came out of Kafka as ${value.state} instead of ${expected.state}`;
  const codes = value.missing.map(({ reason }) => reason.code).join(', ');
  return codes === (expected.code ?? '') ? undefined : `lacks ${codes || 'nothing'}, not ${expected.code}`;
}

function problemOfQuestion(progress: Progress, id: string): string | undefined {
  const state = progress.requests.get(id)?.listened.event.value.state;
  if (state !== undefined && state !== 'answered') return `came out of Kafka as ${state} instead of answered`;
  return problemOfRequests(progress, [id]);
}

/** Every request has to come out of Kafka for this matter, and its evidence to hold. */
function problemOfRequests({ requests, planned }: Progress, ids: readonly string[]): string | undefined {
  if (ids.length === 0) return 'asked nothing';
  for (const id of ids) {
    const request = requests.get(id);
    if (request === undefined) return `has a request that has not come out of Kafka: ${id}`;
    const { value } = request.listened.event;
    if (value.requestId !== id || value.caseId !== planned.caseId)
      return `has a request that came out of Kafka as another: ${id}`;
    if (!request.listened.case.results.some(({ requestId }) => requestId === id))
      return `has a request that did not advance its case: ${id}`;
    if (request.checks === undefined || request.checks.length === 0)
      return `has evidence that was not verified: ${id}`;
    const failed = request.checks.filter(({ ok }) => !ok);
    if (failed.length > 0) return `has evidence that does not hold, of ${id}: ${inWords(failed)}`;
  }
  return undefined;
}

function problemOfApplication({ application }: Progress, states: readonly string[]): string | undefined {
  if (!application?.arrived) return 'has not come out of Kafka';
  for (const [way, told] of [
    ['GET', application.byGet],
    ['the webhook', application.byWebhook],
    ['the topic', application.byTopic],
  ] as const) {
    if (told.join() !== states.join())
      return `came back by ${way} as ${told.join(', ') || 'nothing'} instead of ${states.join(', ')}`;
  }
  const failed = application.checks?.filter(({ ok }) => !ok);
  if (failed === undefined) return 'was not compared';
  return failed.length === 0 ? undefined : `does not hold: ${inWords(failed)}`;
}

function inWords(failed: readonly { readonly name: string; readonly detail: string }[]): string {
  return failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
}
