import assert from 'node:assert/strict';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.js';
import type { Config } from '../../src/config/config.js';
import { type Keyring, loadKeyring } from '../../src/config/keyring.js';
import { readConfig } from '../../src/config/read-config.js';
import { refuseDevelopment } from '../../src/config/refuse-development.js';
import { findPackageRoot } from '../../src/package-root.js';

describe('production', () => {
  let config: Config;
  let keyring: Keyring;
  before(async () => {
    config = await readConfig(join(findPackageRoot(), 'config'), { ...process.env, PORT: '8080' });
    keyring = await loadKeyring(config, systemClock);
  });

  const safe = (): [Config, Keyring] => [
    {
      ...config,
      gateway: {
        ...config.gateway,
        publicOrigins: ['https://ura.example'],
        http: { ...config.gateway.http, behindProxy: true },
      },
      adapters: config.adapters.map((adapter) => ({ ...adapter, endpoint: 'https://civil.example/soap' })),
    },
    { ...keyring, development: [] },
  ];

  it('takes a configuration with TLS everywhere and keys of its own', () => {
    assert.deepEqual(refuseDevelopment(...safe()), []);
  });

  it('refuses the development configuration, saying for each thing what to set', () => {
    const sentences = refuseDevelopment(config, keyring);
    assert.ok(sentences.length >= 5, sentences.join('\n'));
    for (const expected of [
      /http\.tls|http\.behindProxy/,
      /publicOrigins/,
      /https endpoint/,
      /ura keys generate/,
      /pin the partner's real key/,
    ]) {
      assert.ok(
        sentences.some((sentence) => expected.test(sentence)),
        String(expected),
      );
    }
    for (const sentence of sentences) assert.match(sentence, /\.$/);
  });

  it('takes TLS of its own instead of a proxy', () => {
    const [own, keys] = safe();
    const http = { ...own.gateway.http, behindProxy: false };
    assert.equal(refuseDevelopment({ ...own, gateway: { ...own.gateway, http } }, keys).length, 1);
    const tls = { certificate: '/a.pem', privateKey: '/b.pem' };
    assert.deepEqual(
      refuseDevelopment({ ...own, gateway: { ...own.gateway, http: { ...http, tls } } }, keys),
      [],
    );
  });

  it('refuses each single thing that is left of development', () => {
    const [own, keys] = safe();
    const refused = (change: Partial<Config>, ring: Partial<Keyring> = {}): string[] =>
      refuseDevelopment({ ...own, ...change }, { ...keys, ...ring });
    const origins = ['https://ura.example', 'http://ura.example'];
    assert.match(
      refused({ gateway: { ...own.gateway, publicOrigins: origins } }).join(),
      /http:\/\/ura\.example/,
    );
    const adapters = own.adapters.map((adapter) => ({ ...adapter, endpoint: 'http://civil.example' }));
    assert.match(refused({ adapters }).join(), /Adapter civil /);
    assert.match(refused({}, { development: ['dev-somebody'] }).join(), /dev-somebody of a partner/);
    assert.match(refused({}, { development: [keyring.http.keyId] }).join(), /ura keys generate/);
  });

  it('knows all keys of the development folder as such', () => {
    assert.ok(keyring.development.includes(keyring.http.keyId));
    assert.ok(keyring.development.includes(keyring.messages.keyId));
    for (const keyId of keyring.clients.keys()) assert.ok(keyring.development.includes(keyId), keyId);
  });
});
