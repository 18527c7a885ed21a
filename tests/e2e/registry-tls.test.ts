import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request as forward, type IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type Authority, type Issued, issue, makeAuthority } from '../support/certificates.js';
import { configCopy } from '../support/config-copy.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

/** The civil registry behind TLS, as it would be: nobody gets through without a certificate of its authority. */
interface TlsFront {
  readonly url: string;
  /** Subjects of the certificates that got through. */
  readonly shown: string[];
  readonly requests: () => number;
  to(target: string): void;
  close(): void;
}

async function startFront(own: Issued, clientAuthority: Authority): Promise<TlsFront> {
  let target = '';
  let requests = 0;
  const shown: string[] = [];
  const server: Server = createServer(
    {
      cert: own.certificatePem,
      key: own.privateKeyPem,
      ca: clientAuthority.certificate.toString('pem'),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (incoming, outgoing) => {
      requests += 1;
      shown.push((incoming.socket as TLSSocket).getPeerCertificate().subject.CN as string);
      const { host: _, connection: __, ...headers } = incoming.headers;
      const onward = forward(target, { method: incoming.method, headers, agent: false });
      onward.on('response', (answer: IncomingMessage) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      incoming.pipe(onward);
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/soap`,
    shown,
    requests: () => requests,
    to(next) {
      target = next;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('a registry that demands our TLS certificate', function () {
  this.timeout(60_000);
  let ours: Authority;
  let front: TlsFront;
  let registryAuthority: Authority;
  const fileOf = { gateway: 'gateway-tls', stranger: 'stranger-tls' } as const;

  before(async () => {
    ours = await makeAuthority('Clients');
    registryAuthority = await makeAuthority('Registries');
    front = await startFront(await issue(registryAuthority, { name: 'localhost' }), ours);
  });
  after(() => front.close());
  beforeEach(() => {
    front.shown.length = 0;
  });

  /** Runs with the adapter's `tls` set to something; files are written beside the configuration. */
  async function withTls(
    tls: { who?: keyof typeof fileOf; ca?: Authority },
    use: (stack: Stack) => Promise<void>,
  ): Promise<void> {
    const who = tls.who && fileOf[tls.who];
    const config = await configCopy({
      'adapters/civil.json': (content) => ({
        ...content,
        endpoint: front.url,
        tls: {
          ca: 'registries.pem',
          ...(who ? { certificate: `${who}.cert.pem`, privateKey: `${who}.key.pem` } : {}),
        },
      }),
    });
    const at = (name: string) => join(config.folder, name);
    const strangers = await makeAuthority('Clients');
    for (const [authority, name] of [
      [ours, fileOf.gateway],
      [strangers, fileOf.stranger],
    ] as const) {
      const issued = await issue(authority, { name });
      await writeFile(at(`${name}.cert.pem`), issued.certificatePem);
      await writeFile(at(`${name}.key.pem`), issued.privateKeyPem);
    }
    await writeFile(at('registries.pem'), (tls.ca ?? registryAuthority).certificate.toString('pem'));
    const stack = await startStack({ config: config.folder });
    front.to(stack.registry.soapUrl);
    try {
      await use(stack);
    } finally {
      await stack.stop();
      await config.remove();
    }
  }
  const ask = async (stack: Stack, waitSeconds: number) =>
    (await stack.client()).submit(familyRequest(stack.people.widow), {
      idempotencyKey: randomUUID(),
      waitSeconds,
    });

  it('is asked with it, and shown by name in health and metrics', () =>
    withTls({ who: 'gateway' }, async (stack) => {
      assert.equal((await ask(stack, 20)).state, 'answered');
      assert.deepEqual(new Set(front.shown), new Set(['gateway-tls']));
      const metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
      assert.match(metrics, /ura_certificate_expires_in_seconds\{name="registry-civil-tls"\} [1-9]/);
    }));

  for (const [name, reason, tls] of [
    // A server made with Node hangs up without saying why, where others send an alert.
    ['another authority issued ours', 'connection-lost', { who: 'stranger' }],
    ['we have none', 'tls-failed', {}],
    ["its own certificate is not the registry's", 'tls-failed', { who: 'gateway', ca: 'other' }],
  ] as const) {
    it(`gets no question when ${name}, and the request waits for better times`, async () => {
      const before = front.requests();
      const ca = 'ca' in tls ? { ca: await makeAuthority('Registries') } : {};
      await withTls({ ...('who' in tls ? { who: tls.who } : {}), ...ca }, async (stack) => {
        const { id } = await ask(stack, 0);
        const client = await stack.client();
        const waiting = await waitFor(async () => {
          const request = await client.get(id);
          return request.state === 'retry-wait' ? request : undefined;
        }, 'the failed attempt');
        assert.equal(waiting.result, undefined);
        const line = stack.log.find((one) => one.requestId === id && one.reason === reason);
        assert.ok(line, JSON.stringify(stack.log.filter((one) => one.requestId === id)));
        assert.equal(stack.registry.journal.executed, 0);
      });
      assert.equal(front.requests(), before, 'nothing of it was read');
    });
  }
});
