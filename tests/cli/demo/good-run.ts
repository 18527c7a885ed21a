import { generatePopulation } from '../../../adapters/civil/simulator/population.js';
import { samples } from '../../../adapters/civil/simulator/samples.js';
import { planRequests } from '../../../src/cli/demo/plan-requests.js';
import type { Progress } from '../../../src/cli/demo/progress.js';
import type { ListenedEvent } from '../../../src/cli/listen.js';

/** The planned requests of the demo. */
export function plan(run = 'abc123') {
  return planRequests(samples(generatePopulation(2026, 400)), run, 'Bashkia Divjakë');
}

/** A run as it has to come out; every call makes a new one, free to be changed. */
export function goodRun(): Progress[] {
  return plan().map((planned, index): Progress => {
    const progress = { planned, submittedAt: 1_000, askedMs: 12.4 };
    const { expected, draft } = planned;
    if (expected.kind === 'turned-away') return { ...progress, turnedAway: expected };
    const requestId = `019a8f2e-1c5b-7d3a-9b1e-${String(index).padStart(12, '0')}`;
    return {
      ...progress,
      requestId,
      acceptedAt: 1_010,
      checks: [{ name: 'rows: sequence', ok: true, detail: '' }],
      listened: listened(requestId, draft, expected),
    };
  });
}

function listened(
  requestId: string,
  { caseId, service }: { readonly caseId: string; readonly service: string },
  expected: { readonly kind: 'answered' } | { readonly kind: 'refused'; readonly code: string },
): ListenedEvent {
  const state = expected.kind;
  return {
    handledAt: 1_200,
    case: { caseId, step: 1, state: 'progressing', results: [{ requestId, service, state }] },
    event: {
      id: 'event',
      source: 'https://ura.example/',
      type: `ura.request.${state}.v1`,
      subject: requestId,
      time: new Date(1_110).toISOString(),
      dataschema: 'https://ura.example/schema',
      traceparent: undefined,
      bytes: '',
      signature: '',
      keyId: 'gateway',
      value: {
        requestId,
        caseId,
        service,
        municipality: '20',
        state,
        result:
          expected.kind === 'refused'
            ? { kind: 'refused', code: expected.code, message: '' }
            : { kind: 'answered', evidenceType: 'family-composition', evidence: {} },
        warnings: [],
        finishedAt: new Date(1_110).toISOString(),
        evidence: [],
      },
    },
  };
}
