/**
 * What became of one call to a registry. A value, not an exception: every caller has to say what it does in
 * each of the six cases, and none of them can be forgotten in a `catch`.
 */
export type Outcome =
  | {
      /** The registry answered, and its answer was verified. An empty answer is an answer. */
      readonly kind: 'answered';
      /** Canonical JSON, valid against the schema named by `evidenceType`. */
      readonly evidence: unknown;
      /** File stem in `contracts/canonical/`, for example `family-composition`. */
      readonly evidenceType: string;
    }
  | {
      /** The registry understood the question and said no, in a verified answer. */
      readonly kind: 'refused';
      /** The registry's own code, for example `PERSON_NOT_FOUND`. */
      readonly code: string;
      /** The registry's own words. Shown to the officer, never logged. */
      readonly message: string;
    }
  | {
      /** The registry took the question and answers later. */
      readonly kind: 'pending';
      /** What to quote when asking again; the registry's own name for the matter. */
      readonly ticket: string;
      /** Milliseconds since the epoch: not worth asking before. */
      readonly notBefore?: number;
    }
  | {
      /** The registry has it on paper only, or leaves it to a person: an officer answers by hand. */
      readonly kind: 'manual';
      /** The registry's own code, for example `IN_PAPER_BOOK`. */
      readonly code: string;
      /** Municipality whose officers can answer. Absent: the one that asked. */
      readonly office?: string;
    }
  | {
      /** Surely not executed: nothing of the request reached the registry. May be tried again. */
      readonly kind: 'unavailable';
      readonly reason: FailureReason;
      /** Milliseconds since the epoch: not worth trying before, by the registry's own word or by our breaker. */
      readonly notBefore?: number;
    }
  | {
      /** May have been executed. Only repeated where the operation is idempotent by message id. */
      readonly kind: 'unknown';
      readonly reason: FailureReason;
      /** As of `unavailable`. */
      readonly notBefore?: number;
    }
  | {
      /** The answer failed verification or its schema. Never used, kept as evidence, raises an alarm. */
      readonly kind: 'invalid';
      /** Exact code for the log and the evidence; see `src/signing/refusals.ts`. */
      readonly reason: string;
    };

/** Why a call gave no usable answer; codes, so that they can be counted and tested. */
export type FailureReason =
  | 'connect-refused'
  | 'connect-timeout'
  | 'name-not-resolved'
  | 'tls-failed'
  | 'lane-full'
  | 'circuit-open'
  | 'call-timeout'
  | 'connection-lost'
  | 'http-status'
  | 'unsigned-fault'
  | 'registry-busy'
  /** The registry's own answer to the question after the status of a message id. */
  | 'not-executed'
  | 'lease-expired'
  | 'stopped';
