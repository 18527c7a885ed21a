import type { Identifier } from '../../adapters/adapter.js';
import type { Reason } from '../requests/request.js';
import type { Application, CaseEnd, CaseExchange } from './case.js';
import { expressionsOf } from './check-procedure.js';
import type { Expressions } from './expression.js';
import { planStep } from './plan-step.js';
import type { Procedure, Step } from './procedure.js';
import { reasonOf } from './reasons.js';

/** `waiting`: for other steps. `running`: its registry is asked. The rest is where a step can end. */
export type StepState = 'waiting' | 'running' | 'done' | 'skipped' | 'failed';

/** One step as it stands. */
export interface PlannedStep {
  readonly step: Step;
  readonly state: StepState;
  readonly reason?: Reason;
  /** Ids of the steps that have to end before it. */
  readonly after: readonly string[];
  /** The latest round of each item. */
  readonly exchanges: readonly CaseExchange[];
}

/** A question to be asked now. */
export interface Ask
  extends Pick<CaseExchange, 'step' | 'item' | 'round' | 'service' | 'subject' | 'parameters'> {
  readonly validForDays?: number;
}

export interface CasePlan {
  readonly steps: readonly PlannedStep[];
  readonly asks: readonly Ask[];
  /** Absent while something is asked or to be asked. */
  readonly end?: Exclude<CaseEnd, 'cancelled'>;
}

/** Everything that a plan follows from: the same facts give the same plan. */
export interface CaseFacts {
  readonly procedure: Procedure;
  readonly application: Pick<Application, 'applicant' | 'form'>;
  readonly municipality: string;
  readonly exchanges: readonly CaseExchange[];
  readonly deadlineAt: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Says where each step of a case stands, what is to be asked now, and whether the case has ended. A step gets its
 * turn when every step that its expressions name has ended; what was asked once stays as it was asked, whatever
 * becomes known later.
 */
export function planCase(facts: CaseFacts, expressions: Expressions): CasePlan {
  const { evidence: steps } = facts.procedure;
  const planned = new Map<string, PlannedStep>();
  const asks: Ask[] = [];
  const after = new Map(steps.map((step) => [step.id, stepsBefore(step, expressions)]));
  const left = new Set(steps);
  for (;;) {
    const ready = [...left].filter((step) => (after.get(step.id) ?? []).every((id) => planned.has(id)));
    if (ready.length === 0) break;
    for (const step of ready) {
      left.delete(step);
      const made = planStep(step, after.get(step.id) ?? [], planned, facts, expressions);
      planned.set(step.id, made.step);
      asks.push(...made.asks);
    }
  }
  // The configuration check refuses circles and steps that are not there; a snapshot of before may have them.
  for (const step of left) {
    planned.set(step.id, {
      step,
      state: 'failed',
      reason: reasonOf('expression-failed', 'names a step that is never reached'),
      after: after.get(step.id) ?? [],
      exchanges: [],
    });
  }
  const inOrder = steps.map(({ id }) => planned.get(id) as PlannedStep);
  const open = inOrder.some(({ state }) => state === 'waiting' || state === 'running');
  if (open) return { steps: inOrder, asks };
  const failed = inOrder.some(({ state, step }) => state === 'failed' && step.optional !== true);
  return { steps: inOrder, asks, end: failed ? 'incomplete' : 'complete' };
}

/** Ids of the steps that have to end before this one. */
function stepsBefore(step: Step, expressions: Expressions): string[] {
  const named = new Set<string>();
  for (const { source, expected } of expressionsOf(step)) {
    try {
      for (const id of expressions.compile(source, expected).steps) named.add(id);
    } catch {
      // A snapshot from before a rule was stricter: planning the step says what is wrong.
    }
  }
  return [...named];
}

/** What a case lacks, step by step. */
export interface Missing {
  readonly step: string;
  readonly item?: number;
  readonly reason: Reason;
}

/** What keeps a case from being complete: the failed steps that it needs, each item on its own. */
export function missingOf({ steps }: Pick<CasePlan, 'steps'>): Missing[] {
  return steps
    .filter(({ state, step }) => state === 'failed' && step.optional !== true)
    .flatMap(({ step, reason, exchanges }): Missing[] => {
      const unanswered = exchanges.filter(({ state }) => state !== 'answered');
      if (unanswered.length === 0) return [{ step: step.id, reason: reason ?? reasonOf('failed') }];
      return unanswered.map((exchange) => ({
        step: step.id,
        ...(exchange.item === null ? {} : { item: exchange.item }),
        reason: exchange.reason ?? reasonOf(exchange.state === 'open' ? 'deadline-passed' : exchange.state),
      }));
    });
}

/** Two questions with the same key are the same question. */
export function questionKey({
  service,
  subject,
  parameters,
}: {
  readonly service: string;
  readonly subject: Identifier;
  readonly parameters: Readonly<Record<string, unknown>>;
}): string {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([left], [right]) => (left < right ? -1 : 1))
            .map(([name, item]) => [name, sorted(item)]),
        )
      : Array.isArray(value)
        ? value.map(sorted)
        : value;
  return JSON.stringify([service, subject.scheme, subject.notation, sorted(parameters)]);
}
