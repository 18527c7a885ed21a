/** One thing wrong with one field of what was sent. */
export interface FieldProblem {
  /** JSON Pointer (RFC 6901). */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** What the gateway said in its problem details (RFC 9457). */
export interface Refusal {
  readonly status: number;
  /** Stable; branch on it. `unknown` where the answer was no problem document of the gateway. */
  readonly code: string;
  readonly detail: string;
  /** For `invalid-request` and `field-not-granted`. */
  readonly errors: readonly FieldProblem[];
  /** Quote it when asking for help. */
  readonly requestId: string | undefined;
  /** Seconds after which it is worth trying again. */
  readonly retryAfterSeconds: number | undefined;
  /** False where the gateway refused before it knew the client, so that nobody signed the refusal. */
  readonly verified: boolean;
}

/** The gateway turned the call away. */
export class UraRefused extends Error implements Refusal {
  override readonly name = 'UraRefused';
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly verified: boolean;

  constructor(refusal: Refusal) {
    super(`${refusal.status} ${refusal.code}: ${refusal.detail}`);
    this.status = refusal.status;
    this.code = refusal.code;
    this.detail = refusal.detail;
    this.errors = refusal.errors;
    this.requestId = refusal.requestId;
    this.retryAfterSeconds = refusal.retryAfterSeconds;
    this.verified = refusal.verified;
  }
}

/** Why no answer came. */
export type UnreachableCode = 'connect-failed' | 'connection-lost' | 'timeout' | 'answer-too-large';

/**
 * No answer came, after all tries. The call may have been executed: repeat a submission with the same
 * idempotency key, or read the request.
 */
export class UraUnreachable extends Error {
  override readonly name = 'UraUnreachable';

  constructor(
    readonly code: UnreachableCode,
    /** How many times it was sent. */
    readonly tries: number,
  ) {
    super(`${code} after ${tries} ${tries === 1 ? 'try' : 'tries'}`);
  }
}

/** An answer came that cannot be trusted, or that is none of the gateway's. Nothing of it was used. */
export class UraAnswerUntrusted extends Error {
  override readonly name = 'UraAnswerUntrusted';

  constructor(
    readonly status: number,
    /** Exact reason, a code of the signing profile or `not-json`, `redirect`, `compressed`. */
    readonly reason: string,
  ) {
    super(`the answer with status ${status} was not accepted: ${reason}`);
  }
}

/** A request that was to be submitted over Kafka did not get a confirmation of the broker. */
export class UraNotProduced extends Error {
  override readonly name = 'UraNotProduced';

  constructor(
    /** Stable code of the Kafka client, for example `not-connected`. */
    readonly code: string,
    /** False only when it is certain that no broker has it. Submitting it again under the same key is safe anyhow. */
    readonly mayHaveBeenProduced: boolean,
  ) {
    super(mayHaveBeenProduced ? `${code}; it may lie in the topic` : code);
  }
}
