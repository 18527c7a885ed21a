import { operatorActions, roleFor } from '../../operator/roles.js';
import type { Config, OperatorSettings } from '../config.js';
import { type Change, differences, inWords } from './change.js';

/** What is different for each operator: whether it is let in, what it may do, and on what. */
export function compareOperators(before: Config, after: Config): Change[] {
  const ids = [...new Set([...before.operators, ...after.operators].map(({ id }) => id))].sort();
  return ids.flatMap((id) => {
    const [old, now] = [before, after].map(({ operators }) => operators.find((each) => each.id === id));
    return compareSettings(old, now).map((what) => ({ who: `operator ${id}`, what }));
  });
}

function compareSettings(
  before: OperatorSettings | undefined,
  after: OperatorSettings | undefined,
): string[] {
  if (after === undefined) return ['is no longer an operator: nothing of it is accepted'];
  if (before === undefined) return [`is a new operator, who may ${actionsOf(after).join(', ')}`];
  const [had, has] = [actionsOf(before), actionsOf(after)];
  const [given, taken] = [
    has.filter((each) => !had.includes(each)),
    had.filter((each) => !has.includes(each)),
  ];
  return [
    ...(given.length > 0 ? [`may now ${given.join(', ')}`] : []),
    ...(taken.length > 0 ? [`may no longer ${taken.join(', ')}`] : []),
    ...differences(before, after).map(inWords),
  ];
}

function actionsOf({ roles }: OperatorSettings): readonly string[] {
  return operatorActions.filter((action) => roleFor(roles, action) !== undefined);
}
