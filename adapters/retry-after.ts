import type { Outcome } from '../contracts/outcome.js';
import type { Answer } from './transport.js';

/** A field that nobody signs must not put a request off for days. */
const longestMs = 3_600_000;

/**
 * Adds to an outcome that may be tried again what the registry, or a proxy before it, said about when (RFC 9110
 * §10.2.3): seconds or a date, an hour from now at most. It only ever makes us more patient.
 */
export function withRetryAfter(outcome: Outcome, { status, headers }: Answer, now: number): Outcome {
  if ((outcome.kind !== 'unavailable' && outcome.kind !== 'unknown') || status < 400) return outcome;
  const said = headers['retry-after'];
  if (said === undefined) return outcome;
  const at = /^\d{1,9}$/.test(said) ? now + Number(said) * 1_000 : Date.parse(said);
  if (Number.isNaN(at) || at <= now) return outcome;
  return { ...outcome, notBefore: Math.min(at, now + longestMs) };
}
