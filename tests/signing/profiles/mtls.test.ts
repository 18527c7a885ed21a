import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { certificateThumbprint } from '../../../src/signing/key-files.js';
import { type PinnedPeer, requirePeer, requireSamePartner } from '../../../src/signing/profiles/mtls.js';
import { type Issued, issue, makeAuthority } from '../../support/certificates.js';

const dayMs = 86_400_000;

describe('modifier mtls', () => {
  let own: Issued;
  let client: Issued;
  let twin: Issued;
  let pinned: readonly PinnedPeer[];

  before(async () => {
    const authority = await makeAuthority('Government CA');
    own = await issue(authority, { name: 'gateway' });
    client = await issue(authority, { name: 'divjake', selfSigned: true });
    twin = await issue(authority, { name: 'divjake' });
    pinned = [
      { partner: 'fier', certificateSha256: certificateThumbprint(own.certificate) },
      { partner: 'divjake', certificateSha256: certificateThumbprint(client.certificate) },
    ];
  });

  /** What a server sees of whoever connects. */
  async function seenOverTls(shown: Issued | undefined): Promise<X509Certificate | undefined> {
    const server = createServer({
      cert: own.certificatePem,
      key: own.privateKeyPem,
      requestCert: true,
      rejectUnauthorized: false,
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'secureConnection');
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      ca: own.certificatePem,
      rejectUnauthorized: false,
      ...(shown === undefined ? {} : { cert: shown.certificatePem, key: shown.privateKeyPem }),
    });
    try {
      const [serverSide] = (await accepted) as [TLSSocket];
      return serverSide.getPeerX509Certificate();
    } finally {
      socket.destroy();
      server.close();
    }
  }

  it('finds the partner of a connection by its certificate', async () => {
    const peer = requirePeer(await seenOverTls(client), pinned, Date.now());
    assert.equal(peer.partner, 'divjake');
    requireSamePartner(peer, { partner: 'divjake' });
  });

  it('refuses a connection without certificate, and one of a namesake', async () => {
    const absent = await seenOverTls(undefined);
    assert.throws(() => requirePeer(absent, pinned, Date.now()), { code: 'peer-certificate-absent' });
    const stranger = await seenOverTls(twin);
    assert.throws(() => requirePeer(stranger, pinned, Date.now()), { code: 'peer-certificate-unknown' });
    assert.throws(() => requirePeer(stranger, [], Date.now()), { code: 'peer-certificate-unknown' });
  });

  it('refuses a pinned certificate before and after its time', () => {
    for (const now of [Date.now() - 3 * dayMs, Date.now() + 400 * dayMs]) {
      assert.throws(() => requirePeer(client.certificate, pinned, now), {
        code: 'peer-certificate-not-valid-now',
      });
    }
  });

  it('takes a pinned certificate from its first to its last moment', () => {
    const { validFrom, validTo } = client.certificate;
    const [first, last] = [Date.parse(validFrom), Date.parse(validTo)];
    for (const now of [first, last]) {
      assert.equal(requirePeer(client.certificate, pinned, now).partner, 'divjake');
    }
    for (const now of [first - 1, last + 1]) {
      assert.throws(() => requirePeer(client.certificate, pinned, now), {
        code: 'peer-certificate-not-valid-now',
      });
    }
  });

  it('refuses a message that another partner signed', () => {
    const peer = requirePeer(client.certificate, pinned, Date.now());
    assert.throws(() => requireSamePartner(peer, { partner: 'fier' }), { code: 'peer-of-another-partner' });
  });
});
