import { createHash } from 'node:crypto';

/**
 * Names content by itself: equal for equal content, whatever the order of its members. The first 32 hexadecimal
 * digits of the SHA-256.
 */
export function versionOf(content: unknown): string {
  const sorted = JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('hex').slice(0, 32);
}
