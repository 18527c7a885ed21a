import type { AuditRow, Check } from './audit-input.js';

/** `registry-answer #4` */
export function rowName({ kind, sequence }: Pick<AuditRow, 'kind' | 'sequence'>): string {
  return `${kind} #${sequence}`;
}

/** Runs one check: what it returns is the detail of success, what it throws that of failure. */
export function check(name: string, look: () => string): Check {
  try {
    return { name, ok: true, detail: look() };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message };
  }
}

/** The same for what takes a promise. */
export async function checkLater(name: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    return { name, ok: false, detail: (error as Error).message };
  }
}

/** Fails the check unless the condition holds. */
export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** Parses JSON out of evidence. @throws {Error} that quotes nothing. */
export function parseEvidence(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('the bytes are no JSON');
  }
  must(typeof value === 'object' && value !== null && !Array.isArray(value), 'the bytes are no JSON object');
  return value as Record<string, unknown>;
}
