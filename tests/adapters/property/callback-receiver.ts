import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Adapter, CallbackMessage, CallbackVerdict, OpenedCallback } from '../../../adapters/adapter.js';

/** A real HTTP server in the place of `POST /v1/callbacks/property`, that does with each callback what the test says. */
export interface CallbackReceiver {
  readonly url: string;
  /** As they came in. */
  readonly messages: CallbackMessage[];
  handle: (message: CallbackMessage, response: ServerResponse) => Promise<void> | void;
  /** Opens the callback with the adapter, lets the test read it, and sends the acknowledgement. */
  openWith(adapter: Adapter, read: (opened: OpenedCallback) => Promise<CallbackVerdict>): void;
  /** What went wrong in `handle`. */
  readonly failures: unknown[];
  close(): Promise<void>;
}

export async function startReceiver(): Promise<CallbackReceiver> {
  const server = createServer((request, response) => {
    receive(request, response).catch((error: unknown) => {
      receiver.failures.push(error);
      response.destroy();
    });
  });
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const message = {
      method: request.method ?? '',
      targetUri: receiver.url,
      headers: request.rawHeaders,
      body: Buffer.concat(chunks),
    };
    receiver.messages.push(message);
    await receiver.handle(message, response);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: CallbackReceiver = {
    url: `http://127.0.0.1:${port}/v1/callbacks/property`,
    messages: [],
    failures: [],
    handle: (_, response) => void response.destroy(),
    openWith(adapter, read) {
      receiver.handle = async (message, response) => {
        const opened = await adapter.openCallback?.(message);
        if (opened === undefined) throw new Error('the adapter opens no callbacks');
        const { status, headers, body } = await opened.acknowledge(await read(opened));
        response.writeHead(status, headers).end(body);
      };
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return receiver;
}
