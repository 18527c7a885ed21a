import http from 'node:http';
import https from 'node:https';
import { performance } from 'node:perf_hooks';
import type { FailureReason } from '../contracts/outcome.js';
import { reasonBeforeContact, refusesOurCertificate } from './connection-failure.js';
import { reach } from './reach.js';

/**
 * One POST to a registry, without any opinion of HTTP's own: no redirect is followed, no encoding undone, no
 * request repeated. What happened is a value that says whether the request can have been executed.
 */
export interface Transport {
  post(target: URL, request: PostRequest): Promise<Posted>;
  /** Whether a connection can be opened (with TLS where the URL says so). Sends no request. */
  reach(
    target: URL,
    timing: { readonly connectTimeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean>;
  /** Closes idle and busy connections. */
  close(): void;
}

export interface PostRequest {
  /** Lower-case names. `accept-encoding` and `content-length` are set here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Name look-up, TCP and TLS handshake together. */
  readonly connectTimeoutMs: number;
  /** From the call of `post` to the last byte of the answer, including the wait for a free connection. */
  readonly callTimeoutMs: number;
  /** A longer answer is cut off and refused. Default 2 MB. */
  readonly maxAnswerBytes?: number;
  readonly signal: AbortSignal;
}

/** What became of a POST. */
export type Posted = Answer | Failure;

/** A complete HTTP answer of any status; nothing about it is trusted yet. */
export interface Answer {
  readonly kind: 'answer';
  readonly status: number;
  /** Lower case, without parameters; empty when the answer named none. */
  readonly mediaType: string;
  readonly headers: http.IncomingHttpHeaders;
  /** As received, by turns name and value: a signature covers single lines, and `headers` joins or drops them. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Uint8Array;
}

/** No complete answer. */
export interface Failure {
  readonly kind: 'failed';
  /** `no` only when surely nothing of the request reached the other side. */
  readonly executed: 'no' | 'unknown';
  readonly reason: FailureReason;
  /** What had arrived before the failure. Absent when nothing had. */
  readonly partialBytes?: Uint8Array;
}

export interface TransportSettings {
  /** Connections to each registry at the same time; further calls wait for a free one. */
  readonly maxSockets: number;
  /** Idle connections are closed after this many milliseconds, before most servers do so. Default 4 000. */
  readonly idleTimeoutMs?: number;
  /** Trust and client certificate of the TLS layer; the platform's trust when absent. PEM. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

const defaultMaxAnswerBytes = 2 * 1024 * 1024;

/** A transport with its own kept-alive connections. Close it, or the process stays up. */
export function createTransport(settings: TransportSettings): Transport {
  const pool = {
    keepAlive: true,
    maxSockets: settings.maxSockets,
    timeout: settings.idleTimeoutMs ?? 4_000,
    // The connection used last is the least likely to have been closed by the other side meanwhile.
    scheduling: 'lifo' as const,
  };
  const plain = new http.Agent(pool);
  const secure = new https.Agent({ ...pool, ...settings.tls, minVersion: 'TLSv1.2' });
  const open = (target: URL, options: http.RequestOptions) =>
    target.protocol === 'https:'
      ? https.request(target, { ...options, agent: secure })
      : http.request(target, { ...options, agent: plain });
  return {
    post: (target, request) => post(open, target, request),
    reach: (target, timing) => reach(target, settings, timing),
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

type Open = (target: URL, options: http.RequestOptions) => http.ClientRequest;

function post(open: Open, target: URL, request: PostRequest): Promise<Posted> {
  const { body, signal } = request;
  const maxAnswerBytes = request.maxAnswerBytes ?? defaultMaxAnswerBytes;
  if (signal.aborted) return Promise.resolve({ kind: 'failed', executed: 'no', reason: 'stopped' });
  const callEndsAt = performance.now() + request.callTimeoutMs;
  return new Promise((resolve) => {
    let stage: 'queued' | 'connecting' | 'sent' = 'queued';
    let connectTimer: NodeJS.Timeout | undefined;
    const chunks: Buffer[] = [];
    let received = 0;
    let isNewConnection = false;

    const call = open(target, {
      method: 'POST',
      headers: { ...request.headers, 'accept-encoding': 'identity', 'content-length': body.byteLength },
    });
    const settle = (posted: Posted) => {
      clearTimeout(connectTimer);
      clearTimeout(callTimer);
      signal.removeEventListener('abort', stop);
      resolve(posted);
    };
    const fail = (reason: FailureReason, rest?: Buffer) => {
      if (rest !== undefined) chunks.push(rest);
      const partialBytes = chunks.length === 0 ? {} : { partialBytes: Buffer.concat(chunks) };
      settle({ kind: 'failed', executed: stage === 'sent' ? 'unknown' : 'no', reason, ...partialBytes });
      call.destroy();
    };
    const stop = () => fail('stopped');
    const callTimer = setTimeout(
      () => fail(reasonOfTimeout[stage]),
      Math.max(0, callEndsAt - performance.now()),
    );
    signal.addEventListener('abort', stop, { once: true });

    call.on('socket', (socket) => {
      // Bytes leave with the event that ends the handshake; a connection taken from the pool has had it.
      if (!socket.connecting) {
        stage = 'sent';
        return;
      }
      stage = 'connecting';
      isNewConnection = true;
      connectTimer = setTimeout(() => fail('connect-timeout'), request.connectTimeoutMs);
      socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        stage = 'sent';
        clearTimeout(connectTimer);
      });
    });
    call.on('error', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }) => {
      if (isNewConnection && received === 0 && refusesOurCertificate(error)) stage = 'connecting';
      if (stage !== 'sent') fail(reasonBeforeContact(error));
      // Not HTTP at all: llhttp hands over the bytes that it stumbled on.
      else if (error.code?.startsWith('HPE_')) fail('http-status', error.rawPacket);
      else fail('connection-lost');
    });
    call.on('response', (answer) => {
      answer.on('data', (chunk: Buffer) => {
        received += chunk.byteLength;
        if (received <= maxAnswerBytes) chunks.push(chunk);
        else fail('http-status');
      });
      // Fires before `end` would have: the connection broke in the middle of the answer.
      answer.on('error', () => fail('connection-lost'));
      answer.on('end', () => {
        const encoding = answer.headers['content-encoding'] ?? 'identity';
        if (encoding.trim().toLowerCase() !== 'identity') return fail('http-status');
        settle({
          kind: 'answer',
          status: answer.statusCode ?? 0,
          mediaType: (answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
          headers: answer.headers,
          rawHeaders: answer.rawHeaders,
          bytes: Buffer.concat(chunks),
        });
      });
    });
    call.end(body);
  });
}

const reasonOfTimeout = {
  queued: 'lane-full',
  connecting: 'connect-timeout',
  sent: 'call-timeout',
} as const satisfies Record<string, FailureReason>;
