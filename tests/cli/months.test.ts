import assert from 'node:assert/strict';
import { afterRestoreCommand } from '../../src/cli/after-restore.js';
import { monthsCommand } from '../../src/cli/months.js';
import { uuidV7 } from '../../src/ids.js';
import { createRequestStore } from '../../src/requests/request-store.js';
import { acceptance } from '../requests/acceptance.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { layPastMonths } from '../support/past-months.js';
import { runCommand } from './run-command.js';

describe('ura months', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  const run = (...words: readonly string[]) => runCommand(monthsCommand, words, { DATABASE_URL: fresh.url });

  beforeEach(async () => {
    fresh = await freshDatabase();
    await layPastMonths(fresh.database, '2025-03');
    const id = uuidV7({ now: () => Date.parse('2025-03-05') }).next();
    await createRequestStore(fresh.database).accept(acceptance({ request: { id } }));
  });
  afterEach(() => fresh.drop());

  const end = async (): Promise<void> => {
    await fresh.database.query(`update requests set state = 'answered', finished_at = now()`);
    await fresh.database.query('delete from idempotency_keys');
  };
  const lineOf = (printed: string, month: string) =>
    printed
      .split('\n')
      .find((line) => line.startsWith(month))
      ?.split(/ {2,}/);

  it('list shows each month with what is open in it', async () => {
    const { printed, exitCode } = await run('list');
    assert.equal(exitCode, 0);
    assert.match(printed, /^month +requests +open +requests size +evidence size\nto 2025-02 +0 +0 /);
    assert.deepEqual(lineOf(printed, '2025-03')?.slice(0, 3), ['2025-03', '1', '1']);
    assert.match(printed, /\nbeyond +0 +0 +0\.\d MB +0\.\d MB$/m);
  });

  it('detach says why it refuses, detaches, and attach brings the month back', async () => {
    const refused = await run('detach', '2025-03');
    assert.equal(refused.exitCode, 1);
    assert.match(refused.error, /month 2025-03 is left as it is\n {2}1 requests are open/);
    await end();
    assert.match((await run('detach', '2025-03')).printed, /requests_2025_03, evidence_2025_03 stand alone/);
    assert.match((await run('list')).printed, /\n2025-03 +- +- +0\.\d MB +0\.\d MB +detached$/m);
    assert.match((await run('attach', '2025-03')).printed, /attached: evidence_2025_03, requests_2025_03/);
    await run('detach', '2025-03');
    await fresh.database.query('drop table requests_2025_03, evidence_2025_03');
    assert.match((await run('list')).printed, /\n2025-03 .*detached and dropped$/m);
  });

  it('takes nothing for a month that is none', async () => {
    for (const wrong of ['2025-13', 'march', '2025-3']) {
      assert.match((await run('detach', wrong)).error, /Give a month as 2025-03/, wrong);
    }
  });
});

describe('ura after-restore', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase();
  });
  afterEach(() => fresh.drop());
  const run = (...words: readonly string[]) =>
    runCommand(afterRestoreCommand, words, { DATABASE_URL: fresh.url });

  it('begins an epoch once for each server, and again when told so', async () => {
    await createRequestStore(fresh.database).accept(acceptance());
    assert.match(
      (await run('--nothing-lost')).printed,
      /^epoch 1 has begun.*\nopen requests stay as they are/,
    );
    assert.match((await run()).printed, /^epoch 1 began on this very server: nothing to do$/m);
    assert.match(
      (await run('--again')).printed,
      /^epoch 2 has begun.*\n1 open requests count as perhaps sent/,
    );
  });
});
