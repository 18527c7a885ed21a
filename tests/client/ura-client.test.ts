import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import {
  createHttpTransport,
  type RequestDraft,
  UraClient,
  type UraClientOptions,
  UraRefused,
  UraUnreachable,
} from '../../src/client/index.js';
import {
  answer,
  gatewayKey,
  hangUp,
  municipality,
  type SigningGateway,
  startGateway,
  unsigned,
} from './signing-gateway.js';

const draft: RequestDraft = {
  service: 'AL012031',
  subject: { scheme: 'NID', notation: 'J00101999W' },
  purpose: 'social-housing',
  legalBasis: 'Ligji 22/2018 për strehimin social, neni 26',
  requester: { organisation: 'Bashkia Divjakë', officer: 'a.hoxha', unit: 'Zyra me një ndalesë' },
  caseId: 'DIV-2026-000124',
};
const id = '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a';
const resource = { id, state: 'accepted', caseId: draft.caseId };
const problem = { type: 'urn:ura:problem:x', title: 'x', detail: 'd', requestId: id };

describe('client/ura-client', function () {
  this.timeout(20_000);
  let gateway: SigningGateway;
  let client: UraClient;
  let pauses: number[];

  function connect(options: Partial<UraClientOptions> = {}): UraClient {
    return new UraClient({
      gateway: gateway.origin,
      signer: municipality.signer,
      gatewayKeys: [gatewayKey.trusted],
      pause: async (durationMs) => {
        pauses.push(durationMs);
      },
      ...options,
    });
  }

  beforeEach(async () => {
    gateway = await startGateway();
    pauses = [];
    client = connect();
  });

  afterEach(async () => {
    client.close();
    assert.deepEqual(gateway.refused, []);
    await gateway.close();
  });

  it('submits a signed request and gives the verified resource', async () => {
    gateway.behave(answer(202, resource));
    const submitted = await client.submit(draft, { idempotencyKey: 'key-00000001', waitSeconds: 10 });
    assert.deepEqual(submitted, resource);
    const [received] = gateway.received;
    assert.equal(received?.request.method, 'POST');
    assert.equal(received?.request.url, '/v1/requests');
    assert.equal(received?.request.headers['idempotency-key'], 'key-00000001');
    assert.equal(received?.request.headers.prefer, 'wait=10');
    assert.equal(received?.request.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(String(received?.body)), draft);
  });

  it('signs the encoded path and query of each reading call', async () => {
    gateway.behave(answer(200, { items: [] }));
    await client.list({ caseId: 'DIV/2026 1&x=é', limit: 5 });
    await client.services();
    await client.services({ kind: 'administrative', municipality: '20' });
    await client.service('AL020301', { municipality: '21', language: 'en' });
    await client.get('../health/live?x');
    await client.receipt(id);
    await client.cancel(id, 'Qytetari e tërhoqi kërkesën');
    assert.deepEqual(
      gateway.received.map(({ request }) => `${request.method} ${request.url}`),
      [
        'GET /v1/requests?caseId=DIV%2F2026%201%26x%3D%C3%A9&limit=5',
        'GET /v1/services',
        'GET /v1/services?kind=administrative&municipality=20',
        'GET /v1/services/AL020301?municipality=21',
        'GET /v1/requests/..%2Fhealth%2Flive%3Fx',
        `GET /v1/requests/${id}/receipt`,
        `POST /v1/requests/${id}/cancel`,
      ],
    );
    assert.deepEqual(JSON.parse(String(gateway.received[6]?.body)), {
      reason: 'Qytetari e tërhoqi kërkesën',
    });
  });

  it('repeats a submission whose connection broke, with the same key and a fresh signature', async () => {
    gateway.behave(hangUp, hangUp, answer(202, resource));
    assert.deepEqual(await client.submit(draft, { idempotencyKey: 'key-00000001' }), resource);
    assert.equal(gateway.received.length, 3);
    assert.equal(new Set(gateway.received.map(({ verified }) => verified.nonce)).size, 3);
    assert.deepEqual(
      gateway.received.map(({ request }) => request.headers['idempotency-key']),
      Array(3).fill('key-00000001'),
    );
    assert.deepEqual(pauses, [200, 400]);
  });

  it('gives up after the third try and says so', async () => {
    gateway.behave(hangUp);
    await assert.rejects(client.submit(draft, { idempotencyKey: 'key-00000001' }), (error) => {
      assert.ok(error instanceof UraUnreachable);
      assert.deepEqual([error.code, error.tries], ['connection-lost', 3]);
      return true;
    });
    assert.equal(gateway.received.length, 3);
  });

  it('repeats an answer that was cut in the middle', async () => {
    gateway.behave(
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"a"');
        setImmediate(() => response.destroy());
      },
      answer(200, resource),
    );
    assert.deepEqual(await client.get(id), resource);
  });

  it('does not wait for a gateway that never answers', async () => {
    gateway.behave(() => {});
    const impatient = connect({ callTimeoutMs: 50, tries: 2 });
    await assert.rejects(impatient.get(id), { name: 'UraUnreachable', code: 'timeout', tries: 2 });
    impatient.close();
  });

  it('does not read an answer over the cap, nor asks for it again', async () => {
    gateway.behave(answer(200, { big: 'x'.repeat(5_000) }));
    const http = createHttpTransport({ maxAnswerBytes: 1_000 });
    const careful = connect({ http });
    await assert.rejects(careful.get(id), { code: 'answer-too-large', tries: 1 });
    http.close();
  });

  it('says that nobody listens', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const lost = connect({ gateway: `http://127.0.0.1:${port}`, tries: 1 });
    await assert.rejects(lost.get(id), { code: 'connect-failed' });
  });

  it('keeps personal data and signatures out of its errors, also when what comes is no HTTP at all', async () => {
    const babbler = createServer((socket) => void socket.resume().end('220 smtp.example ESMTP\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => babbler.once('listening', resolve));
    const { port } = babbler.address() as { port: number };
    const odd = connect({ gateway: `http://127.0.0.1:${port}`, tries: 1 });
    await assert.rejects(odd.submit(draft, { idempotencyKey: 'key-00000001' }), (error) => {
      assert.ok(error instanceof UraUnreachable);
      assert.equal(error.code, 'connection-lost');
      assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /J00101999W|signature|hoxha/);
      return true;
    });
    await new Promise((resolve) => babbler.close(resolve));
  });

  it('throws a signed refusal with its fields', async () => {
    const errors = [{ pointer: '/subject/notation', code: 'nid-date', detail: 'no such day' }];
    gateway.behave(answer(400, { ...problem, status: 400, code: 'invalid-request', errors }));
    await assert.rejects(client.submit(draft, { idempotencyKey: 'key-00000001' }), (error) => {
      assert.ok(error instanceof UraRefused);
      assert.deepEqual([error.status, error.code, error.verified], [400, 'invalid-request', true]);
      assert.deepEqual([error.errors, error.requestId, error.detail], [errors, id, 'd']);
      return true;
    });
  });

  it('waits as long as an overloaded gateway asks, and no longer than five seconds', async () => {
    const busy = (seconds: string) =>
      unsigned(503, { ...problem, code: 'unavailable' }, { 'retry-after': seconds });
    gateway.behave(busy('2'), answer(200, resource));
    assert.deepEqual(await client.get(id), resource);
    assert.deepEqual(pauses, [2_000]);
    gateway.behave(busy('60'));
    await assert.rejects(client.get(id), { code: 'unavailable', retryAfterSeconds: 60 });
  });

  it('refuses settings and arguments that cannot work', async () => {
    assert.throws(() => connect({ gateway: 'http://127.0.0.1/prefix' }), TypeError);
    assert.throws(() => connect({ gateway: 'ftp://127.0.0.1' }), TypeError);
    assert.throws(() => connect({ gatewayKeys: [] }), TypeError);
    await assert.rejects(client.submit(draft, { idempotencyKey: 'short' }), RangeError);
    await assert.rejects(
      client.submit(draft, { idempotencyKey: 'key-00000001', waitSeconds: 31 }),
      RangeError,
    );
  });
});
