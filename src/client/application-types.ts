import type { ApplicationDraft, ApplicationResource, ApplicationStateReport } from './types.js';

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
