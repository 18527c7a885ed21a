import { createHash } from 'node:crypto';
import type { Ids } from '../ids.js';
import type { EvidenceItem, OutgoingEvent, Reason, Result, StoredRequest } from '../requests/request.js';
import type { FinalState } from '../requests/states.js';
import type { EventRecipient } from '../signing/kafka-event/event-keys.js';
import { eventSealer } from '../signing/profiles/kafka-event.js';
import type { Signer } from '../signing/signer.js';

export interface EventParts {
  readonly ids: Ids;
  /** CloudEvents `source`, for example `https://ura.example/gateway`. */
  readonly source: string;
  /** Where the contracts are published, for `dataschema`; no trailing slash. */
  readonly contractsUrl: string;
  readonly signer: Signer;
  /** Key to which a municipality wants its events encrypted; undefined where it did not opt in. */
  readonly recipientOf: (municipality: string) => EventRecipient | undefined;
}

export interface Ending {
  readonly state: FinalState;
  readonly result?: Result;
  readonly reason?: Reason;
  readonly evidence: readonly EvidenceItem[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface EventMaker {
  /** @returns the event as it is sent, and as evidence: readable, with all that its signature covers. */
  make(request: StoredRequest, ending: Ending): Promise<{ event: OutgoingEvent; proof: EvidenceItem }>;
}

/** Topic on which one municipality, and nobody else, reads its results. */
export function resultsTopic(municipality: string): string {
  return `oss.${municipality}.results.v1`;
}

/**
 * Makes the event that tells the municipality how its request ended: binary CloudEvents 1.0 over Kafka, value
 * by `contracts/events/result.v1.schema.json`, key = case id. Headers carry no personal data.
 */
export function createEventMaker(parts: EventParts): EventMaker {
  const sealer = eventSealer(parts);
  return {
    async make(request, ending) {
      const id = parts.ids.next();
      const time = new Date(ending.at).toISOString();
      const value = Buffer.from(
        JSON.stringify({
          requestId: request.id,
          caseId: request.caseId,
          service: request.service,
          municipality: request.municipality,
          state: ending.state,
          ...(ending.result ? { result: ending.result } : {}),
          ...(ending.reason ? { reason: ending.reason } : {}),
          warnings: request.warnings,
          finishedAt: time,
          evidence: ending.evidence.map((item) => ({
            kind: item.kind,
            sha256: createHash('sha256').update(item.bytes).digest('hex'),
          })),
        }),
      );
      const attributes = {
        ce_id: id,
        ce_source: parts.source,
        ce_type: `ura.request.${ending.state}.v1`,
        ce_subject: request.id,
        ce_time: time,
        ce_dataschema: `${parts.contractsUrl}/events/result.v1.schema.json`,
      };
      // Asked in the same turn as the signature, after which the key may be another.
      const signedBy = parts.signer.keyId;
      const sealed = await sealer.seal(
        { attributes, value, now: ending.at },
        parts.recipientOf(request.municipality),
      );
      const event: OutgoingEvent = {
        id,
        topic: resultsTopic(request.municipality),
        key: request.caseId,
        value: sealed.value,
        headers: { ...sealed.headers, ...(request.traceparent ? { traceparent: request.traceparent } : {}) },
      };
      const proof: EvidenceItem = {
        kind: 'result',
        bytes: value,
        mediaType: 'application/json',
        signedBy,
        // With these, the signature can be verified again without the event as it came out of Kafka.
        meta: { headers: { ...attributes, ce_signature: sealed.signature } },
      };
      return { event, proof };
    },
  };
}
