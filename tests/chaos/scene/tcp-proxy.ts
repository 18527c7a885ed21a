import { randomInt } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { cutOff } from '../../support/cut-off.js';

/** How a connection is disturbed. */
export type Disturbance =
  /** Nothing. */
  | { readonly kind: 'none' }
  /** New connections are reset, and those that stand as well. */
  | { readonly kind: 'refuse' }
  /** Bytes are taken and go nowhere, in both directions, on connections that stay open. */
  | { readonly kind: 'half-open' }
  /** Every so many answers, the connection is reset instead: the question has arrived, its answer has not. */
  | { readonly kind: 'lose-answers'; readonly every: number }
  /**
   * After a question of at least so many bytes has gone on its way, the connection is reset with this probability
   * (in thousandths), at a moment between at once and `withinMs` later: in the middle of a transaction.
   */
  | {
      readonly kind: 'cut';
      readonly largerThan: number;
      readonly perMille: number;
      readonly withinMs: number;
    };

/** Stands between two parties on the loopback interface. */
export interface TcpProxy {
  readonly port: number;
  /** Connections that were reset so far. */
  readonly resets: number;
  set(disturbance: Disturbance): void;
  /** Resets every connection that stands now. */
  resetAll(): void;
  close(): Promise<void>;
}

export function startTcpProxy(target: { readonly port: number }): Promise<TcpProxy> {
  let disturbance: Disturbance = { kind: 'none' };
  let resets = 0;
  let answers = 0;
  const pairs = new Set<() => void>();

  const server: Server = createServer((near) => {
    if (disturbance.kind === 'refuse') return void cutOff(near);
    const far = connect(target.port, '127.0.0.1');
    let asking = false;
    const reset = (): void => {
      if (pairs.delete(reset)) resets += 1;
      cutOff(near);
      cutOff(far);
    };
    pairs.add(reset);
    near.on('data', (bytes) => {
      if (disturbance.kind === 'half-open') return;
      asking = true;
      forward(far, near, bytes);
      const { kind } = disturbance;
      if (
        kind === 'cut' &&
        bytes.length >= disturbance.largerThan &&
        randomInt(1_000) < disturbance.perMille
      ) {
        setTimeout(reset, randomInt(disturbance.withinMs + 1));
      }
    });
    far.on('data', (bytes) => {
      if (disturbance.kind === 'half-open') return;
      const isFirst = asking;
      asking = false;
      if (disturbance.kind === 'lose-answers' && isFirst) {
        answers += 1;
        if (answers % disturbance.every === 0) return reset();
      }
      forward(near, far, bytes);
    });
    const end = (): void => {
      pairs.delete(reset);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
  });

  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : 0,
        get resets() {
          return resets;
        },
        set(next) {
          disturbance = next;
          if (next.kind === 'refuse') for (const reset of [...pairs]) reset();
        },
        resetAll() {
          for (const reset of [...pairs]) reset();
        },
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const reset of [...pairs]) reset();
          }),
      });
    });
  });
}

function forward(to: Socket, from: Socket, bytes: Buffer): void {
  if (to.destroyed || to.write(bytes)) return;
  from.pause();
  to.once('drain', () => from.resume());
}
