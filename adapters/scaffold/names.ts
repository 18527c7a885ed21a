/** `getPermit`, `GetPermit` and `get_permit` → `get-permit`. */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}

/** `get-permit` and `GetPermit` → `getPermit`. */
export function camel(name: string): string {
  return kebab(name).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** `get-permit` → `GetPermit`. */
export function pascal(name: string): string {
  const inner = camel(name);
  return inner.charAt(0).toUpperCase() + inner.slice(1);
}

/** `demo-registry` → `demo registry`. */
export function spoken(name: string): string {
  return kebab(name).replaceAll('-', ' ');
}
