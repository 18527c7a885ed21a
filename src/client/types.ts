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

/** What can be asked, and whether its registry is up. */
export interface Service {
  readonly code: string;
  readonly name: { readonly sq: string; readonly en: string };
  readonly registry: string;
  readonly operation: string;
  readonly subjectSchemes: readonly ('NID' | 'NUIS' | 'PROPERTY')[];
  readonly evidenceType: string;
  /** JSON Schema of the request's `parameters`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly registryState: { readonly state: 'up' | 'impaired' | 'unknown'; readonly since?: string };
}

/** Value of an event on `oss.<municipality>.results.v1` (contracts/events/result.v1.schema.json). */
export interface ResultValue {
  readonly requestId: string;
  readonly caseId: string;
  readonly service: string;
  readonly municipality: string;
  /** Present when a procedure asked: the case and the step that the request was made for. */
  readonly case?: { readonly id: string; readonly step: string; readonly item?: number };
  readonly state: 'answered' | 'refused' | 'failed' | 'expired' | 'cancelled';
  readonly result?: RequestResult;
  readonly reason?: { readonly code: string; readonly detail: string };
  readonly warnings: readonly RequestWarning[];
  readonly finishedAt: string;
  readonly evidence: readonly { readonly kind: string; readonly sha256: string }[];
}
