import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { operatorCommand } from '../../src/cli/operator/command.js';
import type { RequestDetail, RequestLine } from '../../src/cli/operator/tables.js';
import { type OperatorWorld, openOperatorWorld } from '../operator/operator-world.js';
import { freePort } from '../support/free-port.js';
import { runCommand } from './run-command.js';
import { runUra } from './ura-process.js';

const why = (code: string): string[] => ['--reason', code, '--text', 'Ditari i regjistrit nuk e ka'];

describe('ura operator', function () {
  this.timeout(180_000);
  let world: OperatorWorld;
  let folder: string;

  before(async () => {
    world = await openOperatorWorld();
    folder = await mkdtemp(join(tmpdir(), 'ura-operator-cli-'));
  });
  after(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** As a shell runs it. */
  const ura = (...args: string[]) =>
    runUra(['operator', ...args, '--gateway', world.stack.gateway.url], world.stack.variables);
  /** The same within this process. */
  const run = (...args: string[]) =>
    runCommand(operatorCommand, [...args, '--gateway', world.stack.gateway.url], world.stack.variables);

  it('lists, shows and releases one request, as a process with the development operator', async () => {
    const id = await world.held('question');
    const listed = await ura('list', '--state', 'held');
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /^id +state +reason +registry +municipality +client +age +tries +deadline\n/);
    assert.match(
      listed.stdout,
      new RegExp(`^${id} +held +connection-lost +civil +20 +oss-divjake +\\d+s +1 +`, 'm'),
    );
    const shown = await run('show', id);
    for (const expected of [
      /state +held \(connection-lost\)/,
      /repeatable +no/,
      /message id +urn:uuid:/,
      /you can +release, rerun, disclose, answer, cancel/,
      /#1 +\S+ +client-request/,
    ]) {
      assert.match(shown.printed, expected);
    }
    const released = await ura('release', id, ...why('registry-journal'), '--json');
    assert.equal(released.code, 0, released.stderr);
    const detail = JSON.parse(released.stdout) as RequestDetail;
    assert.equal(detail.state, 'retry-wait');
    assert.deepEqual(detail.history.at(-1)?.operator, 'operations');
    await world.reaches(id, 'answered');
    const after = await run('show', id);
    assert.match(
      after.printed,
      /release by operations as operator: registry-journal, Ditari i regjistrit nuk e ka/,
    );
    assert.match(after.printed, /you can +do nothing with it as it stands/);
  });

  it('releases many with progress, after it was said how many', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.push(await world.held('question'));
    const all = ['--all', '--registry', 'civil', '--because', 'connection-lost', ...why('registry-journal')];
    const dry = await run('release', ...all);
    assert.match(dry.printed, /^3 requests fit; nothing was done\. To release them: --expect 3/);
    const wrong = await run('release', ...all, '--expect', '2');
    assert.match(wrong.error, /409 count-differs: The filter finds 3 and not 2: nothing was done/);
    const done = await ura('release', ...all, '--expect', '3');
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stderr, /release: 3 of 3/);
    assert.match(done.stdout, /^release: 3 of 3 requests$/m);
    for (const id of ids) {
      await world.reaches(id, 'answered');
      assert.equal(world.executions(id), 1);
    }
    assert.match((await run('list', '--state', 'held')).printed, /nothing fits/);
  });

  it('goes on with a batch that broke off, under the same key and time', async () => {
    const id = await world.held('question');
    const at = ['--unchanged-since', new Date().toISOString(), '--idempotency-key', 'batch-of-today'];
    const batch = ['release', '--all', '--expect', '1', ...why('registry-journal'), ...at, '--json'];
    const first = await run(...batch);
    assert.equal(first.error, '');
    await world.reaches(id, 'answered');
    const again = await run(...batch);
    assert.deepEqual(JSON.parse(again.printed.slice(again.printed.indexOf('{'))), { done: 1, refused: [] });
    assert.equal(world.executions(id), 1);
  });

  it('reruns, cancels, discloses and answers', async () => {
    const id = await world.held('answer');
    assert.match(
      (await run('rerun', id, ...why('urgent'))).error,
      /409 repeat-not-confirmed: .*confirmNotExecuted/,
    );
    const question = JSON.parse((await run('disclose', id, ...why('to-answer'))).printed) as {
      subject: object;
    };
    assert.deepEqual(question.subject, { scheme: 'NID', notation: world.stack.people.widow });
    const bad = join(folder, 'answer.json');
    await writeFile(bad, '{"head":1}');
    assert.match(
      (await run('answer', id, ...why('found-in-records'), '--evidence', bad)).error,
      /400 invalid-request: .*\n {2}\/evidence/,
    );
    assert.match(
      (await run('answer', id, ...why('found-in-records'))).error,
      /give one of --evidence, --refusal/,
    );
    const refused = await run(
      'answer',
      id,
      ...why('found-in-records'),
      '--refusal',
      'NOT_THERE',
      '--message',
      'Nuk ka',
    );
    assert.match(refused.printed, /state +refused \(answered-by-operator\)/);
    assert.match((await run('cancel', id, ...why('duplicate'))).error, /409 request-finished: .*submit anew/);
    const other = await world.held('answer');
    assert.match(
      (await run('cancel', other, ...why('duplicate'))).printed,
      /state +cancelled \(cancelled-by-operator\)/,
    );
  });

  it('speaks as whoever is named, by option or environment, and says what that one may not', async () => {
    const id = await world.held('answer');
    const refused = await run('cancel', id, ...why('duplicate'), '--as', 'watcher');
    assert.match(refused.error, /^403 not-permitted: /);
    const variables = { ...world.stack.variables, URA_OPERATOR: 'of-fier' };
    const unknown = await runUra(['operator', 'show', id, '--gateway', world.stack.gateway.url], variables);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^ura: 404 unknown-request: /);
    assert.match(
      (await run('summary', '--as', 'nobody')).error,
      /there is no operator nobody; there are .*operations/,
    );
    const lines = JSON.parse((await run('list', '--state', 'held', '--json')).printed) as {
      items: RequestLine[];
    };
    assert.deepEqual(
      lines.items.map((line) => line.id),
      [id],
    );
    assert.match((await run('summary')).printed, /civil +20 +held +1 .*\n1 requests have not ended/s);
  });

  it('says what is wrong with a call before anything is sent', async () => {
    assert.match(
      (await run('cancel', 'x', '--reason', 'because', '--text', 'abc')).error,
      /Allowed choices are client-asked/,
    );
    assert.match((await run('cancel', 'x', '--reason', 'duplicate')).error, /required option '--text/);
    assert.match((await run('release', ...why('never-sent'))).error, /give the id of one request, or --all/);
    assert.match((await run('list', '--older-than', 'yesterday')).error, /such as 30m/);
    const gateway = `http://127.0.0.1:${await freePort()}`;
    const none = await runCommand(operatorCommand, ['summary', '--gateway', gateway], world.stack.variables);
    assert.match(none.error, /nothing answers at/);
  });
});
