import { type FieldProblem, UraAnswerUntrusted, UraRefused } from './errors.js';
import type { WireAnswer } from './http-transport.js';

/** Refusals that the gateway only gives to a client it knows; without its signature they are somebody else's. */
const alwaysSigned = new Set([
  'not-granted',
  'field-not-granted',
  'unknown-municipality',
  'unknown-service',
  'service-not-offered',
  'unknown-request',
  'not-cancellable',
  'idempotency-key-reused',
]);

/**
 * Turns an answer of 400 and above into the error to throw.
 *
 * @param verified whether the answer carries the gateway's signature.
 */
export function readProblem(answer: WireAnswer, verified: boolean): UraRefused | UraAnswerUntrusted {
  const problem = parse(answer.body);
  const code = text(problem.code, 64) ?? 'unknown';
  if (!verified && (alwaysSigned.has(code) || answer.status === 403 || answer.status === 422)) {
    return new UraAnswerUntrusted(answer.status, 'signature-missing');
  }
  return new UraRefused({
    status: answer.status,
    code,
    detail: text(problem.detail, 1_000) ?? 'The answer is no problem document of the gateway.',
    errors: fieldProblems(problem.errors),
    requestId: text(problem.requestId, 64),
    retryAfterSeconds: retryAfter(answer.rawHeaders),
    verified,
  });
}

/** Members as they came; none of them is trusted to be there or of its type. */
interface ProblemMembers {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly errors?: unknown;
  readonly requestId?: unknown;
}

function parse(body: Uint8Array): ProblemMembers {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 100).flatMap((one: unknown) => {
    const { pointer, code, detail } = (one ?? {}) as Record<string, unknown>;
    if (typeof pointer !== 'string' || typeof code !== 'string' || typeof detail !== 'string') return [];
    return [{ pointer, code, detail }];
  });
}

function text(value: unknown, longestChars: number): string | undefined {
  return typeof value === 'string' ? value.slice(0, longestChars) : undefined;
}

/** Delay form only (RFC 9110 §10.2.3): the gateway sends no dates. Not signed, so only a hint. */
function retryAfter(rawHeaders: readonly string[]): number | undefined {
  const index = rawHeaders.findIndex((name, at) => at % 2 === 0 && name.toLowerCase() === 'retry-after');
  const value = index < 0 ? undefined : rawHeaders[index + 1];
  return value !== undefined && /^\d{1,6}$/.test(value) ? Number(value) : undefined;
}
