import type { Ids } from '../ids.js';
import type { OutgoingEvent } from '../requests/request.js';
import type { EventRecipient } from '../signing/kafka-event/event-keys.js';
import { eventSealer } from '../signing/profiles/kafka-event.js';
import type { Signer } from '../signing/signer.js';
import type { Application, StateEntry } from './application.js';

export interface ApplicationEventParts {
  readonly ids: Ids;
  /** CloudEvents `source`. */
  readonly source: string;
  /** Where the contracts are published; no trailing slash. */
  readonly contractsUrl: string;
  readonly signer: Signer;
  readonly recipientOf: (municipality: string) => EventRecipient | undefined;
}

/** What both sides are told: the municipality of a new application, the counter of each state. */
export interface ApplicationEventMaker {
  submitted(application: Application): Promise<OutgoingEvent>;
  /** @returns beside the event, the same in CloudEvents' structured form, for a webhook. */
  stateReported(
    application: Application,
    entry: StateEntry,
  ): Promise<{ readonly event: OutgoingEvent; readonly structured: Uint8Array }>;
}

/** Topic on which one municipality, or one institution with counters, reads its applications. */
export function applicationsTopic(party: string): string {
  return `oss.${party}.applications.v1`;
}

/**
 * Binary CloudEvents 1.0 over Kafka, values by `contracts/events/application*.v1.schema.json`, key = case id, signed
 * and, for whom it is configured, encrypted. Documents do not travel by Kafka: their digests do.
 */
export function createApplicationEvents(parts: ApplicationEventParts): ApplicationEventMaker {
  const sealer = eventSealer(parts);
  const make = async (
    party: string,
    type: 'submitted' | 'state',
    application: Application,
    value: object,
    at: number,
  ): Promise<{ event: OutgoingEvent; structured: Uint8Array }> => {
    const id = parts.ids.next();
    const schema = type === 'submitted' ? 'application' : 'application-state';
    const attributes = {
      ce_id: id,
      ce_source: parts.source,
      ce_type: `ura.application.${type}.v1`,
      ce_subject: application.id,
      ce_time: new Date(at).toISOString(),
      ce_dataschema: `${parts.contractsUrl}/events/${schema}.v1.schema.json`,
    };
    const bytes = Buffer.from(JSON.stringify(value));
    const sealed = await sealer.seal({ attributes, value: bytes, now: at }, parts.recipientOf(party));
    const event = {
      id,
      topic: applicationsTopic(party),
      key: application.caseId,
      headers: sealed.headers,
      value: sealed.value,
    };
    const named = Object.entries(attributes).map(([name, text]) => [name.slice('ce_'.length), text]);
    const structured = JSON.stringify({
      specversion: '1.0',
      ...Object.fromEntries(named),
      datacontenttype: 'application/json',
      data: value,
    });
    return { event, structured: Buffer.from(structured) };
  };
  return {
    async submitted(application) {
      const { id, caseId, municipality, origin, service, serviceVersion, applicant, form, requester } =
        application;
      const value = {
        applicationId: id,
        caseId,
        municipality,
        origin,
        service,
        serviceVersion,
        applicant,
        form,
        requester,
        documents: application.documents,
        submittedAt: new Date(application.submittedAt).toISOString(),
      };
      const { event } = await make(municipality, 'submitted', application, value, application.submittedAt);
      return event;
    },
    stateReported(application, entry) {
      const { id, caseId, municipality, origin, service, protocolNumber } = application;
      const { state, note, officer, at } = entry;
      const value = {
        applicationId: id,
        caseId,
        municipality,
        origin,
        service,
        state,
        ...(note === undefined ? {} : { note }),
        ...(protocolNumber === undefined ? {} : { protocolNumber }),
        officer,
        reportedAt: new Date(at).toISOString(),
      };
      return make(application.origin, 'state', application, value, at);
    },
  };
}
