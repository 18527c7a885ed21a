import 'reflect-metadata';
import assert from 'node:assert/strict';
import { type KeyObject, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { allowsUse, isAuthority } from '../../src/signing/certificate-use.js';
import { developmentSubject, generateDevelopmentKeys } from '../../src/signing/development-keys.js';
import {
  jwkPair,
  makeCertificate,
  makePrivateKey,
  parsePrivateKey,
  privateKeyPem,
  writeOnce,
} from '../../src/signing/key-making.js';

const notBefore = Date.parse('2026-03-02T09:00:00Z');

describe('making keys', () => {
  let folder: string;
  let ec: KeyObject;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ura-making-'));
    ec = await makePrivateKey('ec');
  });
  after(() => rmSync(folder, { recursive: true }));

  it('makes keys of the sizes that it says, and writes them so that they come back', async () => {
    const rsa = await makePrivateKey('rsa');
    const ed = await makePrivateKey('ed25519');
    assert.equal(rsa.asymmetricKeyDetails?.modulusLength, 2048);
    assert.equal(ec.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    assert.equal(ed.asymmetricKeyType, 'ed25519');
    for (const [key, alg] of [
      [rsa, 'PS512'],
      [ec, 'ES256'],
      [ed, 'EdDSA'],
    ] as const) {
      assert.match(privateKeyPem(key), /^-----BEGIN PRIVATE KEY-----\n/);
      assert.ok(parsePrivateKey(privateKeyPem(key)).equals(key));
      const { privateJwk, publicJwk } = jwkPair(key, 'k1');
      assert.ok(parsePrivateKey(`\n ${JSON.stringify(privateJwk)}`).equals(key));
      for (const jwk of [privateJwk, publicJwk] as Record<string, unknown>[]) {
        assert.deepEqual([jwk.kid, jwk.use, jwk.alg], ['k1', 'sig', alg]);
      }
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.ok(!(secret in publicJwk), secret);
    }
  }).timeout(20_000);

  it('makes certificates that say what they are for, for as long as they were ordered', async () => {
    const pem = await makeCertificate({ subject: 'CN=a,O=A', privateKey: ec, notBefore, days: 3 });
    assert.match(pem, /^-----BEGIN CERTIFICATE-----\n[\s\S]*-----END CERTIFICATE-----\n$/);
    const made = new X509Certificate(pem);
    assert.deepEqual([made.subject, made.issuer], ['CN=a\nO=A', 'CN=a\nO=A']);
    assert.equal(Date.parse(made.validFrom), notBefore);
    assert.equal(Date.parse(made.validTo), notBefore + 3 * 86_400_000);
    assert.ok(made.verify(made.publicKey) && made.checkPrivateKey(ec));
    const extensions = (one: X509Certificate) => {
      const read = new x509.X509Certificate(one.raw);
      const basic = read.getExtension(x509.BasicConstraintsExtension);
      const usage = read.getExtension(x509.KeyUsagesExtension);
      const own = read.getExtension(x509.SubjectKeyIdentifierExtension);
      const issuer = read.getExtension(x509.AuthorityKeyIdentifierExtension);
      return { basic, usage, own: own?.keyId, issuer: issuer?.keyId };
    };
    const { digitalSignature, nonRepudiation, keyCertSign, cRLSign } = x509.KeyUsageFlags;
    const own = extensions(made);
    assert.deepEqual([own.basic?.ca, own.basic?.critical, own.usage?.critical], [false, true, true]);
    assert.equal(own.usage?.usages, digitalSignature | nonRepudiation);
    assert.ok(own.own !== undefined && own.own === own.issuer);
    assert.deepEqual([isAuthority(made), allowsUse(made, 'digitalSignature')], [false, true]);
    assert.equal(allowsUse(made, 'cRLSign'), false);

    const authorityKey = await makePrivateKey('rsa');
    const order = { subject: 'CN=ca', privateKey: authorityKey, notBefore, days: 9, authority: true };
    const certificate = await makeCertificate(order);
    const authority = new X509Certificate(certificate);
    assert.equal(extensions(authority).usage?.usages, keyCertSign | cRLSign);
    assert.equal(isAuthority(authority), true);
    assert.deepEqual(
      [allowsUse(authority, 'digitalSignature'), allowsUse(authority, 'cRLSign')],
      [false, true],
    );
    const issuer = { certificate, privateKey: authorityKey };
    const issued = new X509Certificate(
      await makeCertificate({ subject: 'CN=b', privateKey: ec, notBefore, days: 1, issuer }),
    );
    assert.deepEqual([issued.subject, issued.issuer], ['CN=b', 'CN=ca']);
    assert.ok(issued.verify(authority.publicKey) && !issued.verify(issued.publicKey));
    assert.ok(issued.checkPrivateKey(ec));
    assert.equal(extensions(issued).issuer, extensions(authority).own);
    assert.notEqual(extensions(issued).issuer, extensions(issued).own);
  }).timeout(20_000);

  it('gives each certificate a positive number of 16 bytes of its own', async () => {
    const numbers = new Set<string>();
    for (let i = 0; i < 8; i++) {
      const pem = await makeCertificate({ subject: 'CN=a', privateKey: ec, notBefore, days: 1 });
      const { serialNumber } = new X509Certificate(pem);
      assert.match(serialNumber, /^4[0-9A-F]{31}$/);
      numbers.add(serialNumber);
    }
    assert.equal(numbers.size, 8);
  });

  it('writes a file once, whole, in the mode that was asked for, and leaves nothing else behind', async () => {
    const inside = join(folder, 'a', 'b');
    const path = join(inside, 'file');
    assert.deepEqual(await writeOnce(path, 'first', 0o600), { content: 'first', written: true });
    assert.deepEqual(await writeOnce(path, 'second', 0o600), { content: 'first', written: false });
    assert.equal(readFileSync(path, 'utf8'), 'first');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(inside).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(inside), ['file']);
    mkdirSync(join(inside, 'folder'));
    await assert.rejects(writeOnce(join(inside, 'folder'), 'x', 0o600));
    await assert.rejects(writeOnce(join(path, 'x'), 'x', 0o600), { code: 'EEXIST' });
    assert.deepEqual(readdirSync(inside).sort(), ['file', 'folder']);
  });

  it('makes development keys for two years, and stops where the folder cannot be one', async () => {
    const keys = join(folder, 'keys');
    const before = Date.now();
    const first = await generateDevelopmentKeys(keys);
    assert.deepEqual([[...first.created].sort(), first.kept], [readdirSync(keys).sort(), []]);
    for (const name of ['development-ca', 'gateway-wss', 'civil-wss', 'property-wss', 'agency-wss']) {
      const made = new X509Certificate(readFileSync(join(keys, `${name}.cert.pem`)));
      assert.equal(made.subject.split('\n').sort().join(), developmentSubject(name).split(',').sort().join());
      assert.equal(Date.parse(made.validTo) - Date.parse(made.validFrom), 730 * 86_400_000);
      assert.ok(Math.abs(Date.parse(made.validFrom) - before) < 60_000);
      const { asymmetricKeyType } = made.publicKey;
      assert.equal(asymmetricKeyType, /^(gateway|civil)/.test(name) ? 'rsa' : 'ec', name);
    }
    const jwk = readFileSync(join(keys, 'tax.public.jwk.json'), 'utf8');
    assert.match(jwk, /^\{\n {2}"[\s\S]*\n\}\n$/);
    assert.equal(JSON.parse(jwk).kid, 'dev-tax');
    const again = await generateDevelopmentKeys(keys);
    assert.deepEqual([again.created.length, again.kept], [0, first.created]);
    const occupied = join(folder, 'occupied');
    writeFileSync(occupied, '');
    await assert.rejects(generateDevelopmentKeys(occupied), { code: 'ENOTDIR' });
  }).timeout(30_000);
});
