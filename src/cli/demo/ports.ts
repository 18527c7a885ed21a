import { createServer } from 'node:net';

/** A port on 127.0.0.1: the wanted one when nobody listens there, else any free one. */
export async function choosePort(wanted: number): Promise<number> {
  const port = (await probe(wanted)) ?? (await probe(0));
  if (port === undefined) throw new Error('there is no free port on 127.0.0.1');
  return port;
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
