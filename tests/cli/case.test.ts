import assert from 'node:assert/strict';
import { caseCommand } from '../../src/cli/case.js';
import { drawCase, paintFor } from '../../src/cli/case-tree.js';
import type { CaseResource } from '../../src/client/index.js';
import { configWithProcedures } from '../support/procedures-config.js';
import { type Stack, startStack } from '../support/stack.js';
import { type Ran, runCommand } from './run-command.js';

const ESCAPE = String.fromCharCode(27);

describe('ura case', function () {
  this.timeout(60_000);
  let stack: Stack;
  let remove: () => Promise<void>;

  before(async () => {
    const config = await configWithProcedures();
    remove = config.remove;
    stack = await startStack({ config: config.folder });
  });
  after(async () => {
    await stack.stop();
    await remove();
  });

  const run = (...args: string[]): Promise<Ran> =>
    runCommand(caseCommand, [...args, '--gateway', stack.gateway.url], stack.variables);
  const submit = (nid: string, ...more: string[]): Promise<Ran> =>
    run('submit', 'AL990001', '--applicant', `NID:${nid}`, '--form', '{"householdSize":6}', ...more);

  it('submits, waits for the end and draws a tree: one line a step, one a question', async () => {
    const { printed, error } = await submit(stack.people.headOfSix, '--case', 'CLI-1');
    assert.equal(error, '');
    const [head, , ...tree] = printed.split('\n');
    assert.match(
      head ?? '',
      /^AL990001 Social housing \(Strehim social\) {2}case CLI-1 {2}complete {2}\d+ ms$/,
    );
    assert.match(tree[0] ?? '', /^├─ residents {2}AL012001 {2}done .* 6 of 6 {2}after family$/);
    for (const number of [1, 2, 3, 4, 5, 6]) {
      assert.match(tree[number] ?? '', new RegExp(`^│ {2}[├└]─ #${number} +answered {2}\\d+ ms$`));
    }
    assert.match(tree[7] ?? '', /^├─ family +AL012031 {2}done +\d+ ms$/);
    assert.match(tree.at(-2) ?? '', /^└─ marriage +AL012002 {2}skipped +optional$/);
    assert.ok(!printed.includes(ESCAPE), 'no colours outside of a terminal');
  });

  it('shows what is missing in both languages, tries a step again, and cancels', async () => {
    const submitted = await submit(stack.people.unknown, '--json');
    const { id } = JSON.parse(submitted.printed) as CaseResource;
    const shown = await run('show', id);
    assert.match(shown.printed, /missing:\n {2}residents: needs-step\n {4}Varet nga .*\n {4}It depends/);
    assert.match(shown.printed, /family: PERSON_NOT_FOUND/);
    const again = await run('retry', id, 'family');
    assert.equal(again.error, '');
    assert.match(again.printed, /incomplete/);
    const cancelled = await run('cancel', id, '--reason', 'withdrawn');
    assert.match(cancelled.printed, /cancelled/);
    assert.match((await run('retry', id, 'family')).error, /^409 case-finished/);
  });

  it('says what is wrong with a call', async () => {
    assert.match((await submit('x')).error, /^400 invalid-request: .*\n {2}\/applicant\/notation/);
    assert.match((await run('show', '019a8f2e-1c5b-7d3a-9b1e-5f0c2a7d4e61')).error, /^404 unknown-case/);
    const bad = await run('submit', 'AL990001', '--applicant', '17');
    assert.match(bad.error, /Give the scheme and the number/);
  });

  it('colours states on a terminal', async () => {
    const { printed } = await submit(stack.people.widow, '--json');
    const present = JSON.parse(printed) as CaseResource;
    assert.ok(drawCase(present, paintFor(true)).join('').includes(`${ESCAPE}[32mcomplete${ESCAPE}[0m`));
  });
});
