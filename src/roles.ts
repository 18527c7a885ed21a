/**
 * What a process does. `api`: takes requests over HTTP and Kafka. `dispatch`: takes them to their registries and
 * moves cases on. `relay`: tells municipalities, over Kafka and webhooks. `seal`: keeps house over what is stored.
 */
export const roles = ['api', 'dispatch', 'relay', 'seal'] as const;

export type Role = (typeof roles)[number];

/**
 * @param text names with commas between, such as `api,dispatch`; undefined or empty: all of them.
 * @throws {Error} naming what is no role.
 */
export function parseRoles(text: string | undefined): ReadonlySet<Role> {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => !(roles as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new Error(`there is no role ${unknown.join(', ')}: the roles are ${roles.join(', ')}`);
  }
  return new Set(names.length === 0 ? roles : (names as Role[]));
}
