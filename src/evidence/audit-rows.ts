import { createHash } from 'node:crypto';
import { isFinal } from '../requests/states.js';
import { check, must, rowName } from './audit-check.js';
import type { AuditInput, AuditRow, Check } from './audit-input.js';
import { clockSkewMs } from './clock-skew.js';

/** Digests, gaps, and which kinds of rows stand where. Rows are in order. */
export function checkRows({ rows, request }: AuditInput): Check[] {
  return [
    check('rows: sequence', () => {
      rows.forEach((row, index) => {
        must(row.sequence === index + 1, `where #${index + 1} should stand there is #${row.sequence}`);
      });
      const { evidenceCount } = request;
      must(rows.length === evidenceCount, `${rows.length} rows are there, ${evidenceCount} were written`);
      return `1 to ${rows.length} without a gap`;
    }),
    check('rows: order', () => {
      must(rows[0]?.kind === 'client-request', 'the first row is not the request of the client');
      must(rows[1]?.kind === 'decision', 'the second row is not the decision');
      for (const kind of ['client-request', 'decision', 'officer-answer', 'result'] as const) {
        must(countOf(rows, kind) <= 1, `there is more than one row of kind ${kind}`);
      }
      const ended = isFinal(request.state);
      must(
        (countOf(rows, 'result') === 1) === ended,
        `the request is ${request.state}: ${resultRule(ended)}`,
      );
      must(!ended || rows.at(-1)?.kind === 'result', 'the result is not the last row');
      rows.forEach(({ kind }, index) => {
        const above = rows[index - 1]?.kind;
        const isAttached = kind !== 'document' || above === 'officer-answer' || above === 'operator-action';
        must(isAttached, 'a document does not stand below the answer that it was attached to');
      });
      rows.reduce((before, row) => {
        const early = row.recordedAt < before.recordedAt - clockSkewMs;
        must(!early, `${rowName(row)} was recorded before the row above it`);
        return row;
      });
      return rows.map(({ kind }) => kind).join(', ');
    }),
    ...rows.map((row) =>
      check(`${rowName(row)}: sha256`, () => {
        const found = createHash('sha256').update(row.bytes).digest('hex');
        must(found === row.sha256, 'the bytes are not those that were recorded');
        must(row.sizeBytes === row.bytes.length, 'the size is another');
        return `${row.sha256.slice(0, 16)}… over ${row.sizeBytes} bytes`;
      }),
    ),
  ];
}

function countOf(rows: readonly AuditRow[], kind: AuditRow['kind']): number {
  return rows.filter((row) => row.kind === kind).length;
}

function resultRule(ended: boolean): string {
  return ended ? 'there must be one result' : 'there must be no result yet';
}
