import type { CaseExchange } from '../../src/procedures/case.js';
import type { Ask, CaseFacts } from '../../src/procedures/plan.js';
import type { Procedure, Step } from '../../src/procedures/procedure.js';

export const applicant = { scheme: 'NID', notation: 'J00101999W' } as const;

/** A procedure with these steps and a form that takes anything. */
export function procedureOf(evidence: readonly Step[]): Procedure {
  return {
    purpose: 'social-housing',
    legalBasis: 'Ligji 22/2018',
    applicant: ['NID'],
    form: { type: 'object', additionalProperties: true },
    evidence,
  };
}

export function factsOf(
  evidence: readonly Step[],
  exchanges: readonly CaseExchange[] = [],
  more: Partial<CaseFacts> & { readonly form?: Readonly<Record<string, unknown>> } = {},
): CaseFacts {
  const { form = {}, ...rest } = more;
  return {
    procedure: procedureOf(evidence),
    application: { applicant, form },
    municipality: '20',
    exchanges,
    deadlineAt: 2_000_000,
    now: 1_000_000,
    ...rest,
  };
}

/** An ask as it stands after it was made and went its way. */
export function exchangeOf(ask: Ask, changes: Partial<CaseExchange> = {}): CaseExchange {
  const { validForDays: _, ...asked } = ask;
  return {
    ...asked,
    requestId: `${ask.step}/${ask.item ?? '-'}/${ask.round}`,
    reused: false,
    byHand: false,
    submitted: true,
    requestOpen: true,
    unsettled: false,
    state: 'open',
    plannedAt: 1_000_000,
    ...changes,
  };
}

export function answer(ask: Ask, evidence: unknown): CaseExchange {
  return exchangeOf(ask, { state: 'answered', evidenceType: 'x', evidence, finishedAt: 1_000_100 });
}

/** A family answer with this many members besides the head. */
export function familyOf(count: number): unknown {
  const members = Array.from({ length: count }, (_, index) => ({
    person: { identifier: { scheme: 'NID', notation: `M${index}` } },
  }));
  return { members };
}
