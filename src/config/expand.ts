/**
 * Replaces `${NAME}` and `${NAME:-default}` in every string of a configuration file by environment variables.
 *
 * @throws {Error} naming a variable that is neither set nor has a default.
 */
export function expand<Value>(
  value: Value,
  environment: Readonly<Record<string, string | undefined>>,
): Value {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g, (_, name: string, fallback?: string) => {
      const replacement = environment[name] ?? fallback;
      if (replacement === undefined) throw new Error(`the environment variable ${name} is not set`);
      return replacement;
    }) as Value;
  }
  if (Array.isArray(value)) return value.map((item) => expand(item, environment)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, expand(item, environment)]),
  ) as Value;
}
