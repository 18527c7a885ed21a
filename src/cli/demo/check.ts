import type { Progress } from './progress.js';

/**
 * Holds what happened against what has to happen: the demo succeeds exactly when nothing is missing.
 *
 * @returns one sentence for each request that did not end as planned.
 */
export function findMissing(all: readonly Progress[]): string[] {
  return all.flatMap((progress) => {
    const { number, what, draft, replayOf } = progress.planned;
    const problem = problemOf(progress);
    const name = `request ${number} (${draft.service} ${what}${replayOf ? ` of ${replayOf}` : ''})`;
    return problem === undefined ? [] : [`${name} ${problem}`];
  });
}

function problemOf(progress: Progress): string | undefined {
  const { expected } = progress.planned;
  const { failure, turnedAway, requestId, listened, checks } = progress;
  if (failure !== undefined) return `could not be sent: ${failure}`;
  if (expected.kind === 'turned-away') {
    const wanted = `${expected.status} ${expected.code}`;
    if (requestId !== undefined) return `was taken, and should have been turned away with ${wanted}`;
    if (turnedAway === undefined) return `was not answered; ${wanted} is expected`;
    const { status, code } = turnedAway;
    return status === expected.status && code === expected.code
      ? undefined
      : `was turned away with ${status} ${code} instead of ${wanted}`;
  }
  if (turnedAway !== undefined) {
    return `was turned away with ${turnedAway.status} ${turnedAway.code}, and should have been taken`;
  }
  if (requestId === undefined) return 'was not answered over HTTP';
  if (listened === undefined) return 'has not come out of Kafka';
  const { value } = listened.event;
  if (value.requestId !== requestId) return 'came out of Kafka as another request';
  if (value.caseId !== progress.planned.draft.caseId) return 'came out of Kafka for another case';
  if (value.state !== expected.kind || value.result?.kind !== expected.kind) {
    return `came out of Kafka as ${value.state} instead of ${expected.kind}`;
  }
  if (expected.kind === 'refused') {
    const code = value.result.kind === 'refused' ? value.result.code : 'no code';
    if (code !== expected.code) return `was refused by the registry with ${code} instead of ${expected.code}`;
  }
  if (!listened.case.results.some((result) => result.requestId === requestId)) {
    return 'did not advance its case';
  }
  if (checks === undefined || checks.length === 0) return 'has evidence that was not verified';
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length === 0) return undefined;
  return `has evidence that does not hold: ${failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`;
}
