import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A port in front of a server, at which nobody listens while it is shut: surely nothing gets through then. */
export interface Door {
  readonly port: number;
  shut(): Promise<void>;
  open(): Promise<void>;
}

export async function doorTo(port: () => number, at: number): Promise<Door> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const door: Door = {
    port: at,
    async shut() {
      const closed = server && once(server, 'close');
      server?.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      server = undefined;
    },
    async open() {
      server = createServer((near) => {
        const far = connect(port(), '127.0.0.1');
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          keep(one);
          one.pipe(other);
          one.on('close', () => other.destroy());
        }
      });
      server.listen(at, '127.0.0.1');
      await once(server, 'listening');
    },
  };
  await door.open();
  return door;
}
