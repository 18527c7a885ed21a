import type { Server } from 'node:http';

/** Open keep-alive connections get this long to end by themselves, milliseconds. */
const LINGER_MS = 2_000;

/**
 * Starts to listen.
 *
 * @param port 0 takes a free one.
 * @returns the URL under which this machine reaches the server.
 * @throws {Error} saying what to do when the port is taken.
 */
export function listen(server: Server, host: string, port: number, tls: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`port ${port} is taken: set PORT to a free one`) : error);
    });
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' ? address?.port : port;
      resolve(`${tls ? 'https' : 'http'}://${host === '0.0.0.0' ? '127.0.0.1' : host}:${bound}`);
    });
  });
}

/** Takes no new connections, lets answers under way go out, then closes what lingers. */
export async function stopServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), LINGER_MS).unref();
  });
}
