import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckResult } from '../../adapters/conformance/run.js';
import { adapterKinds } from '../../adapters/index.js';
import { adapterCommand } from '../../src/cli/adapter/command.js';
import { findPackageRoot } from '../../src/package-root.js';
import { runCommand } from './run-command.js';

const root = findPackageRoot();
const ura = (...args: string[]) => runCommand(adapterCommand, args, {});

describe('ura adapter', function () {
  this.timeout(60_000);

  it('lists every adapter with its operations', async () => {
    const { printed, error } = await ura('list');
    assert.equal(error, '');
    for (const { name, protocol } of Object.values(adapterKinds)) {
      assert.match(printed, new RegExp(`^${name} +${protocol} `, 'm'));
    }
    assert.match(printed, /^civil .* person, family-composition, civil-fact, residence$/m);
    const listed = JSON.parse((await ura('list', '--json')).printed) as { name: string; profile: string }[];
    assert.deepEqual(
      listed.map(({ name }) => name),
      Object.keys(adapterKinds),
    );
    assert.equal(listed.find(({ name }) => name === 'business')?.profile, 'modi-rest');
  });

  it('checks one adapter, by a table and as JSON', async () => {
    const only = ['--only', 'unsigned', 'late-by-poll'];
    const { printed, exitCode } = await ura('check', 'tax', ...only);
    assert.equal(exitCode, 0, printed);
    assert.match(printed, /^tax:\n {2}late-by-poll +not applicable +the registry cannot/);
    assert.match(printed, /^ {2}unsigned +ok +believes no answer that nobody signed$/m);
    assert.match(printed, /^ {2}1 ok, 0 failed, 1 not applicable$/m);
    const json = JSON.parse((await ura('check', 'tax', '--json', ...only)).printed) as Record<
      string,
      CheckResult[]
    >;
    assert.deepEqual(
      json.tax?.map(({ id, verdict }) => [id, verdict]),
      [
        ['late-by-poll', 'not-applicable'],
        ['unsigned', 'ok'],
      ],
    );
  });

  it('says what is wrong with a call that names no adapter or check', async () => {
    assert.match((await ura('check')).error, /name one adapter, or give --all/);
    assert.match((await ura('check', 'tax', '--all')).error, /name one adapter, or give --all/);
    assert.match((await ura('check', 'toString')).error, /no adapter toString; there are civil/);
    assert.match((await ura('check', 'tax', '--only', 'luck')).error, /no check luck; there are operations/);
  });
});

