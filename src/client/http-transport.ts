import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { isAxiosError } from 'axios';
import type { UnreachableCode } from './errors.js';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** From the first byte sent to the last received, milliseconds. */
  readonly timeoutMs: number;
}

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Name and value by turns, repetitions kept. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

/** Sends bytes and brings bytes back. Replaceable, for example to go through a proxy. */
export interface HttpTransport {
  /** @throws {TransportFailure} when no whole answer came. */
  send(request: WireRequest): Promise<WireAnswer>;
  /** Closes idle connections. */
  close(): void;
}

/** No whole answer came. Carries no header, body or address, so it can be logged. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure';

  constructor(readonly code: UnreachableCode) {
    super(code);
  }
}

/** How the axios transport is set up. */
export interface TransportOptions {
  /** Connections kept open at once. Default 16. */
  readonly maxSockets?: number;
  /** Larger answers are not read. Default 8 MiB. */
  readonly maxAnswerBytes?: number;
  /** For https: the authority that signed the gateway's certificate, PEM. Default: the platform's. */
  readonly certificateAuthority?: string;
  /** For https: the client's own certificate and its key, PEM, where the gateway wants one. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string };
}

/**
 * Connections kept alive, no redirects, no decompression, no proxy from the environment, caps and a time limit
 * over the whole call.
 */
export function createHttpTransport(options: TransportOptions = {}): HttpTransport {
  const { maxSockets = 16, maxAnswerBytes = 8 * 1024 * 1024, certificateAuthority: ca } = options;
  const { certificate: cert, privateKey: key } = options.clientCertificate ?? {};
  const httpAgent = new HttpAgent({ keepAlive: true, maxSockets });
  const httpsAgent = new HttpsAgent({
    keepAlive: true,
    maxSockets,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
  const client = axios.create({
    httpAgent,
    httpsAgent,
    proxy: false,
    maxRedirects: 0,
    decompress: false,
    responseType: 'arraybuffer',
    maxContentLength: maxAnswerBytes,
    maxBodyLength: 32 * 1024 * 1024,
    validateStatus: () => true,
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
  });
  return {
    async send({ method, url, headers, body, timeoutMs }) {
      try {
        const answer = await client.request<Buffer>({
          method,
          url,
          headers: { ...headers, 'accept-encoding': 'identity', 'user-agent': 'ura-client' },
          ...(body === undefined ? {} : { data: Buffer.from(body) }),
          signal: AbortSignal.timeout(timeoutMs),
        });
        const { res } = answer.request as { readonly res: { readonly rawHeaders: readonly string[] } };
        return { status: answer.status, rawHeaders: res.rawHeaders, body: answer.data };
      } catch (error) {
        throw new TransportFailure(codeOf(error));
      }
    },
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** An axios error holds the whole request, signature and personal data; only its code leaves this file. */
function codeOf(error: unknown): UnreachableCode {
  const code = isAxiosError(error) ? error.code : undefined;
  switch (code) {
    case 'ERR_CANCELED':
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
      return 'timeout';
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'connect-failed';
    case 'ERR_BAD_RESPONSE':
      // The same code stands for an answer over the cap and for one cut in the middle.
      return isAxiosError(error) && error.message.includes('maxContentLength')
        ? 'answer-too-large'
        : 'connection-lost';
    default:
      return 'connection-lost';
  }
}
