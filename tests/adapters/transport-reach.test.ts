import assert from 'node:assert/strict';
import net, { type AddressInfo } from 'node:net';
import { createTransport } from '../../adapters/transport.js';
import { serveConnections } from './misbehaving-server.js';

describe('reach', () => {
  const timing = { connectTimeoutMs: 200, signal: new AbortController().signal };

  it('is true while something listens and false afterwards', async () => {
    const transport = createTransport({ maxSockets: 1 });
    const server = net.createServer((socket) => void socket.on('error', () => {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    assert.equal(await transport.reach(url, timing), true);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await transport.reach(url, timing), false);
    transport.close();
  });

  it('is false when the TLS handshake does not succeed', async () => {
    const transport = createTransport({ maxSockets: 1 });
    const server = await serveConnections(() => {});
    assert.equal(await transport.reach(new URL(server.url.href.replace('http:', 'https:')), timing), false);
    await server.close();
    transport.close();
  });
});
