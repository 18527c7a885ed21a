import { must, parseEvidence } from './audit-check.js';
import { readXmlBody } from './audit-dom.js';
import type { AuditRow } from './audit-input.js';
import { gatewayNamespace, isSoapMessage } from './audit-soap-client.js';

/** Whom or what a request is about. */
export interface AuditedSubject {
  readonly scheme: string;
  readonly notation: string;
  /** Who named it: the client in its request, or the procedure of its case. */
  readonly by: 'client' | 'procedure';
}

/**
 * The subject that a registry has to be asked about, out of what the client signed. The client of a case names the
 * applicant; whom a step asks about, the procedure worked out, and it stands in the decision.
 *
 * @throws {Error} when it is nowhere to be found.
 */
export function subjectOf(rows: readonly AuditRow[]): AuditedSubject {
  const fromClient = rows.find(({ kind }) => kind === 'client-request');
  must(fromClient !== undefined, 'there is no request of the client');
  if (isSoapMessage(fromClient)) {
    const body = readXmlBody(fromClient.bytes);
    const [scheme, notation] = ['Scheme', 'Notation'].map((name) => body.textOf(gatewayNamespace, name));
    return { scheme: scheme as string, notation: notation as string, by: 'client' };
  }
  const by = fromClient.meta.case === undefined ? 'client' : 'procedure';
  const asked = by === 'procedure' ? rows.find(({ kind }) => kind === 'decision') : fromClient;
  must(asked !== undefined, 'there is no decision');
  const { subject } = parseEvidence(asked.bytes) as { subject?: { scheme?: unknown; notation?: unknown } };
  const { scheme, notation } = subject ?? {};
  must(
    typeof scheme === 'string' && typeof notation === 'string',
    `the request of the ${by} names no subject`,
  );
  return { scheme, notation, by };
}

/** Texts that a question about this subject has to have: a property is asked for by zone and number apart. */
export function wordsOf({ scheme, notation }: AuditedSubject): readonly string[] {
  if (scheme !== 'PROPERTY') return [notation];
  const slash = notation.indexOf('/');
  return [notation.slice(0, slash), notation.slice(slash + 1)];
}
