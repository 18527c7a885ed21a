import { createHash } from 'node:crypto';
import type { Ids } from '../ids.js';
import type { OutgoingEvent } from '../requests/request.js';
import { eventSealer } from '../signing/profiles/kafka-event.js';
import type { Signer } from '../signing/signer.js';
import { explainFailure } from './judge-failure.js';

/** Where operators, and nobody else, are told of events that were given up. */
export const deadLetterTopic = 'ura.dead-letter.v1';

export interface NoticeParts {
  readonly ids: Ids;
  /** CloudEvents `source`. */
  readonly source: string;
  /** Where the contracts are published; no trailing slash. */
  readonly contractsUrl: string;
  readonly signer: Signer;
}

/** Why and when an event was given up. */
export interface GivenUp {
  readonly reason: string;
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface DeadLetterNotices {
  make(event: OutgoingEvent & { readonly createdAt: number }, why: GivenUp): Promise<OutgoingEvent>;
}

/**
 * Makes the events that tell of events: value by `contracts/events/dead-letter.v1.schema.json`. They name the event and
 * its digest and hold nothing of its value: who reads this topic operates the gateway, and may not read what a
 * municipality is told about citizens.
 */
export function createDeadLetterNotices(parts: NoticeParts): DeadLetterNotices {
  const sealer = eventSealer(parts);
  return {
    async make(event, { reason, attempts, at }) {
      const id = parts.ids.next();
      const time = new Date(at).toISOString();
      const value = Buffer.from(
        JSON.stringify({
          eventId: event.id,
          ...(event.headers.ce_type ? { eventType: event.headers.ce_type } : {}),
          ...(event.headers.ce_subject ? { subject: event.headers.ce_subject } : {}),
          topic: event.topic,
          key: event.key,
          reason: { code: reason, detail: explainFailure(reason) },
          attempts,
          valueBytes: event.value.byteLength,
          valueSha256: createHash('sha256').update(event.value).digest('hex'),
          createdAt: new Date(event.createdAt).toISOString(),
          givenUpAt: time,
        }),
      );
      const attributes = {
        ce_id: id,
        ce_source: parts.source,
        ce_type: 'ura.event.dead-lettered.v1',
        ce_subject: event.id,
        ce_time: time,
        ce_dataschema: `${parts.contractsUrl}/events/dead-letter.v1.schema.json`,
      };
      const sealed = await sealer.seal({ attributes, value, now: at });
      return { id, topic: deadLetterTopic, key: event.key, headers: sealed.headers, value: sealed.value };
    },
  };
}
