import { check, must, parseEvidence, rowName } from './audit-check.js';
import type { AuditInput, Check } from './audit-input.js';
import { clockSkewMs } from './clock-skew.js';

/**
 * What is kept about the time in which the registry was down: the gateway's own word, which nobody signed. So it is
 * held against the request's lifetime and against itself.
 */
export function checkOutage({ rows, request }: AuditInput): Check[] {
  const told = rows.filter(({ kind }) => kind === 'registry-outage');
  return told.map((row) =>
    check(`${rowName(row)}: times`, () => {
      must(told.length === 1, 'there is more than one');
      must(rows.indexOf(row) === rows.length - 2, 'it does not stand right above the result');
      const { registry, from, until, totalMs, outages } = parseEvidence(row.bytes);
      must(registry === request.adapter, 'it is about another registry');
      const [begin, end] = [momentOf(from), momentOf(until)];
      const first = rows[0]?.recordedAt ?? 0;
      must(begin >= first - clockSkewMs, 'it began before the request');
      must(end <= row.recordedAt + clockSkewMs, 'it ended after the request');
      must(Array.isArray(outages) && outages.length > 0, 'it names no outage');
      let before = begin;
      let sum = 0;
      for (const each of outages as { from?: unknown; until?: unknown }[]) {
        const [since, to] = [momentOf(each.from), momentOf(each.until)];
        must(since >= before && to > since && to <= end, 'the outages are not apart and in order');
        sum += to - since;
        before = to;
      }
      must(sum === totalMs, 'the total is not the sum of the outages');
      return `${outages.length} within the lifetime of the request, ${sum} ms together`;
    }),
  );
}

function momentOf(value: unknown): number {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  must(!Number.isNaN(at), 'a time is no time');
  return at;
}
