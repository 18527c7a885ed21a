import type { Identifier, Requester } from '../../adapters/adapter.js';
import type { Reason, Warning } from '../requests/request.js';
import type { FinalState } from '../requests/states.js';
import type { ProcedureDefinition } from './procedure.js';

/** Where a case can stand. `incomplete` goes back to `running` when a step is tried again; the rest is final. */
export const caseStates = ['running', 'complete', 'incomplete', 'cancelled'] as const;
export type CaseState = (typeof caseStates)[number];
export type CaseEnd = Exclude<CaseState, 'running'>;

/** `not-accepted`: no request was made, because the gateway itself refused it (no grant, no valid subject). */
export type ExchangeState = 'open' | FinalState | 'not-accepted';

/** What a client submitted, after validation. */
export interface Application {
  readonly applicant: Identifier;
  readonly form: Readonly<Record<string, unknown>>;
  readonly requester: Requester;
  readonly consentRef?: string;
}

/** One stored case: one citizen matter. Times are milliseconds since the epoch. */
export interface StoredCase {
  readonly id: string;
  readonly clientId: string;
  readonly municipality: string;
  /** The client's own name of the matter; key of the events. */
  readonly caseId: string;
  /** As it was when the case began. */
  readonly definition: ProcedureDefinition;
  readonly application: Application;
  readonly warnings: readonly Warning[];
  readonly traceparent?: string;
  readonly state: CaseState;
  /** Why it was cancelled. */
  readonly reason?: Reason;
  /** Counts changes, so that of two that plan at the same time one notices. */
  readonly revision: number;
  readonly deadlineAt: number;
  readonly acceptedAt: number;
  readonly updatedAt: number;
  readonly finishedAt?: number;
}

/** One question to one registry, for one step of a case. */
export interface CaseExchange {
  readonly step: string;
  /** Position in the fan-out, from 0; null for a step without. */
  readonly item: number | null;
  /** From 1; a retry begins the next. */
  readonly round: number;
  readonly service: string;
  readonly subject: Identifier;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Given before the request is made, so that making it twice makes one. */
  readonly requestId: string;
  /** True when the request was made for another step or round. */
  readonly reused: boolean;
  /** Whether its request goes to the officers and not to the registry. */
  readonly byHand: boolean;
  /** Whether a request with that id is stored. */
  readonly submitted: boolean;
  /** Whether that request has not ended yet. */
  readonly requestOpen: boolean;
  /** Its request has ended, and nobody has acted on that yet. */
  readonly unsettled: boolean;
  readonly state: ExchangeState;
  readonly reason?: Reason;
  /** Of an answer, as the grant lets it be seen. */
  readonly evidenceType?: string;
  readonly evidence?: unknown;
  readonly plannedAt: number;
  readonly finishedAt?: number;
}

/** A case with everything that was asked for it, in the order of asking. */
export interface LoadedCase {
  readonly stored: StoredCase;
  readonly exchanges: readonly CaseExchange[];
}

/** What a client signed about a case, or was told about it. */
export interface CaseEvidence {
  readonly kind: 'submission' | 'retry' | 'cancellation' | 'result';
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly signedBy?: string;
  /** What the signature over the bytes needs to be verified again. No personal data. */
  readonly meta?: Readonly<Record<string, unknown>>;
}
