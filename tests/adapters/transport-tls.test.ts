import assert from 'node:assert/strict';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTransport, type Posted, type TransportSettings } from '../../adapters/transport.js';
import { type Authority, type Issued, issue, makeAuthority } from '../support/certificates.js';

describe('post over TLS', () => {
  let authority: Authority;
  let own: Issued;
  let server: https.Server;
  let url: URL;
  let questions = 0;

  before(async () => {
    authority = await makeAuthority('TLS Test');
    own = await issue(authority, { name: 'localhost' });
    server = https.createServer({ key: own.privateKeyPem, cert: own.certificatePem }, (_, response) => {
      questions += 1;
      response.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = new URL(`https://localhost:${(server.address() as AddressInfo).port}/`);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    questions = 0;
  });

  async function ask(target: URL, tls?: TransportSettings['tls']): Promise<[Posted, boolean]> {
    const transport = createTransport({ maxSockets: 1, ...(tls === undefined ? {} : { tls }) });
    const timing = { connectTimeoutMs: 2_000, signal: new AbortController().signal };
    const posted = await transport.post(target, {
      headers: {},
      body: Buffer.from('?'),
      callTimeoutMs: 5_000,
      ...timing,
    });
    const reached = await transport.reach(target, timing);
    transport.close();
    return [posted, reached];
  }
  const refused = { kind: 'failed', executed: 'no', reason: 'tls-failed' };

  it('talks to a server whose certificate the configured authority issued', async () => {
    const [posted, reached] = await ask(url, { ca: authority.certificate.toString('pem') });
    assert.equal(posted.kind, 'answer');
    assert.equal(reached, true);
    assert.equal(questions, 1);
  });

  it('sends nothing to a server whose certificate nobody vouches for', async () => {
    assert.deepEqual(await ask(url), [refused, false]);
    assert.equal(questions, 0);
  });

  it('sends nothing to a server whose certificate names another host', async () => {
    const other = new URL(url.href.replace('localhost', '127.0.0.1'));
    assert.deepEqual(await ask(other, { ca: authority.certificate.toString('pem') }), [refused, false]);
    assert.equal(questions, 0);
  });

  it('knows a refused connection from a failed handshake, for every address of a name', async () => {
    const closed = https.createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const [posted] = await ask(new URL(`https://localhost:${port}/`));
    assert.deepEqual(posted, { kind: 'failed', executed: 'no', reason: 'connect-refused' });
  });
});
