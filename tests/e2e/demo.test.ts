import assert from 'node:assert/strict';
import { access, chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPackageRoot } from '../../src/package-root.js';
import { processesOf, runUra, startUra, type UraProcess } from '../cli/ura-process.js';
import { emptyDatabase } from '../support/fresh-database.js';

describe('ura demo', function () {
  this.timeout(120_000);
  let data: string;
  const started: UraProcess[] = [];

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'ura-demo-'));
    // The embedded PostgreSQL runs under another user, which has to get in.
    await chmod(data, 0o755);
  });
  after(async () => {
    for (const ura of started) ura.child.kill('SIGTERM');
    await Promise.all(started.map(({ ended }) => ended));
    await rm(data, { recursive: true, force: true });
  });

  async function assertNothingLeft(): Promise<void> {
    if (process.platform !== 'linux') return;
    assert.deepEqual(await processesOf(data), []);
  }
  /** Nothing of the test run's own servers gets in: everything is embedded. */
  function demo(...args: string[]): UraProcess {
    const ura = startUra(['demo', ...args], { URA_DATA: data });
    started.push(ura);
    return ura;
  }

  it('stays up with its URLs, and its children end when it is killed', async () => {
    const ura = demo();
    await ura.line(/^Ctrl-C stops everything\.$/);
    const urlOf = (name: string): string => {
      const line = ura.lines.find((each) => each.startsWith(name));
      return line?.slice(line.lastIndexOf(' ') + 1) as string;
    };
    for (const name of ['API page', 'metrics', 'readiness', 'simulator control']) {
      const answer = await fetch(urlOf(name));
      await answer.arrayBuffer();
      assert.equal(answer.status, 200, name);
    }
    const second = await runUra(['demo', '--once'], { URA_DATA: data });
    assert.equal(second.code, 1);
    assert.match(second.stderr, /a demo is already running in /);

    ura.child.kill('SIGKILL');
    await ura.ended;
    // Only PostgreSQL outlives it; the next run takes it over.
    const others = async () => (await processesOf(data)).filter((line) => !line.includes('postgres'));
    if (process.platform !== 'linux') return;
    for (let waitedMs = 0; waitedMs < 15_000 && (await others()).length > 0; waitedMs += 100)
      await sleep(100);
    assert.deepEqual(await others(), []);
  });

  let requestId = '';

  it('--once ends with 0 when everything came out of Kafka and was verified, on what a killed one left', async () => {
    const { code, stdout, stderr } = await demo('--once').ended;
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /^ +\d+\.\d s {2}gateway at http:\/\/127\.0\.0\.1:\d+$/m);
    const lines = stdout.split('\n').filter((line) => /^\d\d DIV-/.test(line));
    assert.equal(lines.length, 20);
    assert.equal(
      lines.filter((line) => /\d ms answered +\d+ ms +\d+ ms step \d \d\d ok$/.test(line)).length,
      17,
    );
    assert.equal(lines.filter((line) => /refused PERSON_NOT_FOUND +\d+ ms .* \d\d ok$/.test(line)).length, 1);
    assert.match(stdout, /^19 .* 403 not-granted$/m);
    assert.match(stdout, /^20 .* 409 message-replayed$/m);
    assert.match(
      stdout,
      /18 results out of Kafka \(17 × answered, 1 × refused\), turned away: 1 × 403, 1 × 409$/m,
    );
    assert.match(stdout, /^evidence: \d+ checks, all hold$/m);
    requestId = /ura evidence verify (\S+)/.exec(stdout)?.[1] as string;
    await assertNothingLeft();
    await assert.rejects(access(join(data, 'demo.pid')));
    for (const log of ['gateway', 'simulator', 'listener']) await access(join(data, 'logs', `${log}.log`));
  });

  it('leaves evidence that can be verified afterwards, with PostgreSQL as it was found', async () => {
    const { code, stdout, stderr } = await runUra(['evidence', 'verify', requestId], { URA_DATA: data });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^all \d+ checks hold$/m);
    await assertNothingLeft();
  });

  it('stops what it has started when it is asked to while starting, and --once then has proven nothing', async () => {
    const ura = demo('--once');
    await ura.line(/embedded Kafka broker$/);
    ura.child.kill('SIGTERM');
    const { code, signal, stderr } = await ura.ended;
    assert.deepEqual({ code, signal }, { code: 1, signal: null });
    assert.match(stderr, /asked to stop before it had everything/);
    await assertNothingLeft();
  });

  describe('with another configuration', () => {
    let config: string;
    let database: { url: string; drop(): Promise<void> };
    before(async () => {
      config = join(data, 'config');
      await cp(join(findPackageRoot(), 'config'), config, { recursive: true });
      database = await emptyDatabase();
    });
    after(() => database.drop());

    const run = () =>
      runUra(['demo', '--once'], {
        URA_DATA: data,
        URA_CONFIG: config,
        DATABASE_URL: database.url,
        KAFKA_BROKERS: process.env.KAFKA_BROKERS,
      });
    async function edit(file: string, from: string, to: string): Promise<void> {
      const path = join(config, file);
      await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
    }

    it('uses the servers that are named, and ends with 1 and says what is missing when something is', async () => {
      await edit(
        'policies/oss-divjake.json',
        '"social-housing", "kindergarten-registration"',
        '"nothing-else"',
      );
      const { code, stdout, stderr } = await run();
      assert.equal(code, 1);
      assert.doesNotMatch(stdout, /embedded/);
      assert.match(stderr, /the demo did not come out right:/);
      const sentence =
        /^request \d\d \(AL012002 .*\) was turned away with 403 not-granted, and should have been/gm;
      assert.equal(stderr.match(sentence)?.length, 6);
      await assertNothingLeft();
    });

    it('shows the last lines of a part that does not start', async () => {
      await edit('gateway.json', '"leaseMs": 15000', '"leaseMs": 15000, "unknown": 1');
      const { code, stderr } = await run();
      assert.equal(code, 1);
      assert.match(stderr, /the (simulator|gateway) ended with exit code 1; the end of .*\.log:\n.*unknown/s);
      await assertNothingLeft();
    });
  });
});
