import type { ServerResponse } from 'node:http';
import type { UraError } from '../errors.js';
import type { KeptAnswer } from '../signing/profiles/nonrepudiation.js';
import type { OutgoingAnswer } from './authenticate.js';

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

/** Signs an answer, bound to its request, so that it cannot be passed off as the answer to another. */
export type SignAnswer = (answer: OutgoingAnswer) => Promise<Readonly<Record<string, string>>>;

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
 *
 * @param keep is given what is about to be sent; nothing is sent when it throws.
 */
export async function writeAnswer(
  response: ServerResponse,
  answer: Answer,
  sign?: SignAnswer,
  keep?: (answer: KeptAnswer) => Promise<void>,
): Promise<void> {
  const { status } = answer;
  const body = answer.bytes ?? (answer.body === undefined ? new Uint8Array() : encode(answer.body));
  const contentType = answer.mediaType ?? 'application/json; charset=utf-8';
  const signature = sign ? await sign({ status, contentType, body }) : {};
  const headers: Record<string, string> = {
    'content-type': contentType,
    'content-length': String(body.length),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...answer.headers,
    ...signature,
  };
  await keep?.({ status, headers: Object.entries(headers).flat(), bytes: body });
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, headers);
  response.end(body);
}

/** Sends an answer again as it was sent before, byte for byte. */
export function repeatAnswer(response: ServerResponse, { status, headers, bytes }: KeptAnswer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, [...headers]);
  response.end(bytes);
}

function encode(body: unknown): Uint8Array {
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
