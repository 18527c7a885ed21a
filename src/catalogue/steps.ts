import type { Step } from '../config/catalogue-settings.js';

/**
 * Ids of the steps whose evidence a CEL expression reads: `steps.family…` or `steps["own-home"]…` (an id with a
 * hyphen cannot stand behind a dot: CEL would subtract). String literals name nothing.
 *
 * @returns undefined in place of an id where `steps` is used in a way that does not say which step is meant.
 */
export function stepsNamedIn(expression: string): (string | undefined)[] {
  const pattern =
    /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])(?<steps>steps)\b(?:\s*\.\s*([A-Za-z_]\w*)|\s*\[\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\])?/g;
  const named = [...expression.matchAll(pattern)]
    .filter((match) => match.groups?.steps !== undefined)
    .map(([, , ident, double, single]) => ident ?? double ?? single);
  return [...new Set(named)];
}

/** The CEL expressions of a step, each with the setting that it stands in. */
export function expressionsOf(step: Step): [setting: string, source: string][] {
  const { forEach, when, subject, parameters = {} } = step;
  return [
    ['forEach', forEach],
    ['when', when],
    ['subject', subject],
    ...Object.entries(parameters).map(([name, source]): [string, string] => [`parameters.${name}`, source]),
  ].filter((each): each is [string, string] => each[1] !== undefined);
}

/** Ids of the steps that have to be finished before this one. */
export function stepsBefore(step: Step): string[] {
  const named = expressionsOf(step).flatMap(([, source]) => stepsNamedIn(source));
  return [...new Set(named.filter((id) => id !== undefined))];
}

/** What keeps steps from being run in any order: ids given twice, steps that are not there, circles. */
export function stepProblems(steps: readonly Step[]): string[] {
  const ids = steps.map(({ id }) => id);
  const twice = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
  const problems = [...twice].map((id) => `step ${id} is given more than once`);
  for (const step of steps) {
    for (const [setting, source] of expressionsOf(step)) {
      for (const id of stepsNamedIn(source)) {
        if (id === undefined) {
          problems.push(`step ${step.id}: ${setting} does not say which step it means: write steps.<id>`);
        } else if (!ids.includes(id)) {
          problems.push(`step ${step.id}: ${setting} names step ${id}, which is not in the procedure`);
        }
      }
    }
  }
  const stuck = inCircles(steps);
  if (stuck.length > 0) problems.push(`steps ${stuck.join(', ')} wait for each other`);
  return problems;
}

/** Ids of the steps that never get their turn although all steps that they name are there. */
function inCircles(steps: readonly Step[]): string[] {
  const ids = new Set(steps.map(({ id }) => id));
  let left = [...steps];
  for (;;) {
    const open = new Set(left.map(({ id }) => id));
    const next = left.filter((step) => stepsBefore(step).some((id) => ids.has(id) && open.has(id)));
    if (next.length === left.length) return left.map(({ id }) => id);
    left = next;
  }
}
