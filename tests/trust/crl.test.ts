import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { makeCertificate } from '../../src/signing/key-making.js';
import { isIssuedBy, readCrl, serialOf } from '../../src/trust/crl.js';
import { type CrlProblem, CrlUnusable } from '../../src/trust/crl-unusable.js';
import { makeTestAuthority, type TestAuthority } from './authority.js';

describe('revocation lists', () => {
  let authority: TestAuthority;

  before(async () => {
    authority = await makeTestAuthority('Issuer');
  });

  const read = (bytes: Uint8Array, issuer = authority.certificate, now = Date.now()) =>
    readCrl(bytes, issuer, now);
  async function refuses(code: CrlProblem, bytes: Uint8Array, issuer?: X509Certificate, now?: number) {
    await assert.rejects(read(bytes, issuer, now), (error) => {
      assert.ok(error instanceof CrlUnusable, String(error));
      assert.equal(error.code, code);
      return true;
    });
  }

  it('gives dates and serial numbers of a list made by another implementation, in DER and PEM', async () => {
    const { certificate } = await authority.issue('civil');
    const thisUpdate = Math.floor(Date.now() / 1000) * 1000 - 5_000;
    const bytes = await authority.crl({ revoked: [certificate.serialNumber, '00ff01', '7f'], thisUpdate });
    const crl = await read(bytes);
    assert.equal(crl.thisUpdate, thisUpdate);
    assert.deepEqual([...crl.revoked].sort(), [serialOf(certificate), '7f', 'ff01'].sort());
    const pem = `-----BEGIN X509 CRL-----\n${bytes.toString('base64')}\n-----END X509 CRL-----\n`;
    assert.deepEqual((await read(Buffer.from(pem))).revoked, crl.revoked);
  });

  it('reads an empty list', async () => {
    assert.equal((await read(await authority.crl())).revoked.size, 0);
  });

  it('reads what openssl issues, with entry reasons and a list number', async function () {
    this.timeout(20_000);
    const folder = mkdtempSync(join(tmpdir(), 'ura-crl-'));
    try {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const order = { subject: 'CN=Other,O=Test', privateKey, authority: true };
      const pem = await makeCertificate({ ...order, notBefore: Date.now() - 86_400_000, days: 30 });
      const at = (name: string, content: string): string => {
        writeFileSync(join(folder, name), content);
        return join(folder, name);
      };
      const index = `R\t301231235959Z\t260101000000Z,keyCompromise\t4ABCDE\tunknown\t/CN=a\n`;
      const settings =
        `[ca]\ndefault_ca=own\n[own]\ndatabase=${at('index', index)}\ncrlnumber=${at('number', '01\n')}\n` +
        `default_md=sha256\ndefault_crl_days=3\ncrl_extensions=ext\n[ext]\nauthorityKeyIdentifier=keyid\n`;
      execFileSync(
        'openssl',
        ['ca', '-gencrl', '-config', at('ca.cnf', settings), '-cert', at('ca.pem', pem)].concat([
          '-keyfile',
          at('ca.key', privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
          '-out',
          join(folder, 'list.pem'),
        ]),
        { stdio: 'pipe' },
      );
      const crl = await read(readFileSync(join(folder, 'list.pem')), new X509Certificate(pem));
      assert.deepEqual([...crl.revoked], ['4abcde']);
      assert.equal(crl.nextUpdate - crl.thisUpdate, 3 * 86_400_000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses the list of another issuer, and one of a twin under the same name', async () => {
    await refuses('crl-issuer-other', await (await makeTestAuthority('Stranger')).crl());
    await refuses('crl-signature', await (await makeTestAuthority('Issuer')).crl());
  });

  it('refuses a list that was changed anywhere after it was signed', async () => {
    const bytes = await authority.crl({ revoked: ['0a0b0c0d'] });
    const at = bytes.indexOf(Buffer.from('0a0b0c0d', 'hex'));
    const forged = Buffer.from(bytes);
    forged[at + 3] = 0x0e;
    await refuses('crl-signature', forged);
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] as number) ^ 0x01;
      await assert.rejects(read(changed), CrlUnusable, `byte ${index}`);
    }
  });

  it('refuses a list that names one algorithm inside the signature and another outside', async () => {
    const bytes = await authority.crl();
    const sha256 = Buffer.from('2a8648ce3d040302', 'hex');
    const changed = Buffer.from(bytes);
    changed[bytes.lastIndexOf(sha256) + 7] = 0x03;
    assert.notEqual(bytes.indexOf(sha256), bytes.lastIndexOf(sha256));
    await refuses('crl-malformed', changed);
  });

  it('refuses every cut of a list, and anything behind it', async () => {
    const bytes = await authority.crl({ revoked: ['0a0b'] });
    for (let length = 0; length < bytes.length; length += 1) {
      await refuses('crl-malformed', bytes.subarray(0, length));
    }
    await refuses('crl-malformed', Buffer.concat([bytes, Buffer.from([0])]));
    await refuses('crl-malformed', Buffer.from('<html>not here</html>'));
  });

  it('refuses a list that is over, not begun, or without an end', async () => {
    const hour = 3_600_000;
    const old = { thisUpdate: Date.now() - 2 * hour, nextUpdate: Date.now() - hour };
    await refuses('crl-expired', await authority.crl(old));
    await refuses('crl-from-the-future', await authority.crl({ thisUpdate: Date.now() + hour }));
    // Without an end, @peculiar/x509 reads no entry at all: a list like this must not pass for an empty one.
    const endless = await authority.crl({ revoked: ['0a'], nextUpdate: null });
    assert.equal(new x509.X509Crl(endless).entries.length, 0);
    await refuses('crl-no-next-update', endless);
  });

  it('refuses partial and delta lists: whatever extension is critical', async () => {
    for (const oid of ['2.5.29.27', '2.5.29.28', '1.2.3.4']) {
      const extension = new x509.Extension(oid, true, Buffer.from([0x30, 0x00]));
      await refuses('crl-partial', await authority.crl({ extensions: [extension] }));
    }
    const harmless = new x509.Extension('2.5.29.20', false, Buffer.from([0x02, 0x01, 0x05]));
    assert.equal((await read(await authority.crl({ extensions: [harmless] }))).revoked.size, 0);
  });

  it('refuses SHA-1, and an issuer that may not sign lists or is over', async () => {
    await refuses('crl-algorithm', await authority.crl({ hash: 'SHA-1' }));
    const plain = await makeTestAuthority('Plain', { authority: false });
    await refuses('crl-issuer-unfit', await plain.crl(), plain.certificate);
    const later = Date.now() + 366 * 86_400_000;
    await refuses('crl-issuer-unfit', await authority.crl(), authority.certificate, later);
  });

  it('covers the certificates of its issuer and of nobody else', async () => {
    const { certificate } = await authority.issue('civil');
    const twin = await makeTestAuthority('Issuer');
    assert.ok(isIssuedBy(certificate, authority.certificate));
    assert.ok(!isIssuedBy(certificate, twin.certificate));
    assert.ok(!isIssuedBy(certificate, (await makeTestAuthority('Stranger')).certificate));
  });
});
