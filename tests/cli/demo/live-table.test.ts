import assert from 'node:assert/strict';
import { lineOf, liveTable } from '../../../src/cli/demo/live-table.js';
import { begin, type Progress } from '../../../src/cli/demo/progress.js';
import { goodRun, plan } from './good-run.js';

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
  const numbered = (number: string): Progress => {
    const progress = goodRun().all.find(({ planned }) => planned.number === number);
    assert.ok(progress);
    return progress;
  };

  it('shows steps, registries, times, events and evidence of a case', () => {
    assert.match(
      lineOf(numbered('02')),
      /^02 DIV-abc123-2 +AL020301 housing, family of six \+ +civil +12 ms +210 ms complete +2 100 ms 1 ok$/,
    );
  });

  it('counts the questions to each registry', () => {
    const one = numbered('02');
    const [request] = one.requests.values();
    assert.ok(request);
    const other = (service: string) => {
      const { listened } = request;
      const event = { ...listened.event, value: { ...listened.event.value, service } };
      return { ...request, listened: { ...listened, event } };
    };
    one.requests.set('2', other('AL013001')).set('3', other('AL013002')).set('4', other('AL016001'));
    assert.match(lineOf(one), / civil prop×2 dues /);
  });

  it('shows what was late, by hand, refused and turned away, and evidence that does not hold', () => {
    assert.match(lineOf(numbered('01')), / complete, late /);
    assert.match(lineOf(numbered('10')), / complete, by hand /);
    assert.match(lineOf(numbered('11')), / x +civil .* refused PERSON_NOT_FOUND /);
    assert.match(lineOf(numbered('13')), / approved +4 +1 ok$/);
    assert.match(lineOf(numbered('14')), / answered +1 90 ms +1 ok$/);
    assert.match(lineOf(numbered('15')), / 403 not-granted$/);
    assert.match(lineOf(numbered('16')), /replay of 01 .* 409 message-replayed$/);
    const bad = numbered('02');
    for (const request of bad.requests.values()) request.checks = [{ name: '', ok: false, detail: '' }];
    assert.match(lineOf(bad), / 1 FAILED$/);
    assert.match(lineOf({ ...bad, failure: 'timeout' }), / FAILED /);
  });

  it('shows nothing that has not happened', () => {
    const [first] = plan();
    assert.ok(first);
    assert.equal(lineOf(begin(first)), '01 DIV-abc123-1  AL020801 building permit');
    const running = { ...begin(first), id: 'x', steps: [{ id: 'a', state: 'running' as const }] };
    assert.match(lineOf(running), /^01 \S+ +AL020801 building permit +> +running$/);
  });

  it('is drawn in place on a terminal', () => {
    const { all } = goodRun();
    const { terminal, lines } = screen(large);
    const table = liveTable(all, terminal);
    assert.equal(table.isLive, true);
    assert.equal(lines().length, 18);
    table.update(all[3] as Progress);
    table.end();
    assert.equal(lines().length, 35);
    assert.ok(lines()[18]?.startsWith('\x1b[17A#'));
  });

  it('is one line a matter elsewhere, once each, when nothing more will happen to it', () => {
    for (const size of [{}, { ...large, rows: 17 }, { ...large, columns: 100 }]) {
      const { all } = goodRun();
      const { terminal, lines } = screen(size);
      const table = liveTable(all, terminal);
      assert.equal(table.isLive, false);
      table.update(begin((all[0] as Progress).planned));
      assert.equal(lines().length, 2);
      table.update(all[2] as Progress);
      table.update(all[2] as Progress);
      assert.equal(lines().length, 3);
      table.end();
      assert.equal(lines().length, 18);
      assert.equal(new Set(lines()).size, 18);
    }
  });
});
