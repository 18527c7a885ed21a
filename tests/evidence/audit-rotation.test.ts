import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keysCommand } from '../../src/cli/keys/command.js';
import { readConfig } from '../../src/config/read-config.js';
import type { AuditInput } from '../../src/evidence/audit-input.js';
import { readAuditKeys } from '../../src/evidence/audit-keys.js';
import { configCopy } from '../support/config-copy.js';
import { type AuditScene, failuresOf, finds, openAuditScene } from './audit-scene.js';

describe('an audit after the gateway exchanged its own keys', function () {
  this.timeout(60_000);
  let config: { folder: string; remove(): Promise<void> };
  let scene: AuditScene;
  const at = (...names: string[]) => join(config.folder, ...names);
  const printed: string[] = [];

  before(async () => {
    const data = process.env.URA_DATA as string;
    config = await configCopy({
      'gateway.json': (content) => ({
        ...content,
        keys: {
          http: 'own/gateway-http.private.jwk.json',
          messages: { privateKey: 'own/gateway-wss.key.pem', certificate: 'own/gateway-wss.cert.pem' },
        },
      }),
    });
    await mkdir(at('own'));
    for (const file of ['http.private.jwk.json', 'http.public.jwk.json', 'wss.key.pem', 'wss.cert.pem']) {
      await copyFile(join(data, 'keys', `gateway-${file}`), at('own', `gateway-${file}`));
    }
    await copyFile(
      join(data, 'keys', 'oss-divjake.private.jwk.json'),
      at('own', 'oss-divjake.private.jwk.json'),
    );
    await copyFile(
      join(data, 'keys', 'oss-divjake.public.jwk.json'),
      at('own', 'oss-divjake.public.jwk.json'),
    );
    scene = await openAuditScene(config.folder);
    for (const name of ['gateway-http', 'gateway-wss', 'oss-divjake']) {
      const command = keysCommand({
        print: (line) => printed.push(line),
        clock: { now: Date.now },
        defaultFolder: at('own'),
        variables: scene.stack.variables,
      });
      const args = ['rotate', '--name', name, '--folder', at('own'), '--config', config.folder];
      await command.parseAsync(args, { from: 'user' });
    }
    // What the steps say that were printed.
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
    const settings = await readFile(at('gateway.json'), 'utf8');
    await writeFile(
      at('gateway.json'),
      settings.replace(/own\/gateway-(http|wss)/g, `own/gateway-$1-${day}`),
    );
  });
  after(async () => {
    await scene?.stack.stop();
    await config.remove();
  });

  const audited = async (): Promise<AuditInput> => ({
    ...scene.honest,
    keys: await readAuditKeys(await readConfig(config.folder, scene.stack.variables), config.folder),
  });

  it('still verifies what the old keys signed: questions, events, receipts', async () => {
    await finds(await audited());
  });

  it('was told by `ura keys rotate` where the public halves are, and they are the only ones there', () => {
    const kept = printed.filter((line) => line.startsWith('kept '));
    assert.equal(kept.length, 2, printed.join('\n'));
    assert.match(kept.join('\n'), /trust\/gateway\/gateway-http\.public\.jwk\.json/);
    assert.match(kept.join('\n'), /trust\/gateway\/gateway-wss\.cert\.pem/);
  });

  it('verifies nothing of it without them', async () => {
    await rm(at('trust', 'gateway'), { recursive: true });
    const names = (await failuresOf(await audited())).map(({ name }) => name);
    assert.ok(names.includes('receipt: signature'), names.join());
    assert.ok(names.includes('event: signature'), names.join());
    assert.ok(names.includes('registry-request #3: signature'), names.join());
    assert.ok(!names.some((name) => name.startsWith('client-request')), names.join());
  });
});
