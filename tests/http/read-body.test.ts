import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { UraError } from '../../src/errors.js';
import { ClientGone, readBody } from '../../src/http/read-body.js';
import { cutOff } from '../support/cut-off.js';

describe('reading a body', () => {
  let server: Server;
  let port: number;
  let outcome: Promise<unknown>;
  let limits = { bytes: 100, timeoutMs: 5_000 };
  const sockets: Socket[] = [];

  beforeEach(async () => {
    limits = { bytes: 100, timeoutMs: 5_000 };
    server = createServer();
    outcome = new Promise((resolve) => {
      server.on('request', (request, response) => {
        readBody(request, limits)
          .catch((error: unknown) => error)
          .then((result) => {
            resolve(result);
            response.end();
          });
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  const send = (...parts: (string | Buffer)[]): Socket => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => {});
    for (const part of parts) socket.write(part);
    return socket;
  };
  const post = (...headers: string[]): string =>
    `POST / HTTP/1.1\r\nHost: a\r\n${headers.map((h) => `${h}\r\n`).join('')}\r\n`;
  const code = async (): Promise<unknown> => {
    const error = await outcome;
    return error instanceof UraError ? error.code : error;
  };

  it('gives the bytes exactly as they came', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0xc3, 0x28]);
    send(post(`Content-Length: ${bytes.length}`), bytes);
    assert.deepEqual(await outcome, bytes);
  });

  it('puts chunks together', async () => {
    send(post('Transfer-Encoding: chunked'), '3\r\nabc\r\n', '2\r\nde\r\n0\r\n\r\n');
    assert.deepEqual(await outcome, Buffer.from('abcde'));
  });

  it('gives no bytes for no body', async () => {
    send('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.deepEqual(await outcome, Buffer.alloc(0));
  });

  it('takes a body as large as the limit', async () => {
    send(post('Content-Length: 100'), 'x'.repeat(100));
    assert.equal(((await outcome) as Buffer).length, 100);
  });

  it('refuses a larger one by its announced size alone', async () => {
    send(post('Content-Length: 101'));
    assert.equal(await code(), 'body-too-large');
  });

  it('refuses a larger one as soon as it is, when no size is announced', async () => {
    send(post('Transfer-Encoding: chunked'), `65\r\n${'x'.repeat(101)}\r\n`);
    assert.equal(await code(), 'body-too-large');
  });

  it('refuses one that drips', async () => {
    limits = { bytes: 100, timeoutMs: 50 };
    send(post('Content-Length: 10'), 'x');
    assert.equal(await code(), 'body-timeout');
  });

  for (const coding of ['gzip', 'br', 'deflate', 'identity, gzip', 'x']) {
    it(`refuses the coding ${coding}`, async () => {
      send(post(`Content-Encoding: ${coding}`, 'Content-Length: 1'), 'x');
      assert.equal(await code(), 'unsupported-media-type');
    });
  }

  it('takes the coding that is none', async () => {
    send(post('Content-Encoding: Identity', 'Content-Length: 1'), 'x');
    assert.deepEqual(await outcome, Buffer.from('x'));
  });

  it('knows a client that vanished from one that is slow', async () => {
    const socket = send(post('Content-Length: 10'), 'x');
    await once(server, 'request');
    cutOff(socket);
    assert.ok((await outcome) instanceof ClientGone);
  });
});
