import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignatureRefused } from '../../src/signing/refusals.js';
import type { TrustedKey } from '../../src/signing/signer.js';
import { Revocation } from '../../src/trust/revocation.js';
import type { CrlSource } from '../../src/trust/revocation-list.js';
import { makeTestAuthority, type TestAuthority } from './authority.js';

describe('revocation', () => {
  const hourMs = 3_600_000;
  let folder: string;
  let authority: TestAuthority;
  let key: TrustedKey;
  let server: Server;
  /** What the server answers with; undefined: it hangs up. */
  let served: { status: number; body: Buffer; location?: string } | undefined;
  let asked: string[];
  let url: string;
  let now: number;
  let failures: string[];
  let revocation: Revocation;

  before(async () => {
    authority = await makeTestAuthority('Issuer');
    const { certificate } = await authority.issue('civil');
    const { publicKey } = certificate;
    key = { partner: 'civil', keyId: 'k', algorithm: 'ecdsa-p256-sha256', publicKey, certificate };
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ura-revocation-'));
    asked = [];
    failures = [];
    now = Date.now();
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (served === undefined) response.destroy();
      else response.writeHead(served.status, { location: served.location ?? '/' }).end(served.body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list.crl`;
    revocation = new Revocation({
      clock: { now: () => now },
      onFailure: (name, problem) => failures.push(`${name}: ${problem}`),
    });
  });
  afterEach(() => {
    revocation.stop();
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  const follow = (...sources: string[]): Promise<void> => {
    const source: CrlSource = {
      name: 'registry-civil',
      issuer: authority.certificate,
      sources,
      refreshMinutes: 60,
    };
    return revocation.follow([source], new Map([[key, source]]));
  };
  const file = (content: Buffer): string => {
    const path = join(folder, 'list.crl');
    writeFileSync(path, content);
    return path;
  };
  const serial = (): string => key.certificate?.serialNumber ?? '';
  const status = () => revocation.statuses()[0];

  it('refuses a certificate that is on the list, and passes one that is not', async () => {
    await follow(file(await authority.crl({ revoked: ['01'] })));
    assert.equal(revocation.isRevoked(key), false);
    file(await authority.crl({ revoked: ['01', serial()] }));
    assert.equal(revocation.isRevoked(key), false, 'the request path reads no file');
    await revocation.refresh();
    assert.equal(revocation.isRevoked(key), true);
    assert.deepEqual(failures, []);
  });

  it('refuses with a code of its own until a list was loaded', async () => {
    await follow(join(folder, 'list.crl'));
    assert.throws(
      () => revocation.isRevoked(key),
      (error) => error instanceof SignatureRefused && error.code === 'key-revocation-unknown',
    );
    assert.deepEqual(failures, ['registry-civil: crl-unreachable']);
    assert.deepEqual(status(), { name: 'registry-civil', problem: 'crl-unreachable' });
    file(await authority.crl());
    await revocation.refresh();
    assert.equal(revocation.isRevoked(key), false);
    assert.equal(status()?.problem, undefined);
  });

  it('has no opinion on keys that no list covers', async () => {
    await follow(join(folder, 'missing.crl'));
    const { certificate: _, ...bare } = key;
    assert.equal(revocation.isRevoked(bare), false);
    assert.equal(revocation.isRevoked({ ...key }), false);
  });

  it('keeps the last good list when its server is gone, and past its time', async () => {
    served = { status: 200, body: await authority.crl({ revoked: [serial()] }) };
    await follow(url);
    assert.equal(revocation.isRevoked(key), true);
    const { thisUpdate, nextUpdate } = status() ?? {};
    served = undefined;
    now += 48 * hourMs;
    await revocation.refresh();
    assert.equal(revocation.isRevoked(key), true);
    assert.deepEqual(status(), {
      name: 'registry-civil',
      thisUpdate,
      nextUpdate,
      problem: 'crl-unreachable',
    });
    assert.ok((nextUpdate ?? 0) < now);
    assert.deepEqual(failures, ['registry-civil: crl-unreachable']);
  });

  it('keeps the last good list against forged, foreign, expired and older ones', async () => {
    const thisUpdate = now - hourMs;
    served = { status: 200, body: await authority.crl({ revoked: [serial()], thisUpdate }) };
    await follow(url);
    const twin = await makeTestAuthority('Issuer');
    const stranger = await makeTestAuthority('Stranger');
    const bad: [string, Buffer][] = [
      ['crl-signature', await twin.crl()],
      ['crl-issuer-other', await stranger.crl()],
      ['crl-expired', await authority.crl({ thisUpdate: now - 2000, nextUpdate: now - 1000 })],
      ['crl-older', await authority.crl({ thisUpdate: thisUpdate - hourMs })],
      ['crl-malformed', Buffer.from('<html>maintenance</html>')],
    ];
    for (const [code, body] of bad) {
      served = { status: 200, body };
      await revocation.refresh();
      assert.equal(status()?.problem, code);
      assert.equal(revocation.isRevoked(key), true, code);
    }
  });

  it('takes the next source when one gives nothing, and follows no redirect', async () => {
    served = { status: 302, body: Buffer.alloc(0), location: '/elsewhere' };
    await follow(url, file(await authority.crl({ revoked: [serial()] })));
    assert.deepEqual(asked, ['/list.crl']);
    assert.equal(revocation.isRevoked(key), true);
    assert.deepEqual(failures, []);
  });

  it('refuses a list that is too large without reading it whole', async () => {
    served = { status: 200, body: Buffer.alloc(9 * 1024 * 1024) };
    await follow(url);
    assert.deepEqual(failures, ['registry-civil: crl-too-large']);
  });

  it('keeps what it knows when the same list comes with a new set of keys', async () => {
    const path = file(await authority.crl());
    await follow(path);
    rmSync(path);
    await follow(path);
    assert.equal(revocation.isRevoked(key), false);
    await follow(`${path}.other`);
    assert.throws(() => revocation.isRevoked(key), SignatureRefused);
  });
});
