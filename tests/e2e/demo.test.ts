import assert from 'node:assert/strict';
import { access, chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findPackageRoot } from '../../src/package-root.js';
import { processesOf, runUra, startUra, type UraProcess } from '../cli/ura-process.js';
import { emptyDatabase } from '../support/fresh-database.js';

const registries = ['civil', 'property', 'tax', 'business', 'municipal-tax', 'adisa'];

describe('ura demo', function () {
  this.timeout(180_000);
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
    for (const name of ['API page', 'metrics', 'readiness', ...registries]) {
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
    const lines = stdout.split('\n').filter((line) => /^\d\d (DIV|AD|SSS)-/.test(line));
    assert.equal(lines.length, 16);
    const matching = (shape: RegExp) => lines.filter((line) => shape.test(line)).length;
    // Twelve cases, each with steps, registries, its end and its evidence.
    assert.equal(matching(/^\d\d \S+ +AL02\d{4} .* [+x-]+ +(civil|prop|tax).* \d+ \d+ ms +\d+ ok$/), 12);
    assert.equal(matching(/ complete +\d+ \d+ ms/), 9);
    assert.equal(matching(/^01 .* complete, late /), 1);
    assert.equal(matching(/^10 .* complete, by hand /), 1);
    assert.equal(matching(/^11 .* refused PERSON_NOT_FOUND /), 1);
    assert.equal(matching(/^13 AD-.* approved +4 +6 ok$/), 1);
    assert.equal(matching(/^14 SSS-.* answered +1 \d+ ms +\d+ ok$/), 1);
    assert.equal(matching(/^15 .* 403 not-granted$/), 1);
    assert.equal(matching(/^16 .* 409 message-replayed$/), 1);
    const services = new Set(lines.flatMap((line) => /AL02\d{4}/.exec(line) ?? []));
    assert.ok(services.size >= 8, [...services].join());

    assert.match(
      stdout,
      /^12 cases of 8 services in .* \(52 × answered, 1 × refused\), turned away: 1 × 40/m,
    );
    assert.match(stdout, /^1 answered late, 1 refused, 1 by hand, 1 application of ADISA: /m);
    const trail = 'received > in-review > approved';
    assert.ok(stdout.includes(`GET ${trail}; webhook ${trail}; topic ${trail}`), stdout);
    const journals = /^registries, by their own journals: (.*)$/m.exec(stdout)?.[1] ?? '';
    for (const name of registries) assert.match(journals, new RegExp(`(^|, )${name} [1-9]`));
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
      // Of the first grant that has it: that of family compositions.
      await edit('policies/oss-divjake.json', '"social-housing",', '"nothing-else",');
      const { code, stdout, stderr } = await run();
      assert.equal(code, 1);
      assert.doesNotMatch(stdout, /embedded/);
      assert.match(stderr, /the demo did not come out right:/);
      const sentence =
        /^matter 0[2-5] \(AL02030[12] .*\) came out of Kafka as incomplete instead of complete$/gm;
      assert.equal(stderr.match(sentence)?.length, 4);
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
