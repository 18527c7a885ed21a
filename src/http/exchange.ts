import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, UraError } from '../errors.js';
import type { KeptAnswer } from '../signing/profiles/nonrepudiation.js';
import { parseStrictJson } from '../strict-json.js';
import type { Admission, Place } from './admission.js';
import { type Answer, problemAnswer, repeatAnswer, writeAnswer } from './answer.js';
import type { ApiDescription, ApiRequest, Operation } from './api-description.js';
import type { Authenticate, Sender } from './authenticate.js';
import { peerCertificate } from './peer-certificate.js';
import { ClientGone, readBody } from './read-body.js';
import { toUraError } from './to-ura-error.js';

/** What a handler gets: everything is verified and validated. */
export interface Call {
  /** Unique; becomes the id of a request that is submitted with it. */
  readonly id: string;
  readonly operation: Operation;
  readonly headers: Readonly<Record<string, string>>;
  /** What the sender addressed, with the header lines as they came (by turns name and value). */
  readonly message: {
    readonly method: string;
    readonly targetUri: string;
    readonly headers: readonly string[];
  };
  readonly body: unknown;
  readonly bodyBytes: Uint8Array;
  /** Present exactly for signed operations. */
  readonly sender?: Pick<Sender, 'client' | 'targetUri'> & Partial<Pick<Sender, 'verified' | 'choice'>>;
  /** What the evidence of a message needs that was not signed by `http-sig`. */
  readonly proof?: {
    readonly signedBy: string;
    readonly mediaType: string;
    /** Of the message, what a repetition has in common with it: a signed envelope is never the same twice. */
    readonly sameBytes: Uint8Array;
    readonly meta: Readonly<Record<string, unknown>>;
  };
  /** Aborts when the client hangs up. */
  readonly signal: AbortSignal;
  /** From now on nothing is done but waiting: others may use its place. */
  readonly giveWay: () => void;
}

export type Handler = (call: Call) => Promise<Answer>;

export interface ExchangeParts {
  readonly api: ApiDescription;
  /** By operation id; an operation without a handler is answered with 501. */
  readonly handlers: Readonly<Record<string, Handler>>;
  readonly authenticate: Authenticate;
  readonly admission: Admission;
  /** Scheme, host and port that clients may address; the first is the default. */
  readonly publicOrigins: readonly string[];
  readonly limits: { readonly bytes: number; readonly documentBytes: number; readonly timeoutMs: number };
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
  const take = async (
    request: IncomingMessage,
    response: ServerResponse,
    held: { place?: Place },
  ): Promise<void> => {
    const id = parts.nextId();
    const startedAt = performance.now();
    const method = request.method ?? '';
    const target = request.url ?? '';
    let operation: Operation | undefined;
    let sender: Sender | undefined;
    let answer: Answer;
    let failure: UraError | undefined;
    try {
      const headers = singleHeaders(request);
      const apiRequest: ApiRequest = { method, target, headers };
      operation = parts.api.match(apiRequest);
      const { bytes, documentBytes, timeoutMs } = parts.limits;
      const limits = { bytes: operation.documents ? documentBytes : bytes, timeoutMs };
      const bodyBytes = await readBody(request, limits);
      const targetUri = originOf(request.headers.host, parts.publicOrigins) + target;
      if (operation.signed || operation.raw) held.place = parts.admission.enter();
      if (operation.signed) {
        sender = await parts.authenticate({
          method,
          target,
          targetUri,
          headers: request.headers,
          rawHeaders: request.rawHeaders,
          body: bodyBytes,
          peer: () => peerCertificate(request.socket),
        });
        const kept = sender.exchange?.answer;
        if (kept) {
          repeatAnswer(response, kept);
          const durationMs = performance.now() - startedAt;
          const { id: client } = sender.client;
          const { id: operationId } = operation;
          const reason = 'the answer of before was sent again';
          parts.observe({
            id,
            method,
            operation: operationId,
            status: kept.status,
            durationMs,
            client,
            reason,
          });
          return;
        }
      }
      let body: unknown;
      if (!operation.raw) {
        requireAcceptable(headers.accept, operation.id);
        body = bodyBytes.length === 0 ? undefined : parseBody(headers['content-type'], bodyBytes);
        parts.api.check(apiRequest, body);
      }
      const handler = parts.handlers[operation.id];
      if (!handler) throw new UraError('not-implemented', 'This gateway does not offer the operation.');
      const signal = closedSignal(response);
      answer = await handler({
        id,
        operation,
        headers,
        message: { method, targetUri, headers: request.rawHeaders },
        body,
        bodyBytes,
        signal,
        giveWay: () => held.place?.leave(),
        ...(sender ? { sender } : {}),
      });
      failure = answer.failure;
    } catch (error) {
      if (error instanceof ClientGone) return;
      failure = toUraError(error);
      answer = problemAnswer(failure, id);
    }
    if (parts.checkAnswers && operation && !answer.bytes && !(failure && anywhere.has(failure.code)))
      answer = refuseOwnMistake(parts.api, operation.id, answer, id);
    if (failure && !request.complete) response.setHeader('connection', 'close');
    try {
      await writeAnswer(response, answer, sender?.sign, keepOf(sender));
    } catch (error) {
      if (!sender?.exchange) throw error;
      // What cannot be kept is not sent; the work itself is done, and a repetition finds it done.
      failure = toUraError(error);
      answer = problemAnswer(failure, id);
      await writeAnswer(response, answer, sender.sign);
    }
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
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const held: { place?: Place } = {};
    try {
      await take(request, response, held);
    } finally {
      held.place?.leave();
    }
  };
}

/** How an answer is kept for a client under `nonrepudiation`: not at all when a repetition may fare better. */
function keepOf(sender: Sender | undefined): ((answer: KeptAnswer) => Promise<void>) | undefined {
  const exchange = sender?.exchange;
  return (
    exchange &&
    (async (answer) => {
      if (answer.status < 500 && answer.status !== 429) await exchange.answered(answer);
      // If even this fails, the repetition has to wait a little longer.
      else await exchange.failed().catch(() => {});
    })
  );
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

/** An answer that breaks our own contract is a defect, and is shown as one where no citizen waits for it. */
function refuseOwnMistake(api: ApiDescription, operationId: string, answer: Answer, id: string): Answer {
  const problems = api.checkAnswer(operationId, answer.status, answer.body);
  if (problems.length === 0) return answer;
  const cause = new Error(`own answer breaks the API description: ${problems.join('; ')}`);
  return problemAnswer(new UraError('internal', cause.message, { cause }), id);
}
