import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { keysCommand } from '../../src/cli/keys/command.js';
import { readPrivateKeyFile, readTrustedKeyFile } from '../../src/signing/key-files.js';

const clock = { now: () => Date.parse('2026-03-02T09:00:00Z') };

describe('ura keys', () => {
  let folder: string;
  let printed: string[];
  let written: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ura-cli-'));
    printed = [];
    written = '';
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function run(...args: string[]): Promise<void> {
    const command = keysCommand({ print: (line) => printed.push(line), clock, defaultFolder: folder });
    const quiet = (each: Command) =>
      each.exitOverride().configureOutput({
        writeOut: (text) => {
          written += text;
        },
        writeErr: (text) => {
          written += text;
        },
      });
    quiet(command).commands.forEach(quiet);
    await command.parseAsync(args, { from: 'user' });
  }
  async function fails(remedy: RegExp, ...args: string[]): Promise<void> {
    await assert.rejects(run(...args), CommanderError);
    assert.match(written, remedy);
  }

  it('generate writes a JWK pair that signs and is not development material', async () => {
    await run('generate', '--name', 'oss-divjake-2026');
    assert.deepEqual(readdirSync(folder), [
      'oss-divjake-2026.private.jwk.json',
      'oss-divjake-2026.public.jwk.json',
    ]);
    const path = join(folder, 'oss-divjake-2026.private.jwk.json');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const own = await readPrivateKeyFile(path);
    assert.deepEqual([own.keyId, own.algorithm], ['oss-divjake-2026', 'ecdsa-p256-sha256']);
    assert.ok(!readFileSync(join(folder, 'oss-divjake-2026.public.jwk.json'), 'utf8').includes('"d"'));
    assert.match(printed.join('\n'), /private: .*private\.jwk\.json.*\npublic: .*public\.jwk\.json/);
  });

  for (const [type, use, algorithm] of [
    ['ed25519', 'http', 'ed25519'],
    ['rsa', 'http', 'rsa-pss-sha512'],
    ['rsa', 'wss', 'rsa-v1_5-sha256'],
    ['ec', 'wss', 'ecdsa-p256-sha256'],
  ] as const) {
    it(`generate makes ${type} keys for ${use} that can be read back`, async () => {
      await run('generate', '--name', 'k', '--type', type, '--use', use, '--days', '10');
      const [privateFile, publicFile] =
        use === 'wss' ? ['k.key.pem', 'k.cert.pem'] : ['k.private.jwk.json', 'k.public.jwk.json'];
      assert.equal((await readPrivateKeyFile(join(folder, privateFile))).algorithm, algorithm);
      const trusted = await readTrustedKeyFile(join(folder, publicFile), { partner: 'k' });
      assert.equal(trusted.algorithm, algorithm);
      assert.equal(trusted.notAfter, use === 'wss' ? clock.now() + 10 * 86_400_000 : undefined);
    }).timeout(20_000);
  }

  it('generate --dev makes the whole set once, and says so', async () => {
    await run('generate', '--dev');
    assert.match(printed.at(-1) ?? '', /^26 files made, 0 kept, in .*Never use them in production\.$/);
    await run('generate', '--dev');
    assert.match(printed.at(-1) ?? '', /^0 files made, 26 kept/);
  }).timeout(20_000);

  it('generate --dev --name marks the one key', async () => {
    await run('generate', '--dev', '--name', 'tester');
    assert.equal((await readPrivateKeyFile(join(folder, 'tester.private.jwk.json'))).keyId, 'dev-tester');
  });

  it('generate overwrites nothing and says what to do', async () => {
    await run('generate', '--name', 'k');
    const before = readFileSync(join(folder, 'k.private.jwk.json'), 'utf8');
    await fails(/is there already; keys are never overwritten/, 'generate', '--name', 'k');
    assert.equal(readFileSync(join(folder, 'k.private.jwk.json'), 'utf8'), before);
  });

  it('generate refuses orders that make no sense, and leaves nothing behind', async () => {
    await fails(/--name is needed/, 'generate');
    await fails(/1 to 63 lower-case/, 'generate', '--name', '../k');
    await fails(/begin with dev-/, 'generate', '--name', 'dev-k');
    await fails(/RSA and ECDSA/, 'generate', '--name', 'k', '--use', 'wss', '--type', 'ed25519');
    await fails(/1 to 3650 days/, 'generate', '--name', 'k', '--days', '0');
    await fails(/whole number/, 'generate', '--name', 'k', '--days', '1e3');
    await fails(/Allowed choices/, 'generate', '--name', 'k', '--type', 'dsa');
    assert.deepEqual(readdirSync(folder), []);
  });

  it('list shows name, type, use, expiry and development, and files that cannot be used', async () => {
    await run('generate', '--dev', '--name', 'tester');
    await run('generate', '--name', 'soap', '--use', 'wss', '--days', '1');
    writeFileSync(join(folder, 'broken.cert.pem'), 'x');
    printed = [];
    await run('list');
    const rows = printed.map((line) => line.split(/ {2,}/));
    assert.deepEqual(rows.slice(0, 4), [
      ['name', 'type', 'use', 'expires', 'development'],
      ['broken', 'unusable', 'wss', '-', '?'],
      ['soap', 'ecdsa-p256-sha256', 'wss', '2026-03-03', 'no'],
      ['tester', 'ecdsa-p256-sha256', 'http', '-', 'yes'],
    ]);
    assert.match(printed[4] ?? '', /^! .*broken\.cert\.pem: It is not a key or certificate/);
  });

  it('list tells of an empty and of a missing folder', async () => {
    await run('list');
    assert.match(printed[0] ?? '', /^No keys in .*ura keys generate/);
    await fails(/there is no folder/, 'list', '--folder', join(folder, 'none'));
  });

  it('teaches by example', async () => {
    for (const name of ['generate', 'list']) {
      written = '';
      await assert.rejects(run(name, '--help'), CommanderError);
      assert.match(written, new RegExp(`Examples:\n  \\$ ura keys ${name}`));
    }
  });
});
