import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Keyring } from '../../src/config/keyring.js';
import { LiveConfig, type LiveConfigParts } from '../../src/config/live-config.js';
import { readWholeConfig } from '../../src/config/read-whole.js';
import { signResponse } from '../../src/signing/http-sig/index.js';
import { jwkPair, makeCertificate, makePrivateKey, privateKeyPem } from '../../src/signing/key-making.js';
import { wssX509Integrity } from '../../src/signing/wss-x509-integrity.js';
import { configCopy } from '../support/config-copy.js';
import { waitFor } from '../support/wait-for.js';
import { makeTestAuthority } from './authority.js';

describe('keys in use', function () {
  this.timeout(20_000);
  const clock = { now: () => Date.now() };
  let folder: string;
  let config: { folder: string; remove(): Promise<void> };
  let clientKeys: string;
  let loaded: Keyring[];
  let failed: string[];
  let live: LiveConfig;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ura-live-'));
    const made = join(process.env.URA_DATA as string, 'keys');
    for (const name of ['gateway-http.private.jwk.json', 'gateway-wss.key.pem', 'gateway-wss.cert.pem'])
      copyFileSync(join(made, name), join(folder, name));
    clientKeys = join(folder, 'oss-divjake');
    mkdirSync(clientKeys);
    copyFileSync(join(made, 'oss-divjake.public.jwk.json'), join(clientKeys, 'old.jwk.json'));
    config = await configCopy({
      'gateway.json': (content) => ({
        ...content,
        keys: {
          http: join(folder, 'gateway-http.private.jwk.json'),
          messages: {
            privateKey: join(folder, 'gateway-wss.key.pem'),
            certificate: join(folder, 'gateway-wss.cert.pem'),
          },
        },
      }),
      'clients/oss-divjake.json': (content) => ({ ...content, keys: [clientKeys] }),
    });
    loaded = [];
    failed = [];
  });
  afterEach(async () => {
    live.stop();
    await config.remove();
    rmSync(folder, { recursive: true });
  });

  async function open(change: Partial<LiveConfigParts> = {}): Promise<void> {
    live = await LiveConfig.open({
      configFolder: config.folder,
      read: () => readWholeConfig(config.folder, { URA_DATA: process.env.URA_DATA }),
      refuse: () => [],
      clock,
      observe: {
        loaded: ({ keyring }) => loaded.push(keyring),
        failed: (error) => failed.push(error.message),
        crlFailed: () => {},
      },
      ...change,
    });
  }
  async function addClientKey(name: string): Promise<string> {
    const path = join(clientKeys, `${name}.jwk.json`);
    const { publicJwk } = jwkPair(await makePrivateKey('ec'), name);
    writeFileSync(`${path}.new`, JSON.stringify(publicJwk));
    renameSync(`${path}.new`, path);
    return path;
  }

  it('sees a key come and go in a folder without being told', async () => {
    await open({ pollMs: 20 });
    live.watch();
    assert.equal(live.keys.findClientKey('next')?.partner, undefined);
    const path = await addClientKey('next');
    await waitFor(() => live.keys.findClientKey('next'), 'the new key');
    assert.equal(live.keys.findClientKey('dev-oss-divjake')?.partner, 'oss-divjake', 'both at once');
    rmSync(path);
    await waitFor(() => (live.keys.findClientKey('next') ? undefined : true), 'the end of the key');
    assert.deepEqual(failed, []);
  });

  it('reads nothing anew while nothing changes', async () => {
    await open({ pollMs: 5 });
    live.watch();
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual([loaded.length, failed], [0, []]);
  });

  it('keeps a good set when one file breaks, tells once, and heals by itself', async () => {
    await open({ pollMs: 10 });
    live.watch();
    const path = join(clientKeys, 'half.jwk.json');
    writeFileSync(path, '{"kty":"EC","cr');
    await waitFor(() => failed[0], 'the failure');
    await addClientKey('next');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(failed.length, 1, 'the same reason is told once');
    assert.match(failed[0] ?? '', /half\.jwk\.json: It is not a key/);
    assert.equal(live.keys.findClientKey('next'), undefined, 'a set counts as a whole');
    assert.ok(live.keys.findClientKey('dev-oss-divjake'));
    assert.ok(live.status().unusableSeconds > 0);
    rmSync(path);
    await waitFor(() => live.keys.findClientKey('next'), 'the healed set');
    assert.equal(live.status().unusableSeconds, 0);
  });

  it('refuses a set that production refuses, and broken settings, and keeps what it had', async () => {
    let sentences: string[] = [];
    await open({ refuse: () => sentences });
    await addClientKey('next');
    sentences = ['Key next was made for development.'];
    assert.equal(await live.reload(), false);
    assert.equal(live.keys.findClientKey('next'), undefined);
    sentences = [];
    const settings = join(config.folder, 'clients', 'oss-divjake.json');
    const text = readFileSync(settings, 'utf8');
    writeFileSync(settings, text.slice(0, 50));
    assert.equal(await live.reload(), false);
    writeFileSync(settings, text);
    assert.equal(await live.reload(), true);
    assert.ok(live.keys.findClientKey('next'));
  });

  it('accepts nothing of a client whose last key was taken out of its folder', async () => {
    await open();
    rmSync(join(clientKeys, 'old.jwk.json'));
    assert.equal(await live.reload(), true);
    assert.equal(live.keys.findClientKey('dev-oss-divjake'), undefined);
    assert.match(live.keys.current().warnings.join('\n'), /client-oss-divjake has no key/);
  });

  it('takes other key files out of changed settings', async () => {
    await open();
    const settings = join(config.folder, 'clients', 'oss-divjake.json');
    const content = JSON.parse(readFileSync(settings, 'utf8')) as object;
    const path = await addClientKey('next');
    writeFileSync(settings, JSON.stringify({ ...content, keys: [path] }));
    await live.reload();
    assert.equal(live.keys.findClientKey('dev-oss-divjake'), undefined);
    assert.ok(live.keys.findClientKey('next'));
  });

  it('does not take the new private key for the old certificate', async () => {
    await open();
    const before = live.keys.messages.certificate?.fingerprint256;
    const privateKey = await makePrivateKey('ec');
    writeFileSync(join(folder, 'gateway-wss.key.pem'), privateKeyPem(privateKey));
    assert.equal(await live.reload(), false);
    assert.equal(live.keys.messages.certificate?.fingerprint256, before);
    const order = { subject: 'CN=next', privateKey, notBefore: clock.now(), days: 10 };
    writeFileSync(join(folder, 'gateway-wss.cert.pem'), await makeCertificate(order));
    assert.equal(await live.reload(), true);
    assert.ok(live.keys.messages.certificate?.checkPrivateKey(privateKey));
    assert.equal(live.keys.messages.algorithm, 'ecdsa-p256-sha256');
  });

  it('signs each message with one key, although keys change while it is signed', async () => {
    await open();
    const path = join(folder, 'gateway-http.private.jwk.json');
    const old = live.keys.current().httpPublic;
    const next = await makePrivateKey('ec');
    const nextPair = jwkPair(next, 'next');
    writeFileSync(path, JSON.stringify(nextPair.privateJwk));
    const profile = wssX509Integrity({
      signer: live.keys.messages,
      trusted: [],
      replaySet: { remember: async () => true },
      clock,
    });
    const privateKey = await makePrivateKey('ec');
    const order = { subject: 'CN=next', privateKey, notBefore: clock.now(), days: 10 };
    const certificate = await makeCertificate(order);
    const oldToken = live.keys.messages.certificate?.raw.toString('base64') ?? '';
    writeFileSync(join(folder, 'gateway-wss.key.pem'), privateKeyPem(privateKey));
    writeFileSync(join(folder, 'gateway-wss.cert.pem'), certificate);

    let isReloaded = false;
    const reload = live.reload().then((isGood) => {
      isReloaded = isGood;
    });
    const seen = { old: 0, next: 0 };
    while (!isReloaded || seen.next < 20) {
      const before = isReloaded;
      const [answer, message] = await Promise.all([
        signResponse({ status: 200 }, undefined, live.keys.http, { now: clock.now() }),
        profile.signRequest({
          soapVersion: '1.1',
          bodyContent: '<a/>',
          to: 'urn:x',
          action: 'urn:a',
          messageId: `urn:uuid:${seen.old + seen.next}`,
        }),
      ]);
      const text = Buffer.from(message).toString();
      const isOld = text.includes(oldToken);
      if (before) assert.ok(!isOld, 'the old key signs nothing after the change');
      seen[isOld ? 'old' : 'next'] += 1;
      // RSA-2048 values have 256 bytes, P-256 ones 64: the value belongs to the token that is sent with it.
      const value = /<ds:SignatureValue>([^<]+)</.exec(text)?.[1] ?? '';
      assert.equal(Buffer.from(value, 'base64').length, isOld ? 256 : 64);
      const input = answer['signature-input'];
      const key = input.includes('keyid="next"') ? createPublicKey(next) : old.publicKey;
      const base = `"@status": 200\n"@signature-params": ${input.slice(input.indexOf('('))}`;
      const bytes = Buffer.from(answer.signature.slice(answer.signature.indexOf(':') + 1, -1), 'base64');
      assert.ok(verify('sha256', Buffer.from(base), { key, dsaEncoding: 'ieee-p1363' }, bytes), input);
    }
    await reload;
    assert.ok(seen.old > 0 && seen.next > 0, JSON.stringify(seen));
  });

  it('uses a revocation list that came with new settings, before the keys that it covers', async () => {
    await open({ pollMs: 20 });
    live.watch();
    const authority = await makeTestAuthority('Issuer');
    const { pem, certificate } = await authority.issue('divjake');
    writeFileSync(join(folder, 'issuer.pem'), authority.pem);
    writeFileSync(join(folder, 'list.crl'), await authority.crl({ revoked: ['01'] }));
    const settings = join(config.folder, 'clients', 'oss-divjake.json');
    const content = JSON.parse(readFileSync(settings, 'utf8')) as object;
    const crl = {
      issuer: join(folder, 'issuer.pem'),
      sources: [join(folder, 'list.crl')],
      refreshMinutes: 60,
    };
    writeFileSync(join(clientKeys, 'issued.pem'), pem);
    writeFileSync(settings, JSON.stringify({ ...content, crl }));
    const keyId = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    await waitFor(() => live.status().crls[0]?.ageSeconds, 'the list');
    await waitFor(() => live.keys.findClientKey(keyId), 'the key');
    writeFileSync(
      join(folder, 'list.crl'),
      await authority.crl({ revoked: [certificate.serialNumber], thisUpdate: Date.now() }),
    );
    await waitFor(() => {
      try {
        live.keys.findClientKey(keyId);
        return undefined;
      } catch (error) {
        return (error as Error).message === 'key-revoked' || undefined;
      }
    }, 'the revocation');
    assert.ok(live.keys.findClientKey('dev-oss-divjake'), 'a key without certificate is on no list');
    assert.match(
      live.keys.current().warnings.join('\n'),
      /old\.jwk\.json: the revocation list .* does not cover it/,
    );
  });
});
