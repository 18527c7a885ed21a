import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

/** A real server that treats every connection as the test says. */
export interface MisbehavingServer {
  readonly url: URL;
  /** Connections accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

/** Raw TCP: the test writes whatever bytes it likes. */
export function serveConnections(handle: (socket: net.Socket) => void): Promise<MisbehavingServer> {
  return listen(net.createServer(handle), () => {});
}

/** Well-formed HTTP with an answer of the test's making. */
export function serveRequests(handle: http.RequestListener): Promise<MisbehavingServer> {
  const server = http.createServer(handle);
  return listen(server, () => server.closeAllConnections());
}

async function listen(server: net.Server, closeConnections: () => void): Promise<MisbehavingServer> {
  const sockets = new Set<net.Socket>();
  let connections = 0;
  server.on('connection', (socket: net.Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/service`),
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        closeConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}
