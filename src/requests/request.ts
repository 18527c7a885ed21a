import type { Identifier, Requester } from '../../adapters/adapter.js';
import type { FieldError } from '../errors.js';
import type { RequestState } from './states.js';

/** What the client asked, after validation: the canonical envelope. Stored as it is. */
export interface Envelope {
  readonly service: string;
  readonly subject: Identifier;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly consentRef?: string;
  readonly requester: Requester;
  readonly caseId: string;
  readonly requestedFields?: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Present when no client but a procedure asks. */
  readonly case?: CaseStep;
  /** What the client itself calls its submission; present when that came over Kafka. */
  readonly submissionId?: string;
}

/** The step of a case that a request is made for. */
export interface CaseStep {
  /** The gateway's id of the case. */
  readonly id: string;
  readonly step: string;
  /** Position in a fan-out, from 0. */
  readonly item?: number;
}

/** Why the request was let through; stored with it, so that it can be judged later against the rules of then. */
export interface Decision {
  /** Id of the grant in `config/policies/`. */
  readonly grant: string;
  /** Dotted names of the fields of the answer that the client gets; a name covers all below it. */
  readonly fields: readonly string[];
  /** One sentence a rule that was checked, in the order of checking. */
  readonly reasons: readonly string[];
}

/** Something odd that is not refused, for example a wrong check letter. */
export type Warning = FieldError;

/** What the client finally gets. */
export type Result =
  | {
      readonly kind: 'answered';
      readonly evidenceType: string;
      readonly evidence: unknown;
      /** Present when no registry but a person answered. */
      readonly fulfilledBy?: 'officer';
    }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'failed'; readonly code: string };

/** Why a request stands where it stands; `code` is stable, `detail` is for people. */
export interface Reason {
  readonly code: string;
  readonly detail: string;
}

/** Who waits: somebody at a counter, or nobody. */
export type Priority = 'interactive' | 'batch';

/** A request of which nobody knows whether the registry executed it; the registry is asked. */
export interface Inquiry {
  /** When the registry first said that it has not executed it. Milliseconds since the epoch. */
  readonly notExecutedAt?: number;
}

/** What kept a request waiting through no fault of the office. */
export interface Delay {
  readonly kind: 'registry-outage';
  readonly registry: string;
  /** RFC 3339, UTC: within the request's own time. */
  readonly from: string;
  readonly until: string;
  /** Of one or several outages between the two. */
  readonly totalMs: number;
}

/** One stored request. Times are milliseconds since the epoch. */
export interface StoredRequest {
  readonly id: string;
  readonly clientId: string;
  readonly municipality: string;
  readonly service: string;
  readonly adapter: string;
  readonly operation: string;
  readonly caseId: string;
  readonly envelope: Envelope;
  readonly decision: Decision;
  readonly warnings: readonly Warning[];
  readonly traceparent?: string;
  readonly state: RequestState;
  readonly reason?: Reason;
  readonly result?: Result;
  readonly attempts: number;
  readonly priority: Priority;
  /** What the registry calls the matter, once it has taken the question and answers later. */
  readonly ticket?: string;
  /** Municipality whose officers can answer by hand. Absent: the one that asked. */
  readonly office?: string;
  /** Present while nobody knows whether the registry executed it. */
  readonly inquiry?: Inquiry;
  /** Of a request that has ended. Absent: none. */
  readonly delays?: readonly Delay[];
  readonly deadlineAt: number;
  readonly acceptedAt: number;
  readonly updatedAt: number;
  readonly finishedAt?: number;
}

/** A request that this process holds the lease on. */
export interface LeasedRequest extends StoredRequest {
  /** True when an earlier holder's lease ran out while it may have been calling the registry. */
  readonly abandoned: boolean;
}

/** Raw bytes that prove one step of an exchange. */
export interface EvidenceItem {
  readonly kind:
    | 'client-request'
    | 'decision'
    | 'registry-request'
    | 'registry-answer'
    | 'result'
    | 'cancellation'
    | 'officer-answer'
    | 'document'
    | 'application-state'
    | 'operator-action'
    | 'registry-outage';
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** Key id or certificate thumbprint (SHA-256, hex) of whoever signed the bytes. */
  readonly signedBy?: string;
  /** What is needed to verify the bytes again: signature headers, verification outcome. No personal data. */
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** An event for the municipality's workflow, complete up to its bytes, waiting to be relayed. */
export interface OutgoingEvent {
  /** CloudEvents `id`; stable over every repetition of the delivery. */
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Uint8Array;
}
