import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallbackAnswer, CallbackMessage } from '../adapter.js';

/** A real HTTP server in the place of the gateway's `POST /v1/callbacks/{adapter}`. */
export interface CallbackReceiver {
  readonly url: string;
  /** As they came in; a registry repeats what nobody acknowledged. */
  readonly messages: CallbackMessage[];
  /** What is said to each message; without it, or when it throws, the connection is cut. */
  answer?: (message: CallbackMessage) => Promise<CallbackAnswer>;
  close(): Promise<void>;
}

const maximumBytes = 1024 * 1024;

/** @param path of the callbacks, for example `/v1/callbacks/property`. */
export async function startCallbackReceiver(path: string): Promise<CallbackReceiver> {
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maximumBytes) throw new Error('more than a registry would send');
      chunks.push(chunk);
    }
    const { method = '', rawHeaders } = request;
    const message = { method, targetUri: url, headers: rawHeaders, body: Buffer.concat(chunks) };
    receiver.messages.push(message);
    if (receiver.answer === undefined) return void response.destroy();
    const { status, headers, body } = await receiver.answer(message);
    response.writeHead(status, headers).end(body);
  }

  const receiver: CallbackReceiver = {
    url,
    messages: [],
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return receiver;
}
