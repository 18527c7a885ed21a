import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { keysCommand } from '../../src/cli/keys/command.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../src/signing/key-files.js';
import { configCopy } from '../support/config-copy.js';

const dayMs = 86_400_000;

describe('ura keys rotate, expire-soon and list --config', function () {
  this.timeout(20_000);
  let folder: string;
  let printed: string[];
  let written: string;
  let now: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ura-cli-'));
    printed = [];
    written = '';
    now = Date.parse('2026-03-02T09:00:00Z');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function run(...args: string[]): Promise<void> {
    const command = keysCommand({
      print: (line) => printed.push(line),
      clock: { now: () => now },
      defaultFolder: folder,
      variables: { URA_DATA: process.env.URA_DATA },
    });
    const write = (text: string): void => {
      written += text;
    };
    const quiet = (each: Command) =>
      each.exitOverride().configureOutput({ writeOut: write, writeErr: write });
    quiet(command).commands.forEach(quiet);
    await command.parseAsync(args, { from: 'user' });
  }
  async function fails(remedy: RegExp, ...args: string[]): Promise<void> {
    await assert.rejects(run(...args), (error) => error instanceof CommanderError && error.exitCode === 1);
    assert.match(written, remedy);
  }
  const contents = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const table = (): string[][] => printed.map((line) => line.split(/ {2,}/));

  it('rotate makes the successor of a JWK beside it, of the same type, and says what to do', async () => {
    await run('generate', '--name', 'oss-divjake', '--type', 'ed25519');
    const before = contents();
    printed = [];
    await run('rotate', '--name', 'oss-divjake');
    const after = contents();
    for (const [name, content] of Object.entries(before)) assert.equal(after[name], content, name);
    const next = await readPrivateKeyFile(join(folder, 'oss-divjake-20260302.private.jwk.json'));
    const open = await readTrustedKeyFile(join(folder, 'oss-divjake-20260302.public.jwk.json'), {
      partner: 'x',
    });
    assert.deepEqual([next.keyId, next.algorithm], ['oss-divjake-20260302', 'ed25519']);
    assert.ok(createPublicKey(next.privateKey).equals(open.publicKey));
    const steps = printed.join('\n');
    const places = ['Hand out', 'BESIDE the old', 'switch', 'Wait 10 minutes', 'remove', 'Destroy'].map(
      (word) => steps.indexOf(word),
    );
    assert.ok(
      places.every((place) => place > 0),
      steps,
    );
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(!steps.includes('"d"'));
  });

  it('rotate makes the successor of a certificate, and of a successor', async () => {
    await run('generate', '--name', 'gateway-wss', '--use', 'wss');
    await run('rotate', '--name', 'gateway-wss', '--days', '10');
    const first = join(folder, 'gateway-wss-20260302');
    const { certificate } = await readPrivateKeyFile(`${first}.key.pem`, {
      certificatePath: `${first}.cert.pem`,
    });
    assert.equal(Date.parse(certificate?.validTo ?? ''), now + 10 * dayMs);
    assert.match(printed.join('\n'), /keys\.messages\.certificate/);
    now += 365 * dayMs;
    await run('rotate', '--name', 'gateway-wss-20260302');
    const second = new X509Certificate(readFileSync(join(folder, 'gateway-wss-20270302.cert.pem')));
    assert.equal(second.subject, 'CN=gateway-wss-20270302');
  });

  it('rotate keeps development material marked, and says who issued the old certificate', async () => {
    await run('generate', '--dev');
    printed = [];
    await run('rotate', '--name', 'gateway-wss');
    assert.match(printed.join('\n'), /issued by .*CN=development-ca.*the new one signs itself/);
    await run('rotate', '--name', 'oss-divjake');
    const next = await readPrivateKeyFile(join(folder, 'oss-divjake-20260302.private.jwk.json'));
    assert.equal(next.keyId, 'dev-oss-divjake-20260302');
  });

  it('rotate refuses a key that is not there, a second time on one day, and a call without a name', async () => {
    await fails(/There is no private key gone in .*ura keys list/, 'rotate', '--name', 'gone');
    await run('generate', '--name', 'k');
    await run('rotate', '--name', 'k');
    const before = contents();
    await fails(/k-20260302\.private\.jwk\.json is there already/, 'rotate', '--name', 'k');
    assert.deepEqual(contents(), before);
    await fails(/required option '--name/, 'rotate');
  });

  it('expire-soon is silent until something ends, and then fails with a table', async () => {
    await run('generate', '--name', 'soon', '--use', 'wss', '--days', '40');
    await run('generate', '--name', 'later', '--use', 'wss', '--days', '400');
    await run('generate', '--name', 'endless');
    printed = [];
    await run('expire-soon');
    assert.deepEqual(printed, ['Nothing ends within 30 days.']);
    printed = [];
    now += 10 * dayMs;
    await fails(/1 to look after within 30 days/, 'expire-soon');
    assert.deepEqual(
      table().map(([name, , , expires]) => [name, expires]),
      [
        ['name', 'expires'],
        ['soon', '2026-04-11'],
      ],
    );
    printed = [];
    now += 31 * dayMs;
    await fails(/1 to look after/, 'expire-soon', '--days', '0');
    assert.match(printed[1] ?? '', /^soon .*2026-04-11 \(expired\)/);
    await fails(/2 to look after/, 'expire-soon', '--days', '400');
  });

  it('expire-soon shows files that cannot be used: nobody knows when they end', async () => {
    writeFileSync(join(folder, 'x.cert.pem'), 'x');
    await fails(/1 to look after/, 'expire-soon');
    assert.match(printed.join('\n'), /! .*x\.cert\.pem: It is not a key or certificate/);
  });

  it('list shows an authority as what it is, and any public file of a folder of trust', async () => {
    await run('generate', '--dev');
    mkdirSync(join(folder, 'civil'));
    copyFileSync(join(folder, 'civil-wss.cert.pem'), join(folder, 'civil', '2026.pem'));
    copyFileSync(join(folder, 'oss-divjake.public.jwk.json'), join(folder, 'civil', 'other.jwk.json'));
    printed = [];
    await run('list');
    const authority = table().find(([name]) => name === 'development-ca');
    assert.deepEqual(authority?.slice(0, 3), ['development-ca', 'authority', 'wss']);
    assert.ok(!printed.join('\n').includes('!'), printed.join('\n'));
    printed = [];
    await run('list', '--folder', join(folder, 'civil'));
    assert.deepEqual(
      table().map(([name]) => name),
      ['name', '2026', 'other'],
    );
  });

  it('list and expire-soon with --config look at what the gateway works with', async () => {
    mkdirSync(join(folder, 'trust'));
    await run(
      'generate',
      '--name',
      'next',
      '--use',
      'wss',
      '--days',
      '20',
      '--folder',
      join(folder, 'trust'),
    );
    rmSync(join(folder, 'trust', 'next.key.pem'));
    const config = await configCopy({
      'adapters/civil.json': (content) => ({ ...content, trust: [join(folder, 'trust')] }),
    });
    try {
      printed = [];
      await run('list', '--config', config.folder);
      assert.deepEqual(
        table().map((row) => [row[0], row.at(-1)]),
        [
          ['name', 'partner'],
          ['gateway-wss', 'gateway'],
          ['adisa', 'client-adisa'],
          ['oss-divjake', 'client-oss-divjake'],
          ['oss-stranger', 'client-oss-fier'],
          ['agency-wss', 'client-social-service'],
          ['operations', 'operator-operations'],
          ['adisa', 'registry-adisa'],
          ['business', 'registry-business'],
          ['next', 'registry-civil'],
          ['municipal-tax', 'registry-municipal-tax'],
          ['property-wss', 'registry-property'],
          ['tax', 'registry-tax'],
        ],
      );
      printed = [];
      await fails(/1 to look after/, 'expire-soon', '--config', config.folder);
      assert.match(printed[1] ?? '', /^next .*registry-civil$/);
      await fails(/the folder is missing|ENOENT/, 'list', '--config', join(folder, 'none'));
    } finally {
      await config.remove();
    }
  });

  it('teaches by example', async () => {
    for (const name of ['rotate', 'expire-soon']) {
      written = '';
      await assert.rejects(run(name, '--help'), CommanderError);
      assert.match(written, new RegExp(`Examples:\n  \\$ ura keys ${name}`));
    }
  });
});
