import type { RequestDraft, RequestWarning } from './types.js';

/** What a client submits: body of `POST /v1/procedures/{code}/cases` (openapi/gateway.yaml, NewCase). */
export interface CaseDraft {
  readonly applicant: { readonly scheme: 'NID' | 'NUIS'; readonly notation: string };
  /** By the form of the procedure. */
  readonly form: Readonly<Record<string, unknown>>;
  readonly requester: RequestDraft['requester'];
  /** The municipality's own name of the citizen's matter; key of the events. */
  readonly caseId: string;
  readonly consentRef?: string;
  /** RFC 3339, UTC. What has not been answered by then is missing. Default: a setting of the gateway. */
  readonly deadline?: string;
}

export type CaseState = 'running' | 'complete' | 'incomplete' | 'cancelled';
export type CaseStepState = 'waiting' | 'running' | 'done' | 'skipped' | 'failed';
export type CaseExchangeState =
  | 'open'
  | 'answered'
  | 'refused'
  | 'failed'
  | 'expired'
  | 'cancelled'
  | 'not-accepted';

/** Why something stands where it stands; a refusal has the registry's own code. */
export interface CaseReason {
  readonly code: string;
  readonly detail: string;
}

export interface BilingualText {
  readonly sq: string;
  readonly en: string;
}

/** One question of a step. */
export interface CaseExchange {
  /** Position among the questions of the step, from 0; absent for a single question. */
  readonly item?: number;
  /** From 1; a retry begins the next. */
  readonly round: number;
  readonly state: CaseExchangeState;
  /** The request was made for another step or round. */
  readonly reused: boolean;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly reason?: CaseReason;
  readonly requestId?: string;
  readonly links?: { readonly request: string; readonly receipt: string };
}

/** One step of the plan. */
export interface CaseStep {
  readonly id: string;
  readonly name?: BilingualText;
  readonly service: string;
  readonly state: CaseStepState;
  readonly optional: boolean;
  /** Steps that have to end before it. */
  readonly after: readonly string[];
  readonly reason?: CaseReason;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly exchanges: readonly CaseExchange[];
}

/** What a case needs and did not get. */
export interface MissingEvidence {
  readonly step: string;
  readonly item?: number;
  readonly reason: CaseReason;
  readonly text: BilingualText;
}

/** A case in its present state (openapi/gateway.yaml, CaseResource). Times are RFC 3339, UTC. */
export interface CaseResource {
  readonly id: string;
  readonly state: CaseState;
  readonly procedure: { readonly code: string; readonly name: BilingualText; readonly version: string };
  readonly municipality: string;
  readonly caseId: string;
  readonly acceptedAt: string;
  readonly updatedAt: string;
  readonly finishedAt?: string;
  readonly deadline: string;
  /** The time that the law gives the office; `dueOn` is its last day. */
  readonly statutory?: { readonly workingDays: number; readonly dueOn: string };
  readonly warnings: readonly RequestWarning[];
  readonly reason?: CaseReason;
  readonly steps: readonly CaseStep[];
  readonly missing: readonly MissingEvidence[];
  readonly evidence: readonly {
    readonly step: string;
    readonly item?: number;
    readonly service: string;
    readonly evidenceType: string;
    readonly evidence: unknown;
    readonly requestId: string;
    readonly links: { readonly request: string; readonly receipt: string };
  }[];
  readonly links: { readonly self: string };
}

/** One page of a matter's cases, oldest first. */
export interface CasePage {
  readonly items: readonly CaseResource[];
  /** There are more; pass it as `after`. */
  readonly next?: string;
}

/** Value of an event about a case (contracts/events/case.v1.schema.json). */
export interface CaseValue {
  readonly id: string;
  readonly caseId: string;
  readonly procedure: string;
  readonly version: string;
  readonly municipality: string;
  readonly state: Exclude<CaseState, 'running'>;
  readonly reason?: CaseReason;
  readonly steps: readonly {
    readonly id: string;
    readonly service: string;
    readonly state: CaseStepState;
    readonly reason?: CaseReason;
    readonly requests: readonly {
      readonly requestId: string;
      readonly item?: number;
      readonly state: CaseExchangeState;
    }[];
  }[];
  readonly missing: readonly MissingEvidence[];
  readonly finishedAt: string;
}
