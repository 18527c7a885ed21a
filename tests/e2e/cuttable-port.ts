import { connect, createServer, type Socket } from 'node:net';
import { cutOff } from '../support/cut-off.js';

/** A port in front of a server, through which the way to it can be cut and opened again. */
export interface CuttablePort {
  readonly port: number;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  open(): void;
  close(): Promise<void>;
}

export function cuttablePort(host: string, targetPort: number): Promise<CuttablePort> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) return void cutOff(near);
    const far = connect(targetPort, host);
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const breakAll = (): void => {
    for (const socket of sockets) cutOff(socket);
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : 0,
        cut() {
          isCut = true;
          breakAll();
        },
        open() {
          isCut = false;
        },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            breakAll();
          }),
      });
    });
  });
}
