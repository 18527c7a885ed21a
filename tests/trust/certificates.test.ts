import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, webcrypto } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { loadKeyring } from '../../src/config/keyring.js';
import { readConfig } from '../../src/config/read-config.js';
import { KeyFileUnusable, readPrivateKeyFile, readTrustedKeyFile } from '../../src/signing/key-files.js';
import { jwkPair, makeCertificate, makePrivateKey } from '../../src/signing/key-making.js';
import { keyFilesOf } from '../../src/trust/key-folder.js';
import { configCopy } from '../support/config-copy.js';

const dayMs = 86_400_000;

describe('pinned keys', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ura-pinned-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const unusable = (code: KeyFileUnusable['code'], words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof KeyFileUnusable, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    return true;
  };
  async function selfSigned(extensions: x509.Extension[]): Promise<{ pem: string; privateKey: KeyObject }> {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const der = (key: KeyObject, type: 'pkcs8' | 'spki') =>
      key.export({ type: type as 'spki', format: 'der' });
    const keys = {
      privateKey: await webcrypto.subtle.importKey('pkcs8', der(privateKey, 'pkcs8'), algorithm, false, [
        'sign',
      ]),
      publicKey: await webcrypto.subtle.importKey('spki', der(publicKey, 'spki'), algorithm, true, [
        'verify',
      ]),
    };
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=x',
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + dayMs),
      extensions,
    });
    return { pem: made.toString('pem'), privateKey };
  }

  it('are refused when they are the certificate of an authority or not for signatures', async () => {
    const { keyAgreement, digitalSignature, nonRepudiation } = x509.KeyUsageFlags;
    const cases: [x509.Extension[], RegExp | undefined][] = [
      [[], undefined],
      [[new x509.KeyUsagesExtension(digitalSignature | nonRepudiation, true)], undefined],
      [[new x509.BasicConstraintsExtension(false, undefined, true)], undefined],
      [[new x509.BasicConstraintsExtension(true, 0, true)], /certificate of an authority/],
      [[new x509.KeyUsagesExtension(keyAgreement, true)], /does not allow digital signatures/],
      [[new x509.KeyUsagesExtension(nonRepudiation, false)], /does not allow digital signatures/],
    ];
    for (const [index, [extensions, words]] of cases.entries()) {
      const { pem, privateKey } = await selfSigned(extensions);
      const certificatePath = file(`${index}.pem`, pem);
      const key = file(`${index}.key`, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
      const pinned = readTrustedKeyFile(certificatePath, { partner: 'x' });
      const own = readPrivateKeyFile(key, { certificatePath });
      if (words === undefined) await Promise.all([pinned, own]);
      else {
        await assert.rejects(pinned, unusable('key-certificate-unfit', words));
        await assert.rejects(own, unusable('key-certificate-unfit', words));
      }
    }
  });

  it('are every *.pem and *.jwk.json of a folder, by name, and nothing else', async () => {
    for (const name of ['b.pem', 'a.jwk.json', '.hidden.pem', 'README.md', 'c.json', 'd.pem.bak'])
      file(name, '');
    mkdirSync(join(folder, 'inside.pem.d'));
    assert.deepEqual(await keyFilesOf(folder), [join(folder, 'a.jwk.json'), join(folder, 'b.pem')]);
    assert.deepEqual(await keyFilesOf(join(folder, 'c.json')), [join(folder, 'c.json')]);
    await assert.rejects(
      keyFilesOf(join(folder, 'none')),
      unusable('key-file-missing', /no such file or folder/),
    );
  });

  async function keyring(clientPaths: string[], trust: string[]) {
    const config = await configCopy({
      'clients/oss-divjake.json': (content) => ({ ...content, keys: clientPaths }),
      'adapters/civil.json': (content) => ({ ...content, trust }),
    });
    try {
      const settings = await readConfig(config.folder, { URA_DATA: process.env.URA_DATA });
      return await loadKeyring(settings, { now: Date.now });
    } finally {
      await config.remove();
    }
  }
  const civil = (): string => join(process.env.URA_DATA as string, 'keys', 'civil-wss.cert.pem');
  const divjake = (): string => join(process.env.URA_DATA as string, 'keys', 'oss-divjake.public.jwk.json');

  it('that are over or not valid yet warn, and keep nothing from starting', async () => {
    const privateKey = await makePrivateKey('ec');
    const certificate = (notBefore: number) =>
      makeCertificate({ subject: 'CN=civil', privateKey, notBefore, days: 10 });
    file('1-over.pem', await certificate(Date.now() - 20 * dayMs));
    file('2-early.pem', await certificate(Date.now() + 5 * dayMs));
    const { warnings, registries, certificates } = await keyring([divjake()], [civil(), folder]);
    assert.equal(registries.get('civil')?.length, 3);
    assert.match(warnings.join('\n'), /1-over\.pem \(registry-civil-2\) has expired/);
    assert.match(warnings.join('\n'), /2-early\.pem \(registry-civil-3\) is not valid yet/);
    const terms = certificates().filter(({ pinned, name }) => pinned && name.startsWith('registry-civil'));
    assert.deepEqual(
      terms.map(({ name, expiresInSeconds, startsInSeconds }) => [
        name,
        expiresInSeconds > 0,
        startsInSeconds > 0,
      ]),
      [
        ['registry-civil', true, false],
        ['registry-civil-2', false, false],
        ['registry-civil-3', true, true],
      ],
    );
  });

  it('may lie in two files, but two keys may not share one id', async () => {
    const one = jwkPair(await makePrivateKey('ec'), 'same').publicJwk;
    file('a.jwk.json', JSON.stringify(one));
    file('b.jwk.json', JSON.stringify(one));
    const withOneKey = (await keyring([divjake()], [civil()])).clients.size;
    assert.equal((await keyring([folder], [civil()])).clients.size, withOneKey);
    file('b.jwk.json', JSON.stringify(jwkPair(await makePrivateKey('ec'), 'same').publicJwk));
    await assert.rejects(
      keyring([folder], [civil()]),
      unusable('key-id-repeated', /b\.jwk\.json.*a\.jwk\.json/),
    );
  });

  it('of two clients may not share one id', async () => {
    const other = join(process.env.URA_DATA as string, 'keys', 'oss-stranger.public.jwk.json');
    await assert.rejects(
      keyring([other], [civil()]),
      /dev-oss-stranger belongs to both oss-divjake and oss-fier/,
    );
  });
});
