/** What somebody can do to requests, and to events that could not be delivered, without being their client. */
export const operatorActions = [
  'view',
  'release',
  'rerun',
  'cancel',
  'disclose',
  'answer',
  'dead-letters',
] as const;

export type OperatorAction = (typeof operatorActions)[number];

export const operatorRoles = ['observer', 'operator', 'data-steward', 'platform'] as const;

export type OperatorRole = (typeof operatorRoles)[number];

/**
 * The one table of who may do what; what does not stand here is refused. Whoever moves requests about does not see
 * whom they are about, and whoever answers by hand does not decide what is asked again.
 */
export const permissions: Readonly<Record<OperatorRole, readonly OperatorAction[]>> = {
  observer: ['view'],
  operator: ['view', 'release', 'rerun', 'cancel'],
  'data-steward': ['view', 'disclose', 'answer'],
  platform: ['dead-letters'],
};

/** The first of these roles that permits the action; undefined when none does. */
export function roleFor(roles: readonly OperatorRole[], action: OperatorAction): OperatorRole | undefined {
  return roles.find((role) => permissions[role].includes(action));
}
