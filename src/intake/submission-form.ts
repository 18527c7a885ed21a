import type { EventHeaders } from '../signing/event-signature.js';

/** What both sides have to know of a submission over Kafka: its topic, its type, the form of its headers. */

/** CloudEvents `type` of a submission. */
export const submissionType = 'ura.request.submitted.v1';

/** Topic on which the clients of one municipality, and nobody else, submit. */
export function requestsTopic(municipality: string): string {
  return `oss.${municipality}.requests.v1`;
}

/** @returns undefined for a topic that submissions are not read from. */
export function municipalityOf(topic: string): string | undefined {
  return /^oss\.([0-9]{2}|[A-Z]{2})\.requests\.v1$/.exec(topic)?.[1];
}

/**
 * `ce_dataschema` of a submission: the schema of its value as the gateway publishes it that the submission is meant
 * for. Because it is signed, what was meant for one gateway counts at no other, as a signed address does over HTTP.
 *
 * @param origin scheme, host and port of the gateway.
 */
export function submissionSchema(origin: string): string {
  return `${origin}/openapi.json#/components/schemas/NewRequest`;
}

/** Form of each attribute. `ce_id` is an Idempotency-Key, `ce_subject` a case id of `openapi/gateway.yaml`. */
export const submissionShapes: Readonly<Record<keyof EventHeaders, RegExp>> = {
  ce_id: /^[A-Za-z0-9_-]{8,64}$/,
  ce_source: /^[\x21-\x7e]{1,512}$/,
  ce_type: /^ura\.request\.submitted\.v1$/,
  ce_subject: /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/,
  ce_time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/,
  ce_dataschema: /^[\x21-\x7e]{1,512}$/,
};
