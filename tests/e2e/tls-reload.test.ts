import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { openRestProfile } from '../../src/signing/profiles/index.js';
import { repetitionsAllowed } from '../../src/signing/profiles/nonrepudiation.js';
import { type ClientsStack, startWithClients } from '../attacks/api/profile-clients.js';
import { makeTlsWorld, sendOverTls, type TlsWorld } from '../attacks/api/tls-world.js';
import { makeKey } from '../signing/http-sig/signing-keys.js';
import { type Issued, issue } from '../support/certificates.js';

const day = 86_400_000;

describe('the TLS certificate of the gateway', function () {
  this.timeout(60_000);
  let world: TlsWorld;
  let clients: ClientsStack;
  let port: number;
  let ca: string;
  const bound = makeKey('ecdsa-p256-sha256', 'oss-bound', 'oss-bound-1');

  before(async () => {
    world = await makeTlsWorld();
    ca = world.authority.certificate.toString('pem');
    clients = await startWithClients(
      [{ id: 'oss-bound', key: bound.trusted, mtls: [world.bound.certificatePem] }],
      { tls: { certificate: world.server.certificatePem, privateKey: world.server.privateKeyPem } },
    );
    port = Number(new URL(clients.stack.gateway.url).port);
  });
  after(() => clients.stop());

  /** Fingerprint of what a new connection is shown. */
  async function look(): Promise<string> {
    // One that is over is looked at as well.
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  }
  /** Puts files in place as an operator would: whole, by rename. */
  async function place(cert: string, key: string): Promise<boolean> {
    for (const [name, content] of [
      ['server.cert.pem', cert],
      ['server.key.pem', key],
    ] as const) {
      await writeFile(join(clients.folder, `.${name}`), content);
      await rename(join(clients.folder, `.${name}`), join(clients.folder, name));
    }
    return clients.stack.gateway.reload();
  }
  async function ask(path: string, agent?: Agent): Promise<{ status: number; text: string }> {
    const call = get({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
      path,
      ...(agent ? { agent } : {}),
    });
    const [answer] = await once(call, 'response');
    return { status: answer.statusCode, text: (await buffer(answer)).toString() };
  }
  const secondsLeft = async () => {
    const { text } = await ask('/metrics');
    return Number(/ura_certificate_expires_in_seconds\{name="gateway-tls"\} (-?\d+)/.exec(text)?.[1]);
  };
  const check = async (name: string) => {
    const { status, text } = await ask('/health/ready');
    const { checks } = JSON.parse(text) as { checks: { name: string; status: string; detail?: string }[] };
    return { ready: status, ...checks.find((one) => one.name === name) };
  };

  it('is shown by health and metrics with the time left to it', async () => {
    assert.equal(await look(), world.server.certificate.fingerprint256);
    assert.ok(Math.abs((await secondsLeft()) - 365 * 86_400) < 600);
    assert.deepEqual(await check('certificate-gateway-tls'), {
      ready: 200,
      name: 'certificate-gateway-tls',
      status: 'ok',
    });
    assert.equal((await check('certificate-client-oss-bound-tls')).status, 'ok');
  });

  it('is exchanged while the gateway runs, and connections that stand go on', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask('/health/live', agent);
    const next = await issue(world.authority, {
      name: 'localhost',
      notAfter: new Date(Date.now() + 10 * day),
    });
    assert.equal(await place(next.certificatePem, next.privateKeyPem), true);
    const fingerprint = await look();
    assert.equal(fingerprint, next.certificate.fingerprint256);
    assert.equal((await ask('/health/live', agent)).status, 200);
    agent.destroy();
    assert.ok(Math.abs((await secondsLeft()) - 10 * 86_400) < 600);
    assert.equal((await check('certificate-gateway-tls')).status, 'warning');
  });

  it('stays as it was when the new files are no pair, and the operator is told', async () => {
    const fingerprint = await look();
    const next = await issue(world.authority, { name: 'localhost' });
    assert.equal(await place(next.certificatePem, world.server.privateKeyPem), false);
    assert.equal(await look(), fingerprint);
    assert.equal((await check('configuration')).status, 'warning');
    assert.equal(await place('no certificate', next.privateKeyPem), false);
    assert.equal(await look(), fingerprint);
    assert.equal(await place(next.certificatePem, next.privateKeyPem), true);
    assert.equal(await look(), next.certificate.fingerprint256);
    assert.equal((await check('configuration')).status, 'ok');
  });

  it('that is over makes the gateway not ready', async () => {
    const ended: Issued = await issue(world.authority, {
      name: 'localhost',
      notBefore: new Date(Date.now() - 2 * day),
      notAfter: new Date(Date.now() - day),
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await ask('/health/live', agent);
    assert.equal(await place(ended.certificatePem, ended.privateKeyPem), true);
    const { status, text } = await ask('/health/ready', agent);
    agent.destroy();
    assert.equal(status, 503);
    assert.match(text, /certificate-gateway-tls","status":"failing","detail":"server\.cert\.pem has expired/);
    assert.equal(await place(world.server.certificatePem, world.server.privateKeyPem), true);
  });

  it('exchanged or not, clients are still asked for theirs', async () => {
    const profile = openRestProfile(
      { profile: 'http-sig' },
      { signer: bound.signer, trusted: [], replaySet: repetitionsAllowed, clock: { now: Date.now } },
    );
    const send = async (own?: Issued) => {
      const targetUri = `https://localhost:${port}/v1/services`;
      const { fields } = await profile.signRequest({ messageId: randomUUID(), method: 'GET', targetUri });
      const lines = Object.entries({ host: `localhost:${port}`, ...fields }).map(
        ([name, value]) => `${name}: ${value}`,
      );
      const bytes = Buffer.from(`GET /v1/services HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      return (await sendOverTls(port, world, own, bytes))?.status;
    };
    assert.equal(await send(world.bound), 200);
    assert.equal(await send(), 401);
  });
});
