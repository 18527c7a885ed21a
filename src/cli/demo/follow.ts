import type { ListenedCase, ListenedEvent } from '../listen.js';
import { type AskedRequest, isSettled, type Progress } from './progress.js';
import { type EvidenceParts, verifyEvidence } from './verify-evidence.js';

export interface FollowerParts {
  readonly all: readonly Progress[];
  readonly evidence: EvidenceParts;
  readonly onChange: (changed: Progress) => void;
}

/** Brings together what the listener prints with the matters that it is about. */
export interface Follower {
  /** Takes one line of the listener. */
  readonly take: (line: string) => void;
  /** Assigns what has come, and has the evidence of one more request verified. */
  step(): Promise<void>;
  /** Reads the steps of the cases that still run. */
  readSteps(): Promise<void>;
  /** Codes of events that the listener did not accept. */
  readonly refused: readonly string[];
}

export function follower({ all, evidence, onChange }: FollowerParts): Follower {
  const refused: string[] = [];
  // Results may come before the answer over HTTP that says whose they are.
  const results: ListenedEvent[] = [];
  const ends: ListenedCase[] = [];
  const unverified: [Progress, AskedRequest][] = [];

  const assign = (): void => {
    const byId = new Map(all.flatMap((progress) => (progress.id ? [[progress.id, progress] as const] : [])));
    for (const listened of results.splice(0)) {
      const { subject, value } = listened.event;
      const progress = byId.get(value.case?.id ?? subject);
      // Of this run, and nobody knows yet of what.
      if (progress === undefined) {
        if (all.some(({ planned }) => planned.caseId === value.caseId)) results.push(listened);
        continue;
      }
      const request = { id: subject, listened };
      progress.requests.set(subject, request);
      unverified.push([progress, request]);
      onChange(progress);
    }
    for (const ended of ends.splice(0)) {
      const progress = byId.get(ended.caseEvent.subject);
      if (progress === undefined) {
        if (all.some(({ planned }) => planned.caseId === ended.caseEvent.value.caseId)) ends.push(ended);
        continue;
      }
      progress.ended = ended;
      progress.steps = ended.caseEvent.value.steps;
      onChange(progress);
    }
  };

  return {
    refused,
    take(line) {
      const parsed = JSON.parse(line) as ListenedEvent | ListenedCase | { refused: string };
      if ('refused' in parsed) refused.push(parsed.refused);
      else if ('caseEvent' in parsed) ends.push(parsed);
      else results.push(parsed);
    },
    async step() {
      assign();
      const next = unverified.shift();
      if (next === undefined) return;
      const [progress, request] = next;
      const isOwn = progress.planned.kind !== 'question';
      const found = await verifyEvidence(evidence, request.listened, { withReceipt: isOwn }).catch(
        (error: Error) => ({ checks: [{ name: 'audit', ok: false, detail: error.message }] }),
      );
      Object.assign(request, found);
      onChange(progress);
    },
    async readSteps() {
      const running = all.filter((one) => one.planned.kind === 'case' && one.id && !isSettled(one));
      for (const progress of running) {
        if (progress.ended !== undefined || progress.id === undefined) continue;
        const read = await evidence.ura.getCase(progress.id).catch(() => undefined);
        // Its end may have come meanwhile.
        if (read !== undefined && progress.ended === undefined) progress.steps = read.steps;
        onChange(progress);
      }
    },
  };
}
