import type { RequestDraft } from './types.js';

/** Body of `POST /v1/applications` (openapi/gateway.yaml, NewApplication). */
export interface ApplicationDraft {
  readonly municipality: string;
  readonly service: string;
  /** The counter's own name of the matter; events of one case stay in order. */
  readonly caseId: string;
  readonly applicant: RequestDraft['subject'];
  /** By the form's schema of the service. */
  readonly form: Readonly<Record<string, unknown>>;
  readonly requester: RequestDraft['requester'];
  /** `content` is base64. */
  readonly documents?: readonly {
    readonly name: string;
    readonly mediaType: string;
    readonly content: string;
  }[];
}

export type ApplicationState =
  | 'submitted'
  | 'received'
  | 'in-review'
  | 'needs-information'
  | 'approved'
  | 'rejected'
  | 'completed'
  | 'withdrawn';

/** An application in its present state (openapi/gateway.yaml, Application). */
export interface ApplicationResource {
  readonly id: string;
  readonly state: ApplicationState;
  readonly municipality: string;
  /** Institution whose counter took it in, for example `AD`. */
  readonly origin: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly caseId: string;
  readonly applicant: RequestDraft['subject'];
  readonly form: Readonly<Record<string, unknown>>;
  readonly requester: RequestDraft['requester'];
  readonly documents: readonly {
    readonly number: number;
    readonly name: string;
    readonly mediaType: string;
    readonly sizeBytes: number;
    readonly sha256: string;
  }[];
  readonly protocolNumber?: string;
  readonly note?: string;
  readonly submittedAt: string;
  readonly updatedAt: string;
  readonly history: readonly {
    readonly state: ApplicationState;
    readonly note?: string;
    readonly officer: RequestDraft['requester'];
    readonly at: string;
  }[];
  readonly links: { readonly self: string; readonly documents: readonly string[] };
}

/** What a municipality reports of an application. */
export interface ApplicationStateReport {
  readonly state: Exclude<ApplicationState, 'submitted'>;
  readonly officer: RequestDraft['requester'];
  /** For the citizen. */
  readonly note?: string;
  readonly protocolNumber?: string;
}

/** Value of an event about a new application (contracts/events/application.v1.schema.json). */
export interface ApplicationValue
  extends Pick<ApplicationDraft, 'municipality' | 'service' | 'caseId' | 'applicant' | 'form' | 'requester'> {
  readonly applicationId: string;
  /** Institution whose counter took it in, for example `AD`. */
  readonly origin: string;
  readonly serviceVersion: string;
  /** Their bytes are read with `UraClient.applicationDocument`; compare them with `sha256`. */
  readonly documents: ApplicationResource['documents'];
  /** RFC 3339, UTC. */
  readonly submittedAt: string;
}

/** Value of an event about the state of an application (contracts/events/application-state.v1.schema.json). */
export interface ApplicationStateValue extends ApplicationStateReport {
  readonly applicationId: string;
  readonly caseId: string;
  /** That handles it. */
  readonly municipality: string;
  /** Institution whose counter took it in: whom this tells. */
  readonly origin: string;
  readonly service: string;
  /** RFC 3339, UTC. */
  readonly reportedAt: string;
}
