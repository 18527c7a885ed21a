import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configCommand } from '../../src/cli/config/command.js';
import { findPackageRoot } from '../../src/package-root.js';
import { catalogueCopy } from '../support/config-copy.js';
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
      assert.match(
        printed,
        /\d+ queries, \d+ services, \d+ municipalities with differences, \d+ adapters, \d+ clients, \d+ operators, \d+ grants: all in order/,
      );
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
      'queries/civil.json',
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

  it('warns, and fails not, when grants do not cover the evidence of procedures', async () => {
    const copy = await catalogueCopy();
    const { printed, error } = await check(copy.folder);
    await copy.remove();
    assert.equal(error, '');
    assert.match(
      printed,
      /^warning: client oss-fier has no grant of AL012031 for social-housing, which it would need for AL029901, AL029902$/m,
    );
    assert.match(printed, /, 3 services, 1 municipalities with differences, .*: all in order$/m);
  });

  it('finds what is wrong in a catalogue, and says where', async () => {
    const copy = await catalogueCopy({
      'municipalities/20.json': (it) => ({ ...it, notOffered: ['AL020000'] }),
    });
    const { printed, error } = await check(copy.folder);
    await copy.remove();
    assert.match(printed, /^municipalities: 20: service AL020000 is not in the catalogue$/m);
    assert.match(error, /1 problem\(s\) in /);
  });

  it('finds with --production what production refuses', async () => {
    const { printed, error } = await check(folder, '--production');
    assert.match(error, /problem\(s\) in /);
    assert.match(printed, /without TLS/);
    assert.match(printed, /is not https/);
    assert.match(printed, /was made for development/);
  });
});
