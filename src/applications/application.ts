import type { Identifier, Requester } from '../../adapters/adapter.js';

/** Where an application can stand. */
export const applicationStates = [
  'submitted',
  'received',
  'in-review',
  'needs-information',
  'approved',
  'rejected',
  'completed',
  'withdrawn',
] as const;

export type ApplicationState = (typeof applicationStates)[number];

/** The one table of legal transitions: what the municipality may report after what. */
export const applicationTransitions: Readonly<Record<ApplicationState, readonly ApplicationState[]>> = {
  submitted: ['received', 'in-review', 'needs-information', 'approved', 'rejected', 'withdrawn'],
  received: ['in-review', 'needs-information', 'approved', 'rejected', 'withdrawn'],
  'in-review': ['needs-information', 'approved', 'rejected', 'withdrawn'],
  'needs-information': ['in-review', 'approved', 'rejected', 'withdrawn'],
  approved: ['completed'],
  rejected: [],
  completed: [],
  withdrawn: [],
};

/** A document as the counter attached it; its bytes are evidence, kept as they are. */
export interface DocumentEntry {
  /** From 1, in the order in which they were attached. */
  readonly number: number;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** One report of the municipality; the first entry is the submission. */
export interface StateEntry {
  readonly state: ApplicationState;
  readonly note?: string;
  readonly officer: Requester;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** One stored application. Times are milliseconds since the epoch. */
export interface Application {
  readonly id: string;
  readonly clientId: string;
  /** Code of the institution whose counter took it in. */
  readonly origin: string;
  readonly municipality: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly caseId: string;
  readonly applicant: Identifier;
  readonly form: Readonly<Record<string, unknown>>;
  readonly requester: Requester;
  readonly grant: string;
  readonly documents: readonly DocumentEntry[];
  readonly state: ApplicationState;
  /** Under which the municipality keeps it. */
  readonly protocolNumber?: string;
  readonly note?: string;
  readonly submittedAt: number;
  readonly updatedAt: number;
  readonly history: readonly StateEntry[];
}
