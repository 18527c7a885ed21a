import assert from 'node:assert/strict';
import type net from 'node:net';
import { gzipSync } from 'node:zlib';
import { createTransport, type Posted, type PostRequest, type Transport } from '../../adapters/transport.js';
import { cutOff } from '../support/cut-off.js';
import { type MisbehavingServer, serveConnections, serveRequests } from './misbehaving-server.js';

const question = Buffer.from('<question/>');

describe('post', () => {
  let transport: Transport;
  const servers: MisbehavingServer[] = [];

  beforeEach(() => {
    transport = createTransport({ maxSockets: 2 });
  });
  afterEach(async () => {
    transport.close();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  async function connections(handle: (socket: net.Socket) => void) {
    const server = await serveConnections(handle);
    servers.push(server);
    return server;
  }
  async function requests(handle: Parameters<typeof serveRequests>[0]) {
    const server = await serveRequests(handle);
    servers.push(server);
    return server;
  }
  function ask(url: URL, changes: Partial<PostRequest> = {}): Promise<Posted> {
    return transport.post(url, {
      headers: { 'content-type': 'text/xml; charset=utf-8' },
      body: question,
      connectTimeoutMs: 2_000,
      callTimeoutMs: 5_000,
      signal: new AbortController().signal,
      ...changes,
    });
  }

  it('sends the body as it is and gives status, media type and bytes of the answer', async () => {
    let seen = '';
    let headers: Record<string, unknown> = {};
    const { url } = await requests((request, response) => {
      headers = { ...request.headers, method: request.method, path: request.url };
      request.on('data', (chunk) => {
        seen += chunk;
      });
      request.on('end', () => {
        response.writeHead(500, { 'content-type': 'Text/XML; charset="utf-8"' }).end('<answer/>');
      });
    });
    const posted = await ask(url, { headers: { 'content-type': 'text/xml', soapaction: '"urn:a"' } });
    assert.equal(seen, '<question/>');
    assert.equal(headers.method, 'POST');
    assert.equal(headers.path, '/service');
    assert.equal(headers.soapaction, '"urn:a"');
    assert.equal(headers['accept-encoding'], 'identity');
    assert.equal(headers['content-length'], String(question.byteLength));
    assert.ok(posted.kind === 'answer');
    assert.equal(posted.status, 500);
    assert.equal(posted.mediaType, 'text/xml');
    assert.equal(Buffer.from(posted.bytes).toString(), '<answer/>');
  });

  it('keeps the connection for the next call', async () => {
    const server = await requests((_, response) => void response.end('ok'));
    assert.equal((await ask(server.url)).kind, 'answer');
    assert.equal((await ask(server.url)).kind, 'answer');
    assert.equal(server.connections(), 1);
  });

  it('knows that nothing was executed when the connection is refused', async () => {
    const { url, close } = await serveConnections(() => {});
    await close();
    assert.deepEqual(await ask(url), { kind: 'failed', executed: 'no', reason: 'connect-refused' });
  });

  it('knows that nothing was executed when the name does not resolve', async () => {
    // RFC 6761 §6.4: `invalid` never resolves.
    const posted = await ask(new URL('http://registry.invalid/service'));
    assert.deepEqual(posted, { kind: 'failed', executed: 'no', reason: 'name-not-resolved' });
  });

  it('knows that nothing was executed when TLS fails', async () => {
    const { url } = await connections((socket) => void socket.end('this is not TLS'));
    const posted = await ask(new URL(url.href.replace('http:', 'https:')));
    assert.deepEqual(posted, { kind: 'failed', executed: 'no', reason: 'tls-failed' });
  });

  it('knows that nothing was executed when the TLS handshake never ends', async () => {
    const { url } = await connections(() => {});
    const posted = await ask(new URL(url.href.replace('http:', 'https:')), { connectTimeoutMs: 50 });
    assert.deepEqual(posted, { kind: 'failed', executed: 'no', reason: 'connect-timeout' });
  });

  it('does not know about execution when the other side stays silent', async () => {
    const { url } = await connections(() => {});
    const posted = await ask(url, { callTimeoutMs: 50 });
    assert.deepEqual(posted, { kind: 'failed', executed: 'unknown', reason: 'call-timeout' });
  });

  it('gives up on headers that trickle in, one byte at a time', async () => {
    const { url } = await connections((socket) => {
      const header = 'HTTP/1.1 200 OK\r\nx-slow: ';
      let sent = 0;
      const timer = setInterval(() => socket.write(header[sent++] ?? 'a'), 5);
      socket.on('close', () => clearInterval(timer));
    });
    const posted = await ask(url, { callTimeoutMs: 100 });
    assert.deepEqual(posted, { kind: 'failed', executed: 'unknown', reason: 'call-timeout' });
  });

  it('keeps what came of an answer that stops in the middle', async () => {
    const { url } = await connections((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<half'));
    });
    const posted = await ask(url);
    assert.deepEqual(posted, {
      kind: 'failed',
      executed: 'unknown',
      reason: 'connection-lost',
      partialBytes: Buffer.from('<half'),
    });
  });

  it('cuts off an answer that never ends', async () => {
    const server = await requests((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const posted = await ask(server.url, { maxAnswerBytes: 30_000 });
    assert.ok(posted.kind === 'failed');
    assert.equal(posted.executed, 'unknown');
    assert.equal(posted.reason, 'http-status');
    assert.ok((posted.partialBytes?.byteLength ?? 0) <= 30_000);
  });

  it('accepts an answer of exactly the permitted size and refuses one byte more', async () => {
    const { url } = await requests((_, response) => void response.end('12345'));
    assert.equal((await ask(url, { maxAnswerBytes: 5 })).kind, 'answer');
    assert.equal((await ask(url, { maxAnswerBytes: 4 })).kind, 'failed');
  });

  it('refuses a compressed answer without inflating it', async () => {
    const compressed = gzipSync('<answer/>');
    const { url } = await requests((_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml', 'content-encoding': 'gzip' }).end(compressed);
    });
    assert.deepEqual(await ask(url), {
      kind: 'failed',
      executed: 'unknown',
      reason: 'http-status',
      partialBytes: compressed,
    });
  });

  it('does not follow a redirect', async () => {
    let followed = 0;
    const other = await requests((_, response) => {
      followed += 1;
      response.end('elsewhere');
    });
    const { url } = await requests((_, response) => {
      response.writeHead(307, { location: other.url.href }).end();
    });
    const posted = await ask(url);
    assert.ok(posted.kind === 'answer');
    assert.equal(posted.status, 307);
    assert.equal(followed, 0);
  });

  it('does not know about execution when the connection is reset after the request', async () => {
    const { url } = await connections((socket) => {
      socket.once('data', () => cutOff(socket));
    });
    const posted = await ask(url);
    assert.deepEqual(posted, { kind: 'failed', executed: 'unknown', reason: 'connection-lost' });
  });

  it('does not repeat a request by itself when a kept connection turns out to be dead', async () => {
    let questions = 0;
    const server = await connections((socket) => {
      socket.on('data', () => {
        questions += 1;
        if (questions === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
        else cutOff(socket);
      });
    });
    assert.equal((await ask(server.url)).kind, 'answer');
    const posted = await ask(server.url);
    assert.deepEqual(posted, { kind: 'failed', executed: 'unknown', reason: 'connection-lost' });
    assert.equal(questions, 2);
    assert.equal(server.connections(), 1);
  });

  it('keeps the bytes of an answer that is not HTTP', async () => {
    const { url } = await connections((socket) => {
      socket.once('data', () => socket.end('<answer/>'));
    });
    assert.deepEqual(await ask(url), {
      kind: 'failed',
      executed: 'unknown',
      reason: 'http-status',
      partialBytes: Buffer.from('<answer/>'),
    });
  });

  it('calls a stop before the request harmless and a stop after it unknown', async () => {
    const stopped = new AbortController();
    stopped.abort();
    let questions = 0;
    const stopping = new AbortController();
    const { url } = await requests(() => {
      questions += 1;
      stopping.abort();
    });
    assert.deepEqual(await ask(url, { signal: stopped.signal }), {
      kind: 'failed',
      executed: 'no',
      reason: 'stopped',
    });
    assert.equal(questions, 0);
    assert.deepEqual(await ask(url, { signal: stopping.signal }), {
      kind: 'failed',
      executed: 'unknown',
      reason: 'stopped',
    });
    assert.equal(questions, 1);
  });

  it('says that nothing was sent when no connection became free in time', async () => {
    let questions = 0;
    const { url } = await requests(() => {
      questions += 1;
    });
    const busy = [ask(url, { callTimeoutMs: 300 }), ask(url, { callTimeoutMs: 300 })];
    const posted = await ask(url, { callTimeoutMs: 100 });
    assert.deepEqual(posted, { kind: 'failed', executed: 'no', reason: 'lane-full' });
    await Promise.all(busy);
    assert.equal(questions, 2);
  });

  it('waits for an answer longer than an idle connection is kept', async () => {
    transport.close();
    transport = createTransport({ maxSockets: 1, idleTimeoutMs: 20 });
    const server = await requests((_, response) => void setTimeout(() => response.end('late'), 100));
    assert.equal((await ask(server.url)).kind, 'answer');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal((await ask(server.url)).kind, 'answer');
    assert.equal(server.connections(), 2);
  });
});
