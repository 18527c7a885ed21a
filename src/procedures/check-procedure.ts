import { ExpressionInvalid, type Expressions } from './expression.js';
import type { Procedure, Step } from './procedure.js';

/**
 * What keeps a procedure from being run: expressions that are none, steps that are not there, steps that wait for
 * each other. Empty when it can be run.
 */
export function checkProcedure(
  { evidence }: Pick<Procedure, 'evidence'>,
  expressions: Expressions,
): string[] {
  const ids = evidence.map(({ id }) => id);
  const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  const problems = [...twice].map((id) => `step ${id} is given more than once`);
  const before = new Map<string, ReadonlySet<string>>();
  for (const step of evidence) {
    const named = new Set<string>();
    for (const { setting, source, expected, mayUseItem } of expressionsOf(step)) {
      try {
        const { steps, usesItem } = expressions.compile(source, expected);
        for (const id of steps) named.add(id);
        if (usesItem && !mayUseItem) {
          problems.push(`step ${step.id}: ${setting} names item, which there is only for each of forEach`);
        }
        for (const id of [...steps].filter((id) => !ids.includes(id))) {
          problems.push(`step ${step.id}: ${setting} names step ${id}, which is not in the procedure`);
        }
      } catch (error) {
        if (!(error instanceof ExpressionInvalid)) throw error;
        problems.push(`step ${step.id}: ${setting} ${error.message}`);
      }
    }
    before.set(step.id, named);
  }
  const stuck = inCircles(before);
  return stuck.length === 0 ? problems : [...problems, `steps ${stuck.join(', ')} wait for each other`];
}

/** The expressions of a step, with what each has to give and whether `item` means something in it. */
export function expressionsOf(step: Step): {
  setting: string;
  source: string;
  expected: 'bool' | 'list' | 'any';
  mayUseItem: boolean;
}[] {
  const perItem = { expected: 'any', mayUseItem: step.forEach !== undefined } as const;
  return [
    ...(step.when === undefined
      ? []
      : [{ setting: 'when', source: step.when, expected: 'bool', mayUseItem: false } as const]),
    ...(step.forEach === undefined
      ? []
      : [{ setting: 'forEach', source: step.forEach, expected: 'list', mayUseItem: false } as const]),
    { setting: 'subject', source: step.subject ?? 'applicant', ...perItem },
    ...Object.entries(step.parameters ?? {}).map(([name, source]) => ({
      setting: `parameters.${name}`,
      source,
      ...perItem,
    })),
  ];
}

/** Ids that never get their turn although everything that they name is there. */
function inCircles(before: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const left = new Set(before.keys());
  for (;;) {
    const free = [...left].filter((id) => ![...(before.get(id) ?? [])].some((each) => left.has(each)));
    if (free.length === 0) return [...left];
    for (const id of free) left.delete(id);
  }
}
