import type { FieldProblem } from './errors.js';

/** What a client asks: body of `POST /v1/requests` (openapi/gateway.yaml, NewRequest). */
export interface RequestDraft {
  /** Service code, for example `AL012031`. */
  readonly service: string;
  readonly subject: { readonly scheme: 'NID' | 'NUIS' | 'PROPERTY'; readonly notation: string };
  readonly purpose: string;
  /** Law and article by which the municipality may ask. */
  readonly legalBasis: string;
  readonly requester: { readonly organisation: string; readonly officer: string; readonly unit: string };
  /** The municipality's own name of the citizen's matter; events of one case stay in order. */
  readonly caseId: string;
  readonly consentRef?: string;
  /** Only these fields are delivered. Default: all that the grant allows. */
  readonly requestedFields?: readonly string[];
  /** RFC 3339, UTC. Default: a setting of the service. */
  readonly deadline?: string;
  /** `batch` gives way to requests for which somebody waits. Default `interactive`, and `batch` over Kafka. */
  readonly priority?: 'interactive' | 'batch';
  /** What the service asks for beyond the subject. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export type RequestState =
  | 'accepted'
  | 'dispatching'
  | 'retry-wait'
  | 'awaiting-answer'
  | 'awaiting-officer'
  | 'held'
  | 'answered'
  | 'refused'
  | 'failed'
  | 'expired'
  | 'cancelled';

/** What came of a request. */
export type RequestResult =
  | {
      readonly kind: 'answered';
      /** Names the canonical schema of `evidence`. */
      readonly evidenceType: string;
      readonly evidence: unknown;
      /** Present when no registry but a person answered. */
      readonly fulfilledBy?: 'officer';
    }
  | {
      readonly kind: 'refused';
      /** The registry's own code. */
      readonly code: string;
      /** The registry's own words, for the officer. */
      readonly message: string;
    }
  | { readonly kind: 'failed'; readonly code: string };

/** Something that looks wrong and was accepted all the same. */
export interface RequestWarning {
  readonly code: string;
  /** JSON Pointer into the submitted body. */
  readonly pointer: string;
  readonly detail: string;
}

/** A request in its present state (openapi/gateway.yaml, RequestResource). Times are RFC 3339, UTC. */
export interface RequestResource {
  readonly id: string;
  readonly state: RequestState;
  readonly service: string;
  /** Two digits. */
  readonly municipality: string;
  readonly caseId: string;
  readonly purpose: string;
  /** Present when a procedure asked: the case and the step that the request was made for. */
  readonly case?: { readonly id: string; readonly step: string; readonly item?: number };
  readonly acceptedAt: string;
  readonly updatedAt: string;
  /** Present once the request has ended. */
  readonly finishedAt?: string;
  readonly deadline: string;
  /** How often the registry was called. */
  readonly attempts: number;
  readonly warnings: readonly RequestWarning[];
  /** By which grant the client may ask, and which fields it gets. */
  readonly decision: { readonly grant: string; readonly fields: readonly string[] };
  /** Present for `answered`, `refused` and `failed`. */
  readonly result?: RequestResult;
  readonly reason?: { readonly code: string; readonly detail: string };
  /** What kept it waiting through no fault of the office; there once it has ended. */
  readonly delays?: readonly {
    readonly kind: string;
    readonly registry: string;
    readonly from: string;
    readonly until: string;
    readonly totalMs: number;
  }[];
  readonly links: { readonly self: string; readonly receipt: string };
}

/** One page of a case's requests, oldest first. */
export interface RequestPage {
  readonly items: readonly RequestResource[];
  /** There are more; pass it as `after`. */
  readonly next?: string;
}

/** Every message that belongs to a request, by its SHA-256; `signature` is the gateway's detached JWS. */
export interface Receipt {
  readonly requestId: string;
  readonly service: string;
  readonly caseId: string;
  readonly municipality: string;
  readonly state: RequestState;
  readonly issuedAt: string;
  readonly evidence: readonly {
    /** From 1, without gaps. */
    readonly sequence: number;
    readonly kind: string;
    /** Hexadecimal. */
    readonly sha256: string;
    readonly sizeBytes: number;
    readonly mediaType: string;
    readonly recordedAt: string;
    readonly signedBy?: string;
  }[];
  readonly signature: string;
}

/** What waits for an officer of this client (openapi/gateway.yaml, OfficerTask). */
export interface OfficerTask {
  readonly id: string;
  readonly service: string;
  readonly municipality: string;
  /** Municipality whose officers can answer. */
  readonly office: string;
  readonly subject: RequestDraft['subject'];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly requester: RequestDraft['requester'];
  /** Names the canonical schema that the answer has to fit. */
  readonly evidenceType: string;
  readonly acceptedAt: string;
  readonly deadline: string;
  readonly reason?: { readonly code: string; readonly detail: string };
}

/** One page of what waits, oldest first. */
export interface OfficerTaskPage {
  readonly items: readonly OfficerTask[];
  /** There are more; pass it as `after`. */
  readonly next?: string;
}

/** What an officer found, or that there is nothing: either `evidence` or `refusal`. */
export interface ManualAnswer {
  readonly officer: RequestDraft['requester'];
  /** Where it was found, or why it is answered by hand. */
  readonly reason: string;
  readonly evidence?: unknown;
  readonly refusal?: { readonly code: string; readonly message: string };
  /** `content` is base64; kept as evidence byte for byte. */
  readonly document?: { readonly name: string; readonly mediaType: string; readonly content: string };
}

/** Value of an event on `oss.<municipality>.results.v1` (contracts/events/result.v1.schema.json). */
export interface ResultValue {
  readonly requestId: string;
  readonly caseId: string;
  readonly service: string;
  readonly municipality: string;
  /** Present when a procedure asked: the case and the step that the request was made for. */
  readonly case?: { readonly id: string; readonly step: string; readonly item?: number };
  /** Present when the request was submitted over Kafka: the id under which it was. */
  readonly submissionId?: string;
  readonly state: 'answered' | 'refused' | 'failed' | 'expired' | 'cancelled';
  readonly result?: RequestResult;
  readonly reason?: { readonly code: string; readonly detail: string };
  readonly warnings: readonly RequestWarning[];
  readonly finishedAt: string;
  readonly evidence: readonly { readonly kind: string; readonly sha256: string }[];
}

/** Value of the event that tells why a submission over Kafka was not taken (submission-refused.v1.schema.json). */
export interface SubmissionRefusedValue {
  /** `ce_id` of the submission. */
  readonly submissionId: string;
  readonly caseId: string;
  readonly municipality: string;
  /** What `POST /v1/requests` would have answered (RFC 9457). */
  readonly problem: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    /** Stable; branch on it. */
    readonly code: string;
    /** Names it in the gateway's log; quote it when asking for help. */
    readonly requestId: string;
    /** For `invalid-request` and `field-not-granted`. */
    readonly errors?: readonly FieldProblem[];
  };
  readonly refusedAt: string;
}
