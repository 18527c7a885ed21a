/** Whether sending the same thing again can help: never, after a pause, or once it is signed afresh. */
export type RetryClass = 'never' | 'later' | 'sign-again';

interface ErrorEntry {
  readonly status: number;
  /** RFC 9457 `title`: the same for every occurrence. */
  readonly title: string;
  readonly retry: RetryClass;
}

/**
 * Every error that the HTTP API can answer with, in order of status. `docs/errors.md` is held to this table by
 * a test. Exact reasons for a refused signature stand in `src/signing/refusals.ts`; they are for the log alone.
 */
export const errorTable = {
  'malformed-target': { status: 400, title: 'The request target is malformed', retry: 'never' },
  'malformed-json': { status: 400, title: 'The body is not well-formed JSON', retry: 'never' },
  'invalid-request': { status: 400, title: 'The request does not fit the API description', retry: 'never' },
  'idempotency-key-missing': {
    status: 400,
    title: 'The Idempotency-Key header is missing or malformed',
    retry: 'never',
  },
  'unknown-municipality': { status: 400, title: 'There is no such municipality', retry: 'never' },
  'signature-missing': { status: 401, title: 'The request carries no signature', retry: 'sign-again' },
  'signature-refused': { status: 401, title: 'The signature was not accepted', retry: 'sign-again' },
  'not-permitted': { status: 403, title: 'This operator may not do that', retry: 'never' },
  'not-granted': { status: 403, title: 'This client may not make this request', retry: 'never' },
  'field-not-granted': { status: 403, title: 'This client may not see a field it asks for', retry: 'never' },
  'not-found': { status: 404, title: 'There is nothing under this path', retry: 'never' },
  'unknown-service': { status: 404, title: 'There is no such service', retry: 'never' },
  'unknown-application': { status: 404, title: 'There is no such application', retry: 'never' },
  'service-not-offered': {
    status: 404,
    title: 'This municipality does not offer the service',
    retry: 'never',
  },
  'unknown-procedure': { status: 404, title: 'There is no such procedure', retry: 'never' },
  'unknown-case': { status: 404, title: 'There is no such case', retry: 'never' },
  'unknown-step': { status: 404, title: 'The case has no such step', retry: 'never' },
  'unknown-request': { status: 404, title: 'There is no such request', retry: 'never' },
  'unknown-dead-letter': { status: 404, title: 'There is no such dead letter', retry: 'never' },
  'method-not-allowed': { status: 405, title: 'This path does not take that method', retry: 'never' },
  'not-acceptable': { status: 406, title: 'No representation fits the Accept header', retry: 'never' },
  'body-timeout': { status: 408, title: 'The body did not arrive in time', retry: 'later' },
  'message-replayed': { status: 409, title: 'This signed message was received before', retry: 'sign-again' },
  'not-answerable': { status: 409, title: 'The request waits for no officer', retry: 'never' },
  'state-not-allowed': { status: 409, title: 'The application cannot go to that state', retry: 'never' },
  'message-conflict': {
    status: 409,
    title: 'Another message was received under this message id',
    retry: 'sign-again',
  },
  'message-under-way': { status: 409, title: 'This signed message is being worked on', retry: 'later' },
  'not-cancellable': { status: 409, title: 'The request can no longer be cancelled', retry: 'never' },
  'request-finished': { status: 409, title: 'The request has ended', retry: 'never' },
  'not-held': { status: 409, title: 'The request is not held', retry: 'never' },
  'not-rerunnable': { status: 409, title: 'The request cannot be run again as it stands', retry: 'never' },
  'repeat-not-confirmed': {
    status: 409,
    title: 'Repeating the request is not known to be safe',
    retry: 'never',
  },
  'count-differs': { status: 409, title: 'Another number of requests fits the filter', retry: 'never' },
  'case-finished': { status: 409, title: 'The case has ended', retry: 'never' },
  'step-not-retryable': { status: 409, title: 'The step has nothing to ask again', retry: 'never' },
  'body-too-large': { status: 413, title: 'The body is larger than the gateway takes', retry: 'never' },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has a media type not taken here',
    retry: 'never',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used before with another body',
    retry: 'never',
  },
  'too-many-requests': { status: 429, title: 'The quota is used up', retry: 'later' },
  internal: { status: 500, title: 'The gateway failed', retry: 'later' },
  'not-implemented': { status: 501, title: 'This operation is not available', retry: 'never' },
  unavailable: { status: 503, title: 'The gateway cannot take the request now', retry: 'later' },
} as const satisfies Record<string, ErrorEntry>;

/** Stable; clients may branch on it. */
export type ErrorCode = keyof typeof errorTable;

/** Those of the operator API alone, which no client ever gets. */
export const operatorErrors = [
  'not-permitted',
  'unknown-dead-letter',
  'request-finished',
  'not-held',
  'not-rerunnable',
  'repeat-not-confirmed',
  'count-differs',
] as const satisfies readonly ErrorCode[];

/** One thing wrong with one field. */
export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body, or `/header/…`, `/query/…`, `/path/…`. */
  readonly pointer: string;
  /** Stable code of the rule that was broken, for example `pattern`. */
  readonly code: string;
  /** What is expected. Never repeats the value, which may be personal data. */
  readonly detail: string;
}

/** A request turned away, with everything the answer needs. */
export class UraError extends Error {
  override readonly name = 'UraError';
  readonly status: number;
  readonly title: string;
  readonly retry: RetryClass;
  readonly errors: readonly FieldError[];
  /** Value of `Retry-After`, in seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** Exact cause for the log only, free of personal data. */
  readonly logReason: string | undefined;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    extra: {
      readonly errors?: readonly FieldError[];
      readonly retryAfterSeconds?: number;
      readonly logReason?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(`${code}: ${detail}`, { cause: extra.cause });
    const entry = errorTable[code];
    this.status = entry.status;
    this.title = entry.title;
    this.retry = entry.retry;
    this.errors = extra.errors ?? [];
    this.retryAfterSeconds = extra.retryAfterSeconds;
    this.logReason = extra.logReason;
  }
}
