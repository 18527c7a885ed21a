import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { castOf } from '../../../src/cli/demo/cast.js';
import { type Planned, planMorning } from '../../../src/cli/demo/plan-morning.js';
import { type AskedRequest, begin, type Progress } from '../../../src/cli/demo/progress.js';
import type { RunOutcome } from '../../../src/cli/demo/run-morning.js';
import type { CaseEvent, ResultEvent } from '../../../src/client/index.js';

type Result = ResultEvent['value'];
type End = CaseEvent['value'];

export const cast = castOf(generatePopulation(2026, 400));

/** The planned matters of the demo. */
export function plan(run = 'abc123'): Planned[] {
  return planMorning(cast, run, 'Bashkia Divjakë');
}

/** A morning as it has to come out; every call makes a new one, free to be changed. */
export function goodRun(): RunOutcome & { readonly all: Progress[] } {
  const names = ['civil', 'property', 'tax', 'business', 'municipal-tax', 'adisa'];
  return { all: plan().map(settled), refusedEvents: [], journals: new Map(names.map((name) => [name, 3])) };
}

const checks = [{ name: 'rows: sequence', ok: true, detail: '' }];

function idOf(what: number, number: string): string {
  return `019a8f2e-1c5b-7d3a-9b${what}e-0000000000${number}`;
}

function settled(planned: Planned): Progress {
  const { number, caseId } = planned;
  const progress: Progress = { ...begin(planned), submittedAt: 1_000, askedMs: 12.4 };
  if (planned.kind === 'misuse') return { ...progress, turnedAway: planned.expected };
  const id = idOf(1, number);
  if (planned.kind === 'application') {
    const states = [...planned.states];
    const ways = { byGet: states, byWebhook: [...states], byTopic: [...states] };
    return { ...progress, id, application: { arrived: true, ...ways, checks } };
  }
  const asked = (requestId: string, state: 'answered' | 'refused'): AskedRequest => ({
    id: requestId,
    checks,
    listened: {
      handledAt: 1_200,
      case: { caseId, step: 1, state: 'progressing', results: [{ requestId, service: 'AL012002', state }] },
      event: {
        ...envelope,
        subject: requestId,
        type: `ura.request.${state}.v1`,
        value: resultOf(requestId, caseId, state),
      },
    },
  });
  if (planned.kind === 'question')
    return { ...progress, id, requests: new Map([[id, asked(id, 'answered')]]) };
  const requestId = idOf(2, number);
  const { expected, special } = planned;
  const isComplete = expected.state === 'complete';
  const request: AskedRequest = {
    ...asked(requestId, isComplete ? 'answered' : 'refused'),
    late: special === 'late',
    byHand: special === 'by-hand',
  };
  const step = {
    id: 'fact',
    service: 'AL012002',
    state: isComplete ? ('done' as const) : ('failed' as const),
    requests: [{ requestId, state: isComplete ? ('answered' as const) : ('refused' as const) }],
  };
  const reason = { code: 'code' in expected ? expected.code : '', detail: '' };
  const value: End = {
    id,
    caseId,
    procedure: planned.service,
    version: 'v1',
    municipality: '20',
    state: expected.state,
    steps: [step],
    missing: isComplete ? [] : [{ step: 'fact', reason, text: { sq: '', en: '' } }],
    finishedAt: new Date(1_110).toISOString(),
  };
  return {
    ...progress,
    id,
    steps: [step],
    requests: new Map([[requestId, request]]),
    ended: { handledAt: 1_210, caseEvent: { ...envelope, subject: id, type: 'ura.case.complete.v1', value } },
  };
}

const envelope = {
  id: 'event',
  source: 'https://ura.example/',
  time: new Date(1_110).toISOString(),
  dataschema: 'https://ura.example/schema',
  traceparent: undefined,
  bytes: '',
  signature: '',
  keyId: 'gateway',
};

function resultOf(requestId: string, caseId: string, state: 'answered' | 'refused'): Result {
  return {
    requestId,
    caseId,
    service: 'AL012002',
    municipality: '20',
    state,
    result:
      state === 'refused'
        ? { kind: 'refused', code: 'PERSON_NOT_FOUND', message: '' }
        : { kind: 'answered', evidenceType: 'civil-status-record', evidence: {} },
    warnings: [],
    finishedAt: new Date(1_110).toISOString(),
    evidence: [],
  };
}
