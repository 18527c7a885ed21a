import type { ServerResponse } from 'node:http';
import type { UraError } from '../errors.js';
import type { RequestSignature } from '../signing/http-sig/index.js';

/** An answer before it is turned into bytes. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON; absent for an answer without a body. */
  readonly body?: unknown;
  /** Sent as they are, instead of `body`; `headers` name their media type. */
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `application/json; charset=utf-8`. */
  readonly mediaType?: string;
  /** For the access log, where a handler puts a refusal into a form of its own. */
  readonly failure?: UraError;
}

/** Signs an answer; given the request's signature, so that it cannot be passed off as the answer to another. */
export type SignAnswer = (
  answer: { readonly status: number; readonly body: Uint8Array },
  requestSignature: RequestSignature,
) => Promise<Readonly<Record<string, string>>>;

/** Turns any failure into RFC 9457 problem details. */
export function problemAnswer(error: UraError, requestId: string): Answer {
  return {
    status: error.status,
    mediaType: 'application/problem+json',
    headers: {
      ...(error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
      ...(error.status === 401 ? { 'www-authenticate': 'Signature realm="ura"' } : {}),
      ...('allow' in error ? { allow: (error.allow as string[]).join(', ') } : {}),
    },
    body: {
      type: `urn:ura:problem:${error.code}`,
      title: error.title,
      status: error.status,
      detail: error.detail,
      code: error.code,
      requestId,
      ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    },
  };
}

/**
 * Writes an answer, signed when the request was. A request whose own signature was not accepted gets an
 * unsigned refusal: strangers must not be able to make the gateway spend private-key operations.
 */
export async function writeAnswer(
  response: ServerResponse,
  answer: Answer,
  sign: SignAnswer,
  requestSignature: RequestSignature | undefined,
): Promise<void> {
  const body = answer.bytes ?? (answer.body === undefined ? new Uint8Array() : encode(answer.body));
  const signature = requestSignature ? await sign({ status: answer.status, body }, requestSignature) : {};
  if (response.headersSent || response.destroyed) return;
  response.writeHead(answer.status, {
    'content-type': answer.mediaType ?? 'application/json; charset=utf-8',
    'content-length': String(body.length),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    ...signature,
  });
  response.end(body);
}

function encode(body: unknown): Uint8Array {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
