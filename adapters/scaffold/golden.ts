import type { PlannedOperation } from './plan.js';

export const goldenMessageId = '0195f7a0-1111-7000-8000-000000000001';

const notations = { NID: 'H70314021A', NUIS: 'K71234567A', PROPERTY: '8270/8/638' } as const;
const context = {
  purpose: 'social-housing',
  legalBasis: 'Ligji 22/2018, neni 13',
  caseId: 'DIV-2026-000124',
  requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
};

/** One question of an operation, and what must come of the answer to it. */
export interface Golden {
  readonly notation: string;
  readonly context: typeof context;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Members of the answer, less subject and message id. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** `request.json` */
  readonly exchange: object;
  /** `outcome.json` */
  readonly outcome: object;
}

export function goldenOf({
  name,
  evidenceType,
  scheme,
  parameters,
  repeated,
  answer,
}: PlannedOperation): Golden {
  const subject = { scheme, notation: notations[scheme] };
  const given = Object.fromEntries(
    parameters.filter(({ required }) => required).map(({ key, example }) => [key, example]),
  );
  const told = Object.fromEntries(
    answer.map(({ key, example }) => [key, repeated.includes(key) ? (given[key] ?? example) : example]),
  );
  return {
    notation: subject.notation,
    context,
    parameters: given,
    answer: told,
    exchange: {
      messageId: goldenMessageId,
      operation: name,
      subject,
      parameters: given,
      ...context,
      deadlineAt: 1772442867000,
    },
    outcome: { kind: 'answered', evidenceType, evidence: { subject, ...told } },
  };
}
