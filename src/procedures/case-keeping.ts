import type { OutgoingEvent, Reason } from '../requests/request.js';
import type { CaseEnd, CaseEvidence, CaseExchange, LoadedCase, StoredCase } from './case.js';

/** What accepting a case writes, in one transaction. */
export interface CaseAcceptance {
  readonly stored: Omit<StoredCase, 'state' | 'revision' | 'updatedAt'>;
  readonly idempotencyKey: string;
  readonly bodySha256: Uint8Array;
  readonly submission: CaseEvidence;
  /** Another node looks after the case if this one has not by then, milliseconds. */
  readonly lookAgainMs: number;
}

export type AcceptedCase =
  | { readonly kind: 'new' | 'repeated'; readonly stored: StoredCase }
  | { readonly kind: 'other-body' };

/** How a case ends, with everything that becomes true with it. */
export interface CaseEnding {
  /** What the end was planned from. */
  readonly loaded: LoadedCase;
  readonly state: CaseEnd;
  readonly reason?: Reason;
  readonly evidence: readonly CaseEvidence[];
  readonly event: OutgoingEvent;
  /** For a cancellation: until then its open requests have to be cancelled, else somebody does it again. */
  readonly cleanUpMs?: number;
  readonly at: number;
}

/** With the time at which its signature was good. */
export type SignedByClient = CaseEvidence & { readonly recordedAt: number };

/** Reads and writes of cases and their steps; requests are written where requests always are. */
export interface CaseStore {
  accept(acceptance: CaseAcceptance): Promise<AcceptedCase>;
  /** What a key was used for before; undefined when it is new. */
  findByKey(clientId: string, key: string, bodySha256: Uint8Array): Promise<AcceptedCase | undefined>;
  /** The client's own case; another client's is as unknown as one that never was. */
  find(clientId: string, id: string): Promise<LoadedCase | undefined>;
  listByCase(clientId: string, caseId: string, limit: number, after?: string): Promise<LoadedCase[]>;
  /** A case with its steps as they stand now. */
  load(id: string): Promise<LoadedCase | undefined>;
  /** What the client signed when it submitted the case, or cancelled it. */
  signed(id: string, kind: 'submission' | 'cancellation'): Promise<SignedByClient | undefined>;
  /** @returns false when the case changed since it was loaded: nothing was written. */
  plan(loaded: LoadedCase, exchanges: readonly CaseExchange[], lookAgainMs: number): Promise<boolean>;
  /** The gateway itself refused to make a request: so end all exchanges that were to share it. */
  refuse(id: string, requestId: string, reason: Reason, at: number): Promise<void>;
  /** Nothing is left to do before a request ends or the deadline comes. @returns as `plan`. */
  rest(loaded: LoadedCase): Promise<boolean>;
  /** @returns false when the case changed since it was loaded, or has ended: nothing was written. */
  end(ending: CaseEnding): Promise<boolean>;
  /** Everything open of a cancelled case is cancelled or left to end by itself. */
  cleanedUp(id: string, at: number): Promise<void>;
  /** Asks failed steps again, in a case that goes on. @returns false when it changed since it was loaded. */
  retry(retry: {
    readonly id: string;
    readonly revision: number;
    readonly exchanges: readonly CaseExchange[];
    readonly evidence: CaseEvidence;
    readonly deadlineAt: number;
    readonly lookAgainMs: number;
    readonly at: number;
  }): Promise<boolean>;
  /** Cases that somebody has to look after, taken for `lookAgainMs`. */
  due(limit: number, lookAgainMs: number): Promise<string[]>;
}
