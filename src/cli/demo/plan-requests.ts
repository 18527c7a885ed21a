import type { Samples } from '../../../adapters/civil/simulator/samples.js';
import type { RequestDraft } from '../../client/index.js';

/** How a request of the demo has to end. */
export type Expectation =
  | { readonly kind: 'answered' }
  /** The registry says no. */
  | { readonly kind: 'refused'; readonly code: string }
  /** The gateway does not take it. */
  | { readonly kind: 'turned-away'; readonly status: number; readonly code: string };

/** One request of the demo, before it is sent. */
export interface PlannedRequest {
  /** `01` to `20`. */
  readonly number: string;
  /** What is asked, in two words. */
  readonly what: string;
  readonly draft: RequestDraft;
  readonly idempotencyKey: string;
  readonly expected: Expectation;
  /** Sends the very bytes of that request once more instead of signing anew. */
  readonly replayOf?: string;
}

const family = { service: 'AL012031', what: 'family' } as const;
const person = { service: 'AL012001', what: 'person' } as const;
const fact = (factKind: 'BIRTH' | 'MARRIAGE' | 'DEATH') => ({
  service: 'AL012002',
  what: `${factKind.toLowerCase()} act`,
  parameters: { factKind },
});

type Who = keyof Samples;
type Question = {
  readonly service: string;
  readonly what: string;
  readonly parameters?: Record<string, unknown>;
};
type Line = readonly [
  caseName: string,
  question: Question,
  who: Who,
  purpose: string,
  expected?: Expectation,
];

/** Seventeen that are answered, one that the registry refuses, one that is not granted. */
const lines: readonly Line[] = [
  ['HOUSING-1', family, 'headOfSix', 'social-housing'],
  ['HOUSING-1', person, 'headOfSix', 'social-housing'],
  ['HOUSING-1', fact('BIRTH'), 'headOfSix', 'social-housing'],
  ['CRECHE-2', family, 'childOfSix', 'kindergarten-registration'],
  ['CRECHE-2', fact('BIRTH'), 'childOfSix', 'kindergarten-registration'],
  ['AID-3', family, 'widow', 'economic-aid'],
  ['AID-3', person, 'widow', 'economic-aid'],
  ['HOUSING-4', fact('DEATH'), 'deceased', 'social-housing'],
  ['HOUSING-4', fact('MARRIAGE'), 'widow', 'social-housing'],
  ['HOUSING-4', person, 'deceased', 'social-housing'],
  ['HOUSING-5', family, 'married', 'social-housing'],
  ['HOUSING-5', fact('MARRIAGE'), 'married', 'social-housing'],
  ['AID-6', person, 'single', 'economic-aid'],
  ['AID-6', family, 'single', 'economic-aid'],
  ['HOUSING-7', fact('MARRIAGE'), 'divorced', 'social-housing'],
  ['HOUSING-7', person, 'divorced', 'social-housing'],
  ['PROOF-8', person, 'foreigner', 'residence-proof'],
  ['AID-9', family, 'unknown', 'economic-aid', { kind: 'refused', code: 'PERSON_NOT_FOUND' }],
  [
    'LETTER-10',
    family,
    'headOfSix',
    'advertising',
    { kind: 'turned-away', status: 403, code: 'not-granted' },
  ],
];

/**
 * The twenty requests of the demo, of three kinds. The last one is a replay of the first.
 *
 * @param run makes case ids and idempotency keys of this run unlike those of any other: 4 to 20 letters and digits.
 * @param organisation as configured for the client.
 */
export function planRequests(people: Samples, run: string, organisation: string): PlannedRequest[] {
  const planned = lines.map(
    ([caseName, { service, what, parameters }, who, purpose, expected], index): PlannedRequest => {
      const number = String(index + 1).padStart(2, '0');
      return {
        number,
        what,
        idempotencyKey: `demo-${run}-${number}`,
        expected: expected ?? { kind: 'answered' },
        draft: {
          service,
          subject: { scheme: 'NID', notation: people[who] },
          purpose,
          legalBasis: 'Ligji 139/2015 për vetëqeverisjen vendore, neni 29',
          requester: { organisation, officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
          caseId: `DIV-${run}-${caseName}`,
          ...(parameters ? { parameters } : {}),
        },
      };
    },
  );
  const first = planned[0] as PlannedRequest;
  return [
    ...planned,
    {
      ...first,
      number: String(planned.length + 1),
      what: `${first.what}, replayed`,
      expected: { kind: 'turned-away', status: 409, code: 'message-replayed' },
      replayOf: first.number,
    },
  ];
}
