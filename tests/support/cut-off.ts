import type { Socket } from 'node:net';

/**
 * Cuts a connection off with a reset. One whose end was already said is closed instead: it cannot be reset any more, and
 * Node would keep its handle for good and turn round it for ever at the end of the process.
 */
export function cutOff(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
