import { boundEventHeaders, type EventHeaders, verifyEvent } from '../signing/event-signature.js';
import { type RefusalCode, SignatureRefused } from '../signing/refusals.js';
import type { TrustedKey } from '../signing/signer.js';
import type { ApplicationStateValue, ApplicationValue } from './application-types.js';
import type { CaseValue } from './case-types.js';
import type { KafkaMessage } from './event-source.js';
import type { ResultValue, SubmissionRefusedValue } from './types.js';

/** A verified event. */
export interface VerifiedEvent<Value> {
  /** `ce_id`: the same in each repetition. */
  readonly id: string;
  readonly source: string;
  /** `ura.request.answered.v1` and the like. */
  readonly type: string;
  /** Id of the request, the case or the application, or of a submission that was refused. */
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly dataschema: string;
  /** W3C Trace Context of the submission. */
  readonly traceparent: string | undefined;
  readonly value: Value;
  /** Exactly as signed: keep these bytes, and `signature`, as the proof. */
  readonly bytes: Uint8Array;
  readonly signature: string;
  /** Key that signed. */
  readonly keyId: string;
}

/** How a request ended. */
export type ResultEvent = VerifiedEvent<ResultValue>;
/** A request that was submitted over Kafka was not taken. */
export type SubmissionRefusedEvent = VerifiedEvent<SubmissionRefusedValue>;
/** How a case ended. */
export type CaseEvent = VerifiedEvent<CaseValue>;
/** A counter of another institution took an application in for this municipality. */
export type ApplicationEvent = VerifiedEvent<ApplicationValue>;
/** Where an application stands, for the institution whose counter took it in. */
export type ApplicationStateEvent = VerifiedEvent<ApplicationStateValue>;

/** Why an event is not handed over. */
export type EventRefusalCode = RefusalCode | 'event-header' | 'event-value' | 'event-inconsistent';

/** An event that is not handed over. Nothing of it may be used. */
export class EventRefused extends Error {
  override readonly name = 'EventRefused';

  constructor(
    readonly code: EventRefusalCode,
    /** Where, never a value. */
    readonly where = '',
  ) {
    super(where === '' ? code : `${code} (${where})`);
  }
}

const headerShapes: Readonly<Record<keyof EventHeaders, RegExp>> = {
  ce_id: /^[\x21-\x7e]{1,128}$/,
  ce_source: /^[\x21-\x7e]{1,512}$/,
  ce_type: /^ura\.(?:request|submission|case|application)\.[a-z]+\.v1$/,
  ce_subject: /^[A-Za-z0-9_-]{8,64}$/,
  ce_time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/,
  ce_dataschema: /^[\x21-\x7e]{1,512}$/,
};

export type FindKey = (keyId: string) => TrustedKey | undefined;

/** Whether an event is about a case, by its own word: reading it verifies the word. */
export function isAboutCase(message: KafkaMessage): boolean {
  return message.headers.get('ce_type')?.startsWith('ura.case.') === true;
}

/** Whether an event says that a submission was not taken, by its own word: reading it verifies the word. */
export function isAboutSubmission(message: KafkaMessage): boolean {
  return message.headers.get('ce_type') === 'ura.submission.refused.v1';
}

/**
 * Reads how a request ended: checks the headers, verifies the signature over the bytes, and only then reads them.
 *
 * @throws {EventRefused}
 */
export function readEvent(message: KafkaMessage, findKey: FindKey, now: number): Promise<ResultEvent> {
  return readVerified(message, findKey, now, requestEnded);
}

/**
 * Reads why a submission was not taken, in the same way.
 *
 * @throws {EventRefused}
 */
export function readSubmissionRefused(
  message: KafkaMessage,
  findKey: FindKey,
  now: number,
): Promise<SubmissionRefusedEvent> {
  return readVerified(message, findKey, now, submissionRefused);
}

/**
 * Reads how a case ended, in the same way.
 *
 * @throws {EventRefused}
 */
export function readCaseEvent(message: KafkaMessage, findKey: FindKey, now: number): Promise<CaseEvent> {
  return readVerified(message, findKey, now, caseEnded);
}

/**
 * Reads an application that was taken in for a municipality, in the same way.
 *
 * @throws {EventRefused}
 */
export function readApplicationEvent(
  message: KafkaMessage,
  findKey: FindKey,
  now: number,
): Promise<ApplicationEvent> {
  return readVerified(message, findKey, now, applicationSubmitted);
}

/**
 * Reads where an application stands, in the same way.
 *
 * @throws {EventRefused}
 */
export function readApplicationStateEvent(
  message: KafkaMessage,
  findKey: FindKey,
  now: number,
): Promise<ApplicationStateEvent> {
  return readVerified(message, findKey, now, applicationState);
}

