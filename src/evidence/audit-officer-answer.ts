import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { project } from '../results/projection.js';
import { check, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';

/**
 * What an officer answered by hand, beside the signature, which is checked as every client's is: that the scanned
 * page is the one that was signed, and that the municipality was told what the officer said, and no more.
 */
export function checkOfficerAnswer({ rows }: AuditInput): Check[] {
  return rows.flatMap((row, index) =>
    row.kind === 'officer-answer' ? checkAnswerByHand(row, rows, index) : [],
  );
}

/** Of an answer by whomever: the page that was attached, and what the municipality was told. */
export function checkAnswerByHand(row: AuditRow, rows: readonly AuditRow[], index: number): Check[] {
  return [
    check(`${rowName(row)}: document`, () => compareDocument(row, rows[index + 1])),
    check(`${rowName(row)}: result`, () => compareResult(row, rows)),
  ];
}

/** The answer carries its page in base64; the bytes stand in the row below it. */
function compareDocument(row: AuditRow, below: AuditRow | undefined): string {
  const { document } = parseEvidence(row.bytes) as {
    document?: { content?: unknown; mediaType?: unknown };
  };
  const kept = below?.kind === 'document' ? below : undefined;
  if (document === undefined) {
    must(kept === undefined, 'a document is kept that was not attached');
    return 'no document was attached';
  }
  const { content } = document;
  must(typeof content === 'string', 'the document that was attached has no content');
  must(kept !== undefined, 'the document that was attached is not kept');
  const attached = createHash('sha256').update(Buffer.from(content, 'base64')).digest('hex');
  const found = createHash('sha256').update(kept.bytes).digest('hex');
  must(attached === found, 'the document is another than the one that was signed');
  must(kept.mediaType === document.mediaType, 'the document is kept as another type');
  return `${rowName(kept)} is the one that was signed`;
}

/** What was told is what the officer said, cut down to the fields that were granted. */
function compareResult(row: AuditRow, rows: readonly AuditRow[]): string {
  const end = rows.find(({ kind }) => kind === 'result');
  must(end !== undefined, 'there is no result');
  const { result } = parseEvidence(end.bytes) as { result?: Record<string, unknown> };
  const { evidence, refusal, failure } = parseEvidence(row.bytes) as {
    evidence?: unknown;
    refusal?: { code?: unknown; message?: unknown };
    failure?: { code?: unknown };
  };
  must(result !== undefined, 'the result says nothing');
  if (refusal !== undefined) {
    const same = result.code === refusal.code && result.message === refusal.message;
    must(result.kind === 'refused' && same, 'the result is another than what was said');
    return 'the result is the refusal by hand';
  }
  if (failure !== undefined) {
    must(
      result.kind === 'failed' && result.code === failure.code,
      'the result is another than what was said',
    );
    return 'the result is the failure that was said';
  }
  must(result.kind === 'answered' && result.fulfilledBy === 'officer', 'the result hides who answered');
  const decision = rows.find(({ kind }) => kind === 'decision');
  must(decision !== undefined, 'there is no decision');
  const { fields } = parseEvidence(decision.bytes);
  must(Array.isArray(fields), 'the decision grants no fields');
  const granted = project(evidence, fields as string[]);
  must(isDeepStrictEqual(result.evidence, granted), 'the result is another than what was said');
  return 'the result is what was said, and of it what was granted';
}