describe('ura adapter new', function () {
  // Compiles the whole program once.
  this.timeout(180_000);
  let copy: string;

  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'ura-adapter-new-'));
    for (const folder of ['adapters', 'contracts', 'config', 'openapi', 'src', 'tests/golden']) {
      cpSync(join(root, folder), join(copy, folder), { recursive: true });
    }
    mkdirSync(join(copy, 'tests/adapters/rest'), { recursive: true });
    mkdirSync(join(copy, 'tests/adapters/soap'), { recursive: true });
    for (const file of [
      'package.json',
      'tsconfig.json',
      'tests/adapters/rest/golden.test.ts',
      'tests/adapters/rest/definitions.ts',
      'tests/adapters/soap/golden.test.ts',
    ]) {
      cpSync(join(root, file), join(copy, file));
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  const add = (...args: string[]) => ura('new', ...args, '--root', copy);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, args, {
      cwd: copy,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, URA_DATA: join(copy, 'data') },
    });

  const made = [
    ['demo-registry', 'rest'],
    ['demo-soap', 'soap'],
    ['counters', 'rest', join(root, 'openapi/registries/adisa.yaml')],
    ['people', 'soap', join(root, 'contracts/registries/civil/civil.wsdl')],
  ] as const;

  it('writes adapters that compile, hold the conformance suite, and have settings and golden messages', async () => {
    for (const [name, protocol, from] of made) {
      const { printed, error } = await add(
        name,
        '--protocol',
        protocol,
        ...(from === undefined ? [] : ['--from', from]),
      );
      assert.equal(error, '');
      const files = printed.slice(0, printed.indexOf('\noperations: ')).split('\n');
      const places = /^(adapters|contracts|openapi|config|tests\/golden)\//;
      assert.deepEqual(
        files.filter((file) => !places.test(file)),
        [],
        'nothing is written elsewhere',
      );
      assert.ok(files.includes(`adapters/${name}/README.md`));
      // What is generated is whole: nothing is left for later that the compiler would not see.
      for (const file of files) {
        const text = readFileSync(join(copy, file), 'utf8');
        assert.doesNotMatch(text, /TODO|FIXME|undefined,\n|\[object Object\]/, file);
      }
    }

    const compiled = run(join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json');
    assert.equal(compiled.stdout, '');
    assert.equal(compiled.status, 0);

    for (const [name] of made) {
      const { stdout, stderr } = run('dist/src/main.js', 'adapter', 'check', name);
      assert.equal(stderr, '', stdout);
      assert.match(stdout, /^ {2}23 ok, 0 failed, 12 not applicable$/m);
    }

    const golden = run(
      join(root, 'node_modules/mocha/bin/mocha.js'),
      '--no-config',
      'dist/tests/adapters/rest/golden.test.js',
      'dist/tests/adapters/soap/golden.test.js',
    );
    for (const [name] of made) assert.ok(golden.stdout.includes(`${name} mapping`), golden.stdout);
    assert.equal(golden.status, 0, golden.stdout);

    assert.equal(run('dist/src/main.js', 'keys', 'generate', '--dev', '--folder', 'data/keys').status, 0);
    const checked = run('dist/src/main.js', 'config', 'check');
    assert.equal(checked.status, 0, checked.stderr + checked.stdout);
  });

  it('lists the operations that it leaves out, and why', async () => {
    const { printed } = await add(
      'more-people',
      '--protocol',
      'soap',
      '--from',
      join(root, 'contracts/registries/civil/civil.wsdl'),
    );
    assert.match(printed, /^operations: residence$/m);
    assert.match(
      printed,
      /^left out: GetFamilyComposition\. .*names the subject and that its answer repeats/m,
    );
  });

  it('refuses what it cannot make an adapter of, and writes nothing then', async () => {
    const index = () => readFileSync(join(copy, 'adapters/index.ts'), 'utf8');
    const before = index();
    const refuses = async (because: RegExp, ...args: string[]) => {
      assert.match((await add(...args)).error, because, args.join(' '));
      assert.equal(index(), before);
    };
    const document = join(root, 'openapi/registries/adisa.yaml');
    const changed = (file: string, change: (text: string) => string): string => {
      const path = join(copy, file);
      writeFileSync(path, change(readFileSync(document, 'utf8')));
      return path;
    };
    await refuses(/There is an adapter tax already|is there already/, 'tax', '--protocol', 'rest');
    await refuses(/lower-case letters and single hyphens/, '../tax', '--protocol', 'rest');
    await refuses(/Allowed choices are soap, rest/, 'birds', '--protocol', 'carrier-pigeon');
    const from = (path: string) => ['birds', '--protocol', 'rest', '--from', path] as const;
    await refuses(
      /is not a POST without parameters/,
      ...from(changed('get.yaml', (text) => text.replace('    post:', '    get:'))),
    );
    await refuses(
      /no problem BUSY with status 503/,
      ...from(changed('busy.yaml', (text) => text.replace('code: { const: BUSY }', 'code: { const: AWAY }'))),
    );
    await refuses(
      /names the subject and that its answer repeats/,
      ...from(
        changed('nobody.yaml', (text) =>
          text
            .replace('required: [messageId, nid,', 'required: [messageId, of,')
            .replace(/(CounterDocument:[\s\S]*?)nid: /, '$1of: '),
        ),
      ),
    );
    await refuses(
      /getAnswer, and no operation of the adapter would come late/,
      ...from(join(root, 'openapi/registries/business.yaml')),
    );
    await refuses(
      /No operation of the WSDL can be made one of the adapter/,
      'birds',
      '--protocol',
      'soap',
      '--from',
      join(root, 'contracts/registries/property/property.wsdl'),
    );
  });
});
