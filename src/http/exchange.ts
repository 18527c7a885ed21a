import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Client } from '../authorisation/authorise.js';
import { type ErrorCode, UraError } from '../errors.js';
import type { VerifiedRequest } from '../signing/http-sig/index.js';
import { SignatureRefused } from '../signing/refusals.js';
import { isStoreUnavailable } from '../store/unavailable.js';
import { parseStrictJson } from '../strict-json.js';
import { type Answer, problemAnswer, type SignAnswer, writeAnswer } from './answer.js';
import type { ApiDescription, ApiRequest, Operation } from './api-description.js';
import { ClientGone, readBody } from './read-body.js';

/** What a handler gets: everything is verified and validated. */
export interface Call {
  /** Unique; becomes the id of a request that is submitted with it. */
  readonly id: string;
  readonly operation: Operation;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly bodyBytes: Uint8Array;
  /** Present exactly for signed operations. */
  readonly sender?: {
    readonly client: Client;
    readonly verified: VerifiedRequest;
    readonly targetUri: string;
  };
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
}

export type Handler = (call: Call) => Promise<Answer>;

export interface ExchangeParts {
  readonly api: ApiDescription;
  /** By operation id; an operation without a handler is answered with 501. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly authenticate: (request: {
    readonly method: string;
    readonly targetUri: string;
    readonly headers: readonly string[];
    readonly body: Uint8Array;
  }) => Promise<VerifiedRequest>;
  /** Of the configuration in use at this moment. */
  readonly findClient: (id: string) => Client | undefined;
  readonly sign: SignAnswer;
  /** Scheme, host and port that clients may address; the first is the default. */
  readonly publicOrigins: readonly string[];
  readonly limits: { readonly bytes: number; readonly timeoutMs: number };
  readonly nextId: () => string;
  /** In development and tests our own answers are held against the document too. */
  readonly checkAnswers: boolean;
  readonly observe: (seen: Seen) => void;
}

/** One line of the access log, free of personal data. */
export interface Seen {
  readonly id: string;
  readonly method: string;
  readonly operation: string;
  readonly status: number;
  readonly durationMs: number;
  readonly client?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly error?: unknown;
}

/** Refusals of the message itself, which any operation may give, also one that expects no body. */
const anywhere: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'not-acceptable',
  'body-timeout',
  'body-too-large',
  'unsupported-media-type',
  'unavailable',
]);

const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;

/** Takes one HTTP request from its bytes to its answer: match, read, authenticate, parse, validate, handle. */
export function createExchange(parts: ExchangeParts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const id = parts.nextId();
    const startedAt = performance.now();
    const method = request.method ?? '';
    const target = request.url ?? '';
    let operation: Operation | undefined;
    let sender: Call['sender'];
    let answer: Answer;
    let failure: UraError | undefined;
    try {
      const headers = singleHeaders(request);
      const apiRequest: ApiRequest = { method, target, headers };
      operation = parts.api.match(apiRequest);
      const bodyBytes = await readBody(request, parts.limits);
      if (operation.signed) {
        const targetUri = originOf(request.headers.host, parts.publicOrigins) + target;
        sender = await authenticate(parts, request, targetUri, bodyBytes);
      }
      requireAcceptable(headers.accept, operation.id);
      const body = bodyBytes.length === 0 ? undefined : parseBody(headers['content-type'], bodyBytes);
      parts.api.check(apiRequest, body);
      const handler = parts.handlers[operation.id];
      if (!handler) throw new UraError('not-implemented', 'This gateway does not offer the operation.');
      const signal = closedSignal(response);
      answer = await handler({
        id,
        operation,
        headers,
        body,
        bodyBytes,
        signal,
        ...(sender ? { sender } : {}),
      });
    } catch (error) {
      if (error instanceof ClientGone) return;
      failure = toUraError(error);
      answer = problemAnswer(failure, id);
    }
    if (parts.checkAnswers && operation && !(failure && anywhere.has(failure.code)))
      answer = refuseOwnMistake(parts.api, operation.id, answer, id);
    if (failure && !request.complete) response.setHeader('connection', 'close');
    await writeAnswer(response, answer, parts.sign, sender?.verified.signature);
    parts.observe({
      id,
      method,
      operation: operation?.id ?? 'none',
      status: answer.status,
      durationMs: performance.now() - startedAt,
      ...(sender ? { client: sender.client.id } : {}),
      ...(failure ? { code: failure.code } : {}),
      ...(failure?.logReason ? { reason: failure.logReason } : {}),
      ...(failure?.code === 'internal' ? { error: failure.cause } : {}),
    });
  };
}

async function authenticate(
  parts: ExchangeParts,
  request: IncomingMessage,
  targetUri: string,
  body: Uint8Array,
): Promise<NonNullable<Call['sender']>> {
  if (request.headers.signature === undefined) {
    throw new UraError('signature-missing', 'Sign the request by profile http-sig; see /openapi.json.');
  }
  const verified = await parts.authenticate({
    method: request.method ?? '',
    targetUri,
    headers: request.rawHeaders,
    body,
  });
  const client = parts.findClient(verified.partner);
  if (!client) throw new UraError('signature-refused', 'The signature was not accepted.');
  return { client, verified, targetUri };
}

/** Node joins repeated headers with a comma; a header that decides anything must stand there once. */
function singleHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return headers;
}

/** The Host header only chooses among the configured origins; it never becomes part of what is verified. */
function originOf(host: string | undefined, origins: readonly string[]): string {
  const wanted = host?.toLowerCase();
  return origins.find((origin) => new URL(origin).host === wanted) ?? (origins[0] as string);
}

function parseBody(mediaType: string | undefined, bytes: Uint8Array): unknown {
  if (!JSON_TYPE.test(mediaType ?? '')) {
    throw new UraError('unsupported-media-type', 'Send application/json in UTF-8.');
  }
  return parseStrictJson(bytes);
}

function requireAcceptable(accept: string | undefined, operationId: string): void {
  if (accept === undefined || operationId === 'metrics') return;
  const fits = accept
    .split(',')
    .some((range) =>
      /^\s*(\*\/\*|application\/(\*|json|problem\+json))\s*(;(?!\s*q=0(\.0*)?\s*$).*)?$/i.test(range),
    );
  if (!fits) throw new UraError('not-acceptable', 'Answers are application/json.');
}

function closedSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}

function toUraError(error: unknown): UraError {
  if (error instanceof UraError) return error;
  if (error instanceof SignatureRefused) {
    if (error.code === 'message-replayed') {
      return new UraError('message-replayed', 'Sign again with a new nonce; the Idempotency-Key may stay.');
    }
    return new UraError('signature-refused', 'The signature was not accepted.', { logReason: error.message });
  }
  if (isStoreUnavailable(error)) {
    return new UraError('unavailable', 'Repeat with the same Idempotency-Key: nothing is stored twice.', {
      retryAfterSeconds: 2,
      logReason: (error as Error).message,
    });
  }
  return new UraError('internal', 'Repeat with the same Idempotency-Key, and report the requestId.', {
    cause: error,
  });
}

/** An answer that breaks our own contract is a defect, and is shown as one where no citizen waits for it. */
function refuseOwnMistake(api: ApiDescription, operationId: string, answer: Answer, id: string): Answer {
  const problems = api.checkAnswer(operationId, answer.status, answer.body);
  if (problems.length === 0) return answer;
  const cause = new Error(`own answer breaks the API description: ${problems.join('; ')}`);
  return problemAnswer(new UraError('internal', cause.message, { cause }), id);
}
