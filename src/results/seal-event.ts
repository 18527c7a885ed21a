import type { Ids } from '../ids.js';
import type { OutgoingEvent } from '../requests/request.js';
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

/** What an event says, before it is signed. */
export interface EventContent {
  /** CloudEvents `id`. Default: a new one. */
  readonly id?: string;
  /** CloudEvents `type`. */
  readonly type: string;
  /** CloudEvents `subject`: id of what it is about. */
  readonly subject: string;
  /** File in `contracts/events/`. */
  readonly schema: string;
  readonly municipality: string;
  /** The municipality's own name of the matter: its events stay in order. */
  readonly caseId: string;
  readonly traceparent?: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Topic on which one municipality, and nobody else, reads its results. */
export function resultsTopic(municipality: string): string {
  return `oss.${municipality}.results.v1`;
}

/**
 * Makes events for municipalities: binary CloudEvents 1.0 over Kafka, signed, and encrypted for who wants it so.
 * Headers carry no personal data.
 *
 * @returns the event as it is sent, and as evidence: readable, with all that its signature covers.
 */
export function createEventSealing(parts: EventParts) {
  const sealer = eventSealer(parts);
  return async (content: EventContent) => {
    const id = content.id ?? parts.ids.next();
    const value = Buffer.from(JSON.stringify(content.value));
    const attributes = {
      ce_id: id,
      ce_source: parts.source,
      ce_type: content.type,
      ce_subject: content.subject,
      ce_time: new Date(content.at).toISOString(),
      ce_dataschema: `${parts.contractsUrl}/events/${content.schema}`,
    };
    // Asked in the same turn as the signature, after which the key may be another.
    const signedBy = parts.signer.keyId;
    const sealed = await sealer.seal(
      { attributes, value, now: content.at },
      parts.recipientOf(content.municipality),
    );
    const event: OutgoingEvent = {
      id,
      topic: resultsTopic(content.municipality),
      key: content.caseId,
      value: sealed.value,
      headers: { ...sealed.headers, ...(content.traceparent ? { traceparent: content.traceparent } : {}) },
    };
    const proof = {
      kind: 'result' as const,
      bytes: value,
      mediaType: 'application/json',
      signedBy,
      // With these, the signature can be verified again without the event as it came out of Kafka.
      meta: { headers: { ...attributes, ce_signature: sealed.signature } },
    };
    return { event, proof };
  };
}
