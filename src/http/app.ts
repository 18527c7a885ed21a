import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import express, { type ErrorRequestHandler } from 'express';
import { UraError } from '../errors.js';
import { problemAnswer, writeAnswer } from './answer.js';
import { contractFiles } from './contracts.js';
import { docsPage } from './docs-page.js';
import type { createExchange } from './exchange.js';

export interface AppParts {
  readonly exchange: ReturnType<typeof createExchange>;
  /** Everything under `/operator`. */
  readonly operatorExchange: ReturnType<typeof createExchange>;
  readonly nextId: () => string;
  readonly onError: (error: unknown) => void;
  /** The process is about to stop: connections are given up, one answer each. */
  readonly stopping: () => boolean;
}

/** The HTTP side as an express application: the API itself, and the page at `/docs` that explains it. */
export function createApp(parts: AppParts): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Everything about a request is read from its raw form; a proxy's headers are believed by nobody.
  app.set('trust proxy', false);
  app.use((_request, response, next) => {
    if (parts.stopping()) response.setHeader('connection', 'close');
    next();
  });
  app.use('/docs', docsPage());
  app.use('/contracts', contractFiles());
  app.use((request, response, next) => {
    const exchange = request.url.startsWith('/operator/') ? parts.operatorExchange : parts.exchange;
    exchange(request, response).catch(next);
  });
  const lastResort: ErrorRequestHandler = (error, _request, response, _next) => {
    parts.onError(error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // Express answers 400 for a target that it cannot decode; nothing else is expected to get here.
    const malformed = (error as { status?: unknown }).status === 400;
    const failure = malformed
      ? new UraError('malformed-target', 'The target is not validly percent-encoded.')
      : new UraError('internal', 'Repeat with the same Idempotency-Key, and report the requestId.');
    const answer = problemAnswer(failure, parts.nextId());
    void writeAnswer(response, answer);
  };
  app.use(lastResort);
  return app;
}

/** How TLS ends in the gateway. */
export interface ServerTls {
  /** PEM, chain included. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** Some client has to show a certificate: all are asked for one. */
  readonly asksForCertificate?: boolean;
}

function secureContextOf({ cert, key }: Pick<ServerTls, 'cert' | 'key'>) {
  return { cert, key, minVersion: 'TLSv1.2' as const };
}

/** Exchanges the certificate of a server that runs; connections that stand keep the one that they began with. */
export function followTls(server: Server, tls: Pick<ServerTls, 'cert' | 'key'> | undefined): void {
  if (tls && server instanceof HttpsServer) server.setSecureContext(secureContextOf(tls));
}

/**
 * The TLS layer judges no certificate of a client, because those are pinned, and most clients need none; whether
 * one fits its client is decided for each message. See `src/signing/profiles/mtls.ts`.
 */
function clientCertificates({ asksForCertificate = false }: ServerTls) {
  return asksForCertificate ? { requestCert: true, rejectUnauthorized: false } : {};
}

/** Limits that keep slow, idle and vanished clients from holding more than a socket. */
export function createServer(app: express.Express, tls?: ServerTls): Server {
  const limits = {
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    keepAliveTimeout: 15_000,
    maxHeaderSize: 16_384,
  };
  const server = tls
    ? createHttpsServer({ ...limits, ...secureContextOf(tls), ...clientCertificates(tls) }, app)
    : createHttpServer(limits, app);
  server.maxHeadersCount = 64;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    // The parser refused the bytes before any request existed, so the answer is written by hand.
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
  });
  return server;
}
