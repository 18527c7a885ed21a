import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateDevelopmentKeys, isDevelopmentKey } from '../../src/signing/development-keys.js';
import {
  certificateThumbprint,
  readCertificate,
  readPrivateKeyFile,
  readTrustedKeyFile,
} from '../../src/signing/key-files.js';
import { makeCertificate } from '../../src/signing/key-making.js';

const clock = { now: () => Date.parse('2026-03-02T09:00:00Z') };

describe('development keys', () => {
  let folder: string;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'ura-dev-')), 'keys');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

  const contents = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

  async function requirePairs() {
    const authority = await readCertificate(join(folder, 'development-ca.cert.pem'));
    assert.ok(
      authority.ca && authority.checkPrivateKey(createPrivateKey(contents()['development-ca.key.pem'] ?? '')),
    );
    assert.ok(authority.verify(authority.publicKey));
    for (const name of ['gateway-wss', 'civil-wss', 'property-wss', 'agency-wss']) {
      const certificatePath = join(folder, `${name}.cert.pem`);
      const { certificate } = await readPrivateKeyFile(join(folder, `${name}.key.pem`), { certificatePath });
      assert.ok(certificate?.verify(authority.publicKey), name);
      assert.equal(certificate?.ca, false);
    }
    for (const name of [
      'gateway-http',
      'oss-divjake',
      'oss-stranger',
      'tax',
      'business',
      'municipal-tax',
      'adisa',
      'operations',
    ]) {
      const own = await readPrivateKeyFile(join(folder, `${name}.private.jwk.json`));
      const trusted = await readTrustedKeyFile(join(folder, `${name}.public.jwk.json`), { partner: 'x' });
      assert.ok(createPublicKey(own.privateKey).equals(trusted.publicKey), name);
    }
  }

  it('are made as a set of pairs, all 0600, all recognised as development material', async () => {
    const { created, kept } = await generateDevelopmentKeys(folder, { clock });
    assert.deepEqual([created.length, kept.length], [26, 0]);
    assert.deepEqual(readdirSync(folder).sort(), [...created].sort());
    await requirePairs();
    for (const name of created) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
    const authority = 'development-ca.cert.pem';
    for (const name of created.filter((file) => /cert|public/.test(file) && file !== authority)) {
      assert.ok(isDevelopmentKey(await readTrustedKeyFile(join(folder, name), { partner: 'x' })), name);
    }
    assert.ok(isDevelopmentKey({ certificate: await readCertificate(join(folder, authority)) }));
  }).timeout(20_000);

  it('are left alone by a second run, which makes only what is missing, from the key that is there', async () => {
    await generateDevelopmentKeys(folder, { clock });
    const before = contents();
    for (const name of ['oss-divjake.public.jwk.json', 'gateway-wss.cert.pem']) rmSync(join(folder, name));
    const { created } = await generateDevelopmentKeys(folder, { clock });
    assert.deepEqual(created, ['gateway-wss.cert.pem', 'oss-divjake.public.jwk.json']);
    await requirePairs();
    const after = contents();
    assert.equal(after['oss-divjake.public.jwk.json'], before['oss-divjake.public.jwk.json']);
    assert.deepEqual({ ...after, 'gateway-wss.cert.pem': '' }, { ...before, 'gateway-wss.cert.pem': '' });
  }).timeout(20_000);

  it('stay whole pairs when four runs start at once', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => generateDevelopmentKeys(folder, { clock })));
    assert.equal(
      runs.reduce((sum, { created }) => sum + created.length, 0),
      26,
    );
    assert.equal(readdirSync(folder).length, 26);
    await requirePairs();
  }).timeout(30_000);

  it('are told apart from real ones by kid, subject or issuer, not by a name that looks alike', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const order = { privateKey, notBefore: clock.now(), days: 1 };
    const unit = 'OU=URA DEVELOPMENT KEY - NEVER IN PRODUCTION';
    const realPem = await makeCertificate({ ...order, subject: 'CN=gateway,OU=Signing,O=AKSHI' });
    const markedPem = await makeCertificate({ ...order, subject: `CN=x,${unit},O=Ura` });
    const issued = async (subject: string, certificate: string) =>
      new X509Certificate(await makeCertificate({ ...order, subject, issuer: { certificate, privateKey } }));
    const real = new X509Certificate(realPem);
    assert.equal(isDevelopmentKey({ keyId: certificateThumbprint(real), certificate: real }), false);
    assert.equal(isDevelopmentKey({ keyId: 'device-7' }), false);
    assert.equal(isDevelopmentKey({}), false);
    assert.equal(isDevelopmentKey({ keyId: 'dev-x' }), true);
    assert.equal(isDevelopmentKey({ certificate: await issued(`CN=y,${unit}`, realPem) }), true);
    assert.equal(isDevelopmentKey({ certificate: await issued('CN=y,O=Ura', markedPem) }), true);
    assert.equal(isDevelopmentKey({ certificate: await issued('CN=y,O=Ura', realPem) }), false);
  });

  it('come for further registries too, each of its kind, and once for a name that is always there', async () => {
    const registryKeys = [
      { name: 'forestry', type: 'jwk' },
      { name: 'vehicles', type: 'rsa' },
      { name: 'pensions', type: 'ec' },
      { name: 'civil-wss', type: 'jwk' },
      { name: 'tax', type: 'rsa' },
    ] as const;
    const { created } = await generateDevelopmentKeys(folder, { clock, registryKeys });
    const further = created.filter((file) => /^(forestry|vehicles|pensions|civil-wss|tax)\./.test(file));
    assert.deepEqual(further.sort(), [
      'civil-wss.cert.pem',
      'civil-wss.key.pem',
      'forestry.private.jwk.json',
      'forestry.public.jwk.json',
      'pensions.cert.pem',
      'pensions.key.pem',
      'tax.private.jwk.json',
      'tax.public.jwk.json',
      'vehicles.cert.pem',
      'vehicles.key.pem',
    ]);
    const authority = await readCertificate(join(folder, 'development-ca.cert.pem'));
    for (const [name, type] of [
      ['vehicles', 'rsa'],
      ['pensions', 'ec'],
    ] as const) {
      const certificatePath = join(folder, `${name}.cert.pem`);
      const own = await readPrivateKeyFile(join(folder, `${name}.key.pem`), { certificatePath });
      assert.ok(own.certificate?.verify(authority.publicKey), name);
      assert.equal(own.certificate?.publicKey.asymmetricKeyType, type);
    }
    assert.deepEqual((await generateDevelopmentKeys(folder, { clock, registryKeys })).created, []);
  });
});
