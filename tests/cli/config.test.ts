import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configCommand } from '../../src/cli/config.js';
import { findPackageRoot } from '../../src/package-root.js';
import { runCommand } from './run-command.js';

describe('ura config check', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ura-config-'));
    await cp(join(findPackageRoot(), 'config'), folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const check = (...args: string[]) =>
    runCommand(configCommand, ['check', ...args], { URA_DATA: process.env.URA_DATA });
  async function edit(file: string, from: string, to: string): Promise<void> {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    assert.ok(text.includes(from), `${file} does not hold ${from}`);
    await writeFile(path, text.replace(from, to));
  }

  it('accepts the configuration that comes with Ura, by default and by name', async () => {
    for (const args of [[], [folder]]) {
      const { printed, error } = await check(...args);
      assert.equal(error, '');
      assert.match(printed, /6 services, 2 adapters, 2 clients, 7 grants: all in order/);
    }
  });

  for (const [what, file, from, to, sentence] of [
    [
      'a field that there is not',
      'adapters/civil.json',
      '"callTimeoutMs"',
      '"callTimeout"',
      /civil\.json.*callTimeout/,
    ],
    ['JSON that is none', 'gateway.json', '"http":', '"http"', /gateway\.json/],
    [
      'a client that there is not',
      'policies/oss-fier.json',
      '"client": "oss-fier"',
      '"client": "oss-nowhere"',
      /oss-nowhere/,
    ],
    [
      'an operation that the adapter lacks',
      'catalogue/civil.json',
      '"operation": "person"',
      '"operation": "persons"',
      /persons/,
    ],
    [
      'a field that the answer lacks',
      'policies/oss-divjake.json',
      '"civilStatus"',
      '"civilState"',
      /civilState/,
    ],
    [
      'a key file that there is not',
      'clients/oss-divjake.json',
      'oss-divjake.public.jwk.json',
      'gone.jwk.json',
      /gone\.jwk\.json/,
    ],
  ] as const) {
    it(`finds ${what}`, async () => {
      await edit(file, from, to);
      const { printed, error } = await check(folder);
      assert.match(printed, sentence);
      assert.match(error, /\d+ problem\(s\) in /);
    });
  }

  it('finds with --production what production refuses', async () => {
    const { printed, error } = await check(folder, '--production');
    assert.match(error, /problem\(s\) in /);
    assert.match(printed, /without TLS/);
    assert.match(printed, /is not https/);
    assert.match(printed, /was made for development/);
  });
});
