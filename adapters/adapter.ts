import type { Outcome } from '../contracts/outcome.js';

/**
 * One registry, spoken to in its own protocol. An adapter turns canonical JSON into the registry's message,
 * signs it, sends it, verifies the answer and turns it back. It knows neither the store nor who is asking
 * over which channel, so it can be driven by the dispatcher, by a test or by a conformance suite alike.
 */
export interface Adapter {
  /** Name in the configuration and in metrics, for example `civil`. */
  readonly name: string;
  readonly operations: ReadonlyMap<string, Operation>;
  /** One exchange. Never rejects for anything that the other side or the network does: that is an Outcome. */
  call(exchange: Exchange, signal: AbortSignal): Promise<Exchanged>;
  /**
   * Asks for the answer to a question that the registry took before (outcome `pending`). Asking again is always
   * safe. Absent where the registry offers no such question: it calls back, or nobody waits.
   *
   * @param ticket of the outcome `pending`.
   */
  poll?(exchange: Exchange, ticket: string, signal: AbortSignal): Promise<Exchanged>;
  /**
   * Asks whether the registry executed the exchange's message id, and for its stored answer if it did. Executes
   * nothing, so asking again is always safe. Absent where the registry offers no such question.
   *
   * Outcomes: that of the stored answer (`answered`, `refused`, `pending`, `manual`); `unavailable` with the reason
   * `not-executed` when the registry says that it has not executed it so far, and with any other reason when the
   * registry could not be asked; `unknown` and `invalid` as of {@link call}, about this question.
   */
  status?(exchange: Exchange, signal: AbortSignal): Promise<Exchanged>;
  /**
   * Opens a message that a registry sent by itself, to answer an earlier question (`POST /v1/callbacks/{adapter}`).
   * Absent where the registry never calls.
   *
   * @throws {SignatureRefused} with the exact code; nothing of the message was used.
   */
  openCallback?(message: CallbackMessage): Promise<OpenedCallback>;
  /**
   * Which of several systems behind one adapter an exchange goes to, for the circuit breaker. Absent: there is one.
   *
   * @returns undefined when nobody is called.
   */
  endpointOf?(exchange: Exchange): string | undefined;
  /** Whether the registry can be reached at all, for `/health/ready`. Sends no request that needs a signature. */
  probe(signal: AbortSignal): Promise<boolean>;
  /** Closes connections. */
  close(): Promise<void>;
}

/** What one operation of a registry promises; read by the dispatcher, not by the adapter itself. */
export interface Operation {
  readonly name: string;
  /** File stem of the canonical schema of its answer. */
  readonly evidenceType: string;
  /** Whether the registry executes a message id once and gives its stored answer to a repetition. */
  readonly idempotentByMessageId: boolean;
  /**
   * Compares what was asked with what was answered, by a registry or by an officer: an answer about somebody else
   * is none.
   *
   * @param evidence valid by the canonical schema.
   * @returns a stable code of what it is about instead; undefined when it fits.
   */
  mismatch?(evidence: unknown, exchange: Exchange): string | undefined;
}

/** A question to a registry, in canonical terms. */
export interface Exchange {
  /** UUID; sent as wsa:MessageID (`urn:uuid:…`) and stable over every repetition of the same question. */
  readonly messageId: string;
  readonly operation: string;
  readonly subject: Identifier;
  /** Already valid against the service's own schema. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly consentRef?: string;
  readonly requester: Requester;
  readonly caseId: string;
  /** Milliseconds since the epoch; the call is given up at this moment at the latest. */
  readonly deadlineAt: number;
  /** W3C Trace Context header to send on. */
  readonly traceparent?: string;
}

/** `contracts/canonical/identifier.schema.json` */
export interface Identifier {
  /** `NID`, `NUIS` or `PROPERTY`; the shapes overlap, so an identifier always carries its scheme. */
  readonly scheme: 'NID' | 'NUIS' | 'PROPERTY';
  readonly notation: string;
  readonly issuedBy?: string;
}

/** Who asks: the officer's identity travels to the registry. */
export interface Requester {
  readonly organisation: string;
  readonly officer: string;
  readonly unit: string;
}

/** A callback as it came in. */
export interface CallbackMessage {
  readonly method: string;
  /** Absolute, as the registry addressed it. */
  readonly targetUri: string;
  /** As received, by turns name and value. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** A callback whose signature verified. Its content is read only beside the question that it answers. */
export interface OpenedCallback {
  /** The id of the exchange that it answers (a UUID), out of the signed part. */
  readonly messageId: string;
  /**
   * The answer, held against the question. `requestBytes` are absent; `answerBytes` are the callback's own.
   * Never `pending`, `unavailable` or `unknown`.
   *
   * @param ticket under which the registry took the question; the callback must name the same. Absent when that
   *   answer never arrived: then the question alone ties them.
   */
  read(exchange: Exchange, ticket?: string): Promise<Exchanged>;
  /** A signed answer to the callback itself. Sent after the outcome was stored. */
  acknowledge(verdict: CallbackVerdict): Promise<CallbackAnswer>;
}

/** What became of a callback: stored, or refused for a reason that the registry may know. */
export type CallbackVerdict = 'taken' | 'unknown-request' | 'already-finished' | 'not-accepted';

export interface CallbackAnswer {
  readonly status: number;
  /** Lower-case names, content type included. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The outcome and the bytes that prove it. */
export interface Exchanged {
  readonly outcome: Outcome;
  /** Exactly as sent. Absent when nothing was sent. */
  readonly requestBytes?: Uint8Array;
  /** Default `text/xml`. */
  readonly requestMediaType?: string;
  /** What the signature of the request needs besides its bytes, to be verified again: signed header fields. */
  readonly requestMeta?: Readonly<Record<string, unknown>>;
  /** Exactly as received, also when it was refused. Absent when nothing came. */
  readonly answerBytes?: Uint8Array;
  readonly answerMediaType?: string;
  /** As `requestMeta`, for the answer. */
  readonly answerMeta?: Readonly<Record<string, unknown>>;
  /** SHA-256 thumbprint (hex) of the certificate, or id of the key, that the answer was verified with. */
  readonly answerSignedBy?: string;
  /** Wall-clock milliseconds of each hop inside the adapter, for the latency histograms. */
  readonly timings: { readonly signMs: number; readonly callMs: number; readonly verifyMs: number };
}
