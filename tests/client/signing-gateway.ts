import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import {
  authenticateRequest,
  signResponse,
  targetUri,
  type VerifiedRequest,
} from '../../src/signing/http-sig/index.js';
import { SignatureRefused } from '../../src/signing/refusals.js';
import { among, makeKey } from '../signing/http-sig/signing-keys.js';

export const municipality = makeKey('ecdsa-p256-sha256', 'divjake', 'oss-divjake-2026');
export const gatewayKey = makeKey('ed25519', 'gateway', 'gateway-2026');

/** What a gateway under test received and verified. */
export interface Received {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly verified: VerifiedRequest;
}

/** One prepared answer; headers are added after signing. */
export type Behaviour = (received: Received, response: ServerResponse) => Promise<void> | void;

/** A real HTTP server that verifies each request and answers as the test says. */
export interface SigningGateway {
  readonly origin: string;
  readonly received: Received[];
  /** Codes of requests that did not verify. */
  readonly refused: string[];
  /** Taken one a request; the last stays. */
  behave(...behaviours: Behaviour[]): void;
  close(): Promise<void>;
}

export async function startGateway(): Promise<SigningGateway> {
  const nonces = new Set<string>();
  const received: Received[] = [];
  const refused: string[] = [];
  let behaviours: Behaviour[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    try {
      const verified = await authenticateRequest(
        {
          method: request.method ?? '',
          targetUri: targetUri(origin, request.url ?? ''),
          headers: request.rawHeaders,
          body,
        },
        {
          findKey: among(municipality),
          clock: { now: Date.now },
          replaySet: {
            async remember({ messageId }) {
              if (nonces.has(messageId)) return false;
              nonces.add(messageId);
              return true;
            },
          },
        },
      );
      const one = { request, body, verified };
      received.push(one);
      const behaviour = behaviours.length > 1 ? behaviours.shift() : behaviours[0];
      await behaviour?.(one, response);
    } catch (error) {
      refused.push(error instanceof SignatureRefused ? error.code : String(error));
      response.writeHead(500).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    received,
    refused,
    behave: (...list) => {
      behaviours = list;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON, signed for the request that it answers. */
export function answer(status: number, json: unknown, headers: Record<string, string> = {}): Behaviour {
  return async ({ verified }, response) => {
    const body = Buffer.from(JSON.stringify(json));
    const signed = await signResponse({ status, body }, verified.signature, gatewayKey.signer, {
      now: Date.now(),
    });
    response.writeHead(status, { 'content-type': 'application/json', ...headers, ...signed }).end(body);
  };
}

/** Answers with JSON that nobody signed. */
export function unsigned(status: number, json: unknown, headers: Record<string, string> = {}): Behaviour {
  return (_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
      .end(JSON.stringify(json));
  };
}

/** Takes the request and cuts the connection. */
export const hangUp: Behaviour = ({ request }) => {
  request.socket.destroy();
};