/** Whether an event on a topic of applications says where one stands, by its own word: reading it verifies it. */
export function isAboutState(message: KafkaMessage): boolean {
  return message.headers.get('ce_type') === 'ura.application.state.v1';
}

/** What the attributes and the topic of one kind of event have to say, given its value. */
interface Kind<Value> {
  /** Texts that the checks rest on. */
  readonly fields: readonly (keyof Value & string)[];
  readonly subjectField: keyof Value & string;
  /** The type, and the field that it repeats. */
  readonly type: (value: Value) => readonly [type: string, field: string];
  /** Topic of the party that the value names, and the field that names it. */
  readonly topic: (value: Value) => readonly [topic: string, field: string];
}

const requestEnded: Kind<ResultValue> = {
  fields: ['requestId', 'caseId', 'municipality', 'state', 'service'],
  subjectField: 'requestId',
  type: ({ state }) => [`ura.request.${state}.v1`, 'state'],
  topic: ({ municipality }) => [`oss.${municipality}.results.v1`, 'municipality'],
};
const submissionRefused: Kind<SubmissionRefusedValue> = {
  fields: ['submissionId', 'caseId', 'municipality'],
  subjectField: 'submissionId',
  type: () => ['ura.submission.refused.v1', 'type'],
  topic: ({ municipality }) => [`oss.${municipality}.results.v1`, 'municipality'],
};
const caseEnded: Kind<CaseValue> = {
  fields: ['id', 'caseId', 'municipality', 'state', 'procedure'],
  subjectField: 'id',
  type: ({ state }) => [`ura.case.${state}.v1`, 'state'],
  topic: ({ municipality }) => [`oss.${municipality}.results.v1`, 'municipality'],
};
const applicationSubmitted: Kind<ApplicationValue> = {
  fields: ['applicationId', 'caseId', 'municipality', 'origin', 'service'],
  subjectField: 'applicationId',
  type: () => ['ura.application.submitted.v1', 'type'],
  topic: ({ municipality }) => [`oss.${municipality}.applications.v1`, 'municipality'],
};
const applicationState: Kind<ApplicationStateValue> = {
  fields: ['applicationId', 'caseId', 'municipality', 'origin', 'service', 'state'],
  subjectField: 'applicationId',
  type: () => ['ura.application.state.v1', 'type'],
  topic: ({ origin }) => [`oss.${origin}.applications.v1`, 'origin'],
};

async function readVerified<Value extends { readonly caseId: string }>(
  message: KafkaMessage,
  findKey: FindKey,
  now: number,
  kind: Kind<Value>,
): Promise<VerifiedEvent<Value>> {
  const headers = readHeaders(message.headers);
  const { keyId } = await verifyEvent(headers, message.value, findKey, { now }).catch((error: unknown) => {
    throw error instanceof SignatureRefused ? new EventRefused(error.code, error.where) : error;
  });
  const value = readValue(message.value, kind.fields);
  if (value.caseId !== message.key) throw new EventRefused('event-inconsistent', 'caseId');
  const [type, saidByType] = kind.type(value);
  if (headers.ce_type !== type) throw new EventRefused('event-inconsistent', saidByType);
  const [topic, party] = kind.topic(value);
  if (message.topic !== topic) throw new EventRefused('event-inconsistent', party);
  if (value[kind.subjectField] !== headers.ce_subject)
    throw new EventRefused('event-inconsistent', kind.subjectField);
  return {
    id: headers.ce_id,
    source: headers.ce_source,
    type: headers.ce_type,
    subject: headers.ce_subject,
    time: headers.ce_time,
    dataschema: headers.ce_dataschema,
    traceparent: message.headers.get('traceparent'),
    value,
    bytes: message.value,
    signature: headers.ce_signature,
    keyId,
  };
}

function readHeaders(headers: ReadonlyMap<string, string>): EventHeaders & { readonly ce_signature: string } {
  if (headers.get('ce_specversion') !== '1.0') throw new EventRefused('event-header', 'ce_specversion');
  const read: Record<string, string> = {};
  for (const name of boundEventHeaders) {
    const value = headers.get(name);
    if (value === undefined || !headerShapes[name].test(value)) throw new EventRefused('event-header', name);
    read[name] = value;
  }
  const signature = headers.get('ce_signature');
  if (signature === undefined) throw new EventRefused('signature-missing');
  return { ...(read as EventHeaders), ce_signature: signature };
}

/** The signed bytes are the gateway's own; what is looked at here is what the checks above rest on. */
function readValue<Value>(bytes: Uint8Array, fields: readonly (keyof Value & string)[]): Value {
  let value: Partial<Value> | null;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<Value> | null;
  } catch {
    throw new EventRefused('event-value', 'JSON');
  }
  if (typeof value !== 'object' || value === null) throw new EventRefused('event-value', 'object');
  for (const name of fields) {
    if (typeof value[name] !== 'string') throw new EventRefused('event-value', name);
  }
  return value as Value;
}
