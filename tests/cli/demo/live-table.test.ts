import assert from 'node:assert/strict';
import { lineOf, liveTable } from '../../../src/cli/demo/live-table.js';
import type { Progress } from '../../../src/cli/demo/progress.js';
import { goodRun } from './good-run.js';

describe('the table of the demo', () => {
  function screen(size: { isTTY?: boolean; rows?: number; columns?: number }) {
    let written = '';
    return {
      terminal: {
        ...size,
        write(text: string) {
          written += text;
        },
      },
      lines: () => written.split('\n').slice(0, -1),
    };
  }
  const large = { isTTY: true, rows: 50, columns: 200 };

  it('shows each hop of a request with its time', () => {
    const line = lineOf(goodRun()[0] as Progress);
    assert.match(
      line,
      /^01 DIV-abc123-HOUSING-1 AL012031 family +12 ms +100 ms answered +90 ms +200 ms step 1 1 ok$/,
    );
  });

  it('shows what turned a request away, what the registry said, and evidence that does not hold', () => {
    const all = goodRun();
    assert.match(lineOf(all[17] as Progress), / refused PERSON_NOT_FOUND /);
    assert.match(lineOf(all[18] as Progress), / 403 not-granted$/);
    assert.match(lineOf(all[19] as Progress), /replay .* 409 message-replayed$/);
    const bad = { ...(all[0] as Progress), checks: [{ name: '', ok: false, detail: '' }] };
    assert.match(lineOf(bad), / 1 FAILED$/);
    assert.match(lineOf({ ...(all[0] as Progress), failure: 'timeout' }), / FAILED /);
  });

  it('shows nothing that has not happened', () => {
    const [first] = goodRun();
    assert.equal(lineOf({ planned: (first as Progress).planned }), '01 DIV-abc123-HOUSING-1 AL012031 family');
  });

  it('is drawn in place on a terminal', () => {
    const all = goodRun();
    const { terminal, lines } = screen(large);
    const table = liveTable(all, terminal);
    assert.equal(lines().length, 21);
    table.update(all[3] as Progress);
    table.end();
    assert.equal(lines().length, 42);
    assert.ok(lines()[21]?.startsWith('\x1b[21A#'));
  });

  it('is one line a request elsewhere, once each, when nothing more will happen to it', () => {
    for (const size of [{}, { ...large, rows: 20 }, { ...large, columns: 80 }]) {
      const all = goodRun();
      const { terminal, lines } = screen(size);
      const table = liveTable(all, terminal);
      const { planned, submittedAt } = all[0] as Progress;
      table.update({ planned, ...(submittedAt ? { submittedAt } : {}) });
      assert.equal(lines().length, 1);
      table.update(all[2] as Progress);
      table.update(all[2] as Progress);
      assert.equal(lines().length, 2);
      table.end();
      assert.equal(lines().length, 21);
      assert.equal(new Set(lines()).size, 21);
    }
  });
});
