import type { X509Certificate } from 'node:crypto';
import type { Receipt } from '../client/types.js';
import type { RequestState } from '../requests/states.js';
import type { EventHeaders } from '../signing/event-signature.js';
import type { FindKey } from '../signing/http-sig/index.js';
import type { TrustedKey } from '../signing/signer.js';
import type { EvidenceStore } from './evidence-store.js';

/** One thing that was looked at. */
export interface Check {
  /** Stable, for example `registry-answer #4: signature`. `#` is the row's sequence. */
  readonly name: string;
  readonly ok: boolean;
  /** What was found, in words; never a value out of a message. */
  readonly detail: string;
}

/** One row of evidence with its bytes. */
export type AuditRow = Awaited<ReturnType<EvidenceStore['read']>>[number];

/** What the requests table says, to be held against the evidence. */
export interface AuditedRequest {
  readonly id: string;
  readonly clientId: string;
  readonly municipality: string;
  readonly service: string;
  readonly caseId: string;
  readonly adapter: string;
  readonly state: RequestState;
  readonly evidenceCount: number;
}

/** Everything that is believed from the start. Public halves only: an auditor signs nothing. */
export interface AuditKeys {
  /** Clients' pinned keys. */
  readonly clients: readonly TrustedKey[];
  /** Operators' pinned keys. */
  readonly operators: readonly TrustedKey[];
  /** Pinned certificates of each registry, by adapter; retired ones included. */
  readonly registries: ReadonlyMap<string, readonly X509Certificate[]>;
  /** Pinned keys of each registry that is spoken to over REST, by adapter; retired ones included. */
  readonly registryKeys: ReadonlyMap<string, readonly TrustedKey[]>;
  /** Certificates with which the gateway signs to registries over SOAP; retired ones included. */
  readonly own: readonly X509Certificate[];
  /** Keys with which the gateway signs to registries over REST; retired ones included. */
  readonly gatewayKeys: readonly TrustedKey[];
  /** Keys with which the gateway signs receipts and events, by key id. */
  readonly gateway: FindKey;
}

export interface AuditInput {
  readonly request: AuditedRequest;
  /** In any order. */
  readonly rows: readonly AuditRow[];
  readonly keys: AuditKeys;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** As it came out of Kafka. Without it nothing is said about Kafka. */
  readonly event?: {
    readonly value: Uint8Array;
    readonly headers: EventHeaders & { readonly ce_signature: string };
  };
  /** As it came over HTTP. Without it nothing is said about receipts. */
  readonly receipt?: Receipt;
}
