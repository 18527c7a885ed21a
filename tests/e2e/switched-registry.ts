import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from '../support/wait-for.js';

/** One address in front of several registries, as a registry's own load balancer would be. */
export interface SwitchedRegistry {
  readonly url: string;
  /** Sends every request from now on to another one, and waits for the answers of the one before. */
  switchTo(target: string): Promise<void>;
  close(): void;
}

/** Passes bytes on as they are, request by request. */
export async function startSwitchedRegistry(target: string): Promise<SwitchedRegistry> {
  let current = target;
  let underWay = 0;
  const server = createServer((incoming, outgoing) => {
    underWay += 1;
    outgoing.on('close', () => {
      underWay -= 1;
    });
    const { host: _, connection: __, ...headers } = incoming.headers;
    const onward = send(
      current,
      { method: incoming.method, headers, agent: false },
      (answer: IncomingMessage) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/soap`,
    async switchTo(next) {
      current = next;
      await waitFor(() => (underWay === 0 ? true : undefined), 'the answers under way').catch(() => {});
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
