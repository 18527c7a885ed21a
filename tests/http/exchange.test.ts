import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Admission } from '../../src/http/admission.js';
import { loadApiDescription } from '../../src/http/api-description.js';
import { createApp, createServer } from '../../src/http/app.js';
import { createAuthenticate } from '../../src/http/authenticate.js';
import { createExchange, type ExchangeParts, type Seen } from '../../src/http/exchange.js';

describe('the exchange of one request for one answer', function () {
  this.timeout(30_000);
  let base: ExchangeParts;
  const servers: Server[] = [];
  const seen: Seen[] = [];
  const lastResort: unknown[] = [];
  let stopping = false;

  before(async () => {
    base = {
      api: await loadApiDescription(),
      handlers: {},
      authenticate: createAuthenticate({
        profiles: [],
        clients: new Map(),
        nextId: () => '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a',
        now: Date.now,
      }),
      admission: new Admission(
        { maxUnderWay: 10, maxQueueAgeMs: 1_000 },
        () => performance.now(),
        Math.random,
      ),
      publicOrigins: ['http://ura.example'],
      limits: { bytes: 1_000, documentBytes: 4_000, timeoutMs: 1_000 },
      nextId: () => '0199a1f2-6c3e-7d41-9a5b-3f2c1d0e4b5a',
      checkAnswers: true,
      observe: (one) => seen.push(one),
    };
  });
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    seen.length = 0;
    lastResort.length = 0;
    stopping = false;
  });

  const serve = async (exchange: ReturnType<typeof createExchange>): Promise<string> => {
    const onError = (error: unknown): number => lastResort.push(error);
    const server = createServer(
      createApp({
        exchange,
        operatorExchange: exchange,
        nextId: base.nextId,
        onError,
        stopping: () => stopping,
      }),
    );
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const call = async (
    parts: Partial<ExchangeParts>,
    path = '/health/live',
  ): Promise<[number, { code?: string }]> => {
    const exchange = createExchange({ ...base, ...parts });
    const answer = await fetch((await serve(exchange)) + path);
    return [answer.status, (await answer.json()) as { code?: string }];
  };

  it('gives up connections, one answer each, before it stops', async () => {
    const live = async () => ({ status: 200, body: { status: 'alive' } });
    const url = await serve(createExchange({ ...base, handlers: { live } }));
    const connection = async () => (await fetch(`${url}/health/live`)).headers.get('connection');
    assert.equal(await connection(), 'keep-alive');
    stopping = true;
    assert.equal(await connection(), 'close');
  });

  it('gives what the handler gives', async () => {
    const [status, body] = await call({
      handlers: { live: async () => ({ status: 200, body: { status: 'alive' } }) },
    });
    assert.deepEqual([status, body], [200, { status: 'alive' }]);
    assert.deepEqual([seen[0]?.operation, seen[0]?.status], ['live', 200]);
  });

  it('answers an operation without a handler with 501', async () => {
    const [status, body] = await call({});
    assert.deepEqual([status, body.code], [501, 'not-implemented']);
  });

  it('shows nothing of a failure, and logs it', async () => {
    const cause = new Error('secret of the inside');
    const [status, body] = await call({ handlers: { live: () => Promise.reject(cause) } });
    assert.deepEqual([status, body.code], [500, 'internal']);
    assert.doesNotMatch(JSON.stringify(body), /secret/);
    assert.equal(seen[0]?.error, cause);
  });

  it('says 503 when the store is away', async () => {
    const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const [status, body] = await call({ handlers: { live: () => Promise.reject(away) } });
    assert.deepEqual([status, body.code], [503, 'unavailable']);
  });

  it('shows an answer of our own that breaks the contract as a defect, where that is checked', async () => {
    const handlers = { live: async () => ({ status: 200, body: { status: 'fine', extra: 1 } }) };
    assert.equal((await call({ handlers }))[0], 500);
    assert.equal((await call({ handlers, checkAnswers: false }))[0], 200);
    const undeclared = { live: async () => ({ status: 201, body: { status: 'alive' } }) };
    assert.equal((await call({ handlers: undeclared }))[0], 500);
  });

  it('lets nobody in whom the signature does not name as a client', async () => {
    const [status, body] = await call(
      { handlers: { listServices: async () => ({ status: 200 }) } },
      '/v1/services',
    );
    assert.deepEqual([status, body.code], [401, 'signature-missing']);
  });

  it('still answers when even the answer cannot be signed or written', async () => {
    const exchange = () => Promise.reject(new Error('broken'));
    const answer = await fetch(`${await serve(exchange)}/v1/services`);
    assert.equal(answer.status, 500);
    assert.equal(((await answer.json()) as { code: string }).code, 'internal');
    assert.equal(lastResort.length, 1);
  });
});
