import { type Clock, systemClock } from '../clock.js';
import {
  requestsTopic,
  submissionSchema,
  submissionShapes,
  submissionType,
} from '../intake/submission-form.js';
import { signSubmission } from '../signing/kafka-event/submission-signature.js';
import type { Signer } from '../signing/signer.js';
import { UraNotProduced } from './errors.js';
import type { RequestDraft } from './types.js';

/** A signed request as a Kafka record. */
export interface SubmissionRecord {
  /** `oss.<municipality>.requests.v1` */
  readonly topic: string;
  /** The case: its requests stay in order. */
  readonly key: string;
  readonly value: Uint8Array;
  /** Name and text; each name stands once. */
  readonly headers: readonly (readonly [string, string])[];
}

/** Where records go: any Kafka library that says what became of each. */
export interface RecordSink {
  /** Resolves, with one result a record in their order, once a broker has confirmed or refused them. */
  produce(records: readonly SubmissionRecord[]): Promise<
    readonly (
      | { readonly delivered: true }
      | {
          readonly delivered: false;
          readonly code: string;
          readonly mayHaveBeenDelivered: boolean;
        }
    )[]
  >;
}

/** By whom, for whom and for which gateway a request is signed. */
export interface SubmissionSigning {
  /** Scheme, host and port as the gateway itself knows them, for example `https://ura.example`. */
  readonly gateway: string;
  /** Code of the municipality that the client belongs to. */
  readonly municipality: string;
  /** The client's registered key. */
  readonly signer: Signer;
  /** CloudEvents `source`. Default `urn:ura:municipality:<code>`. */
  readonly source?: string;
}

export interface RequestProducerOptions extends SubmissionSigning {
  readonly sink: RecordSink;
  readonly clock?: Clock;
}

/**
 * Submits requests over Kafka, for software that has many and waits for none: the same request as over HTTP, signed,
 * with the same checks and the same idempotency. What becomes of it comes to the topic of results: an event with
 * `submissionId`, or one of type `ura.submission.refused.v1`; see {@link consumeResults}.
 *
 * ```ts
 * const producer = new RequestProducer({ gateway: 'https://ura.example', municipality: '20', signer, sink });
 * await producer.submit(request, { idempotencyKey: crypto.randomUUID() });
 * ```
 */
export class RequestProducer {
  readonly #options: RequestProducerOptions;
  readonly #clock: Clock;

  constructor(options: RequestProducerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Resolves once a broker has it. Repeating it with the same key and the same request never asks a registry twice.
   *
   * @param options.idempotencyKey 8 to 64 letters, digits, `_` and `-`; becomes `ce_id`, and `submissionId` of the
   *   result. Name the submission before you send it, and keep the name.
   * @param options.traceparent W3C Trace Context; comes back with the result.
   * @throws {UraNotProduced} {RangeError}
   */
  async submit(
    request: RequestDraft,
    options: { readonly idempotencyKey: string; readonly traceparent?: string },
  ): Promise<void> {
    const record = await makeSubmissionRecord(request, {
      ...this.#options,
      ...options,
      now: this.#clock.now(),
    });
    const [result] = await this.#options.sink.produce([record]);
    if (result?.delivered !== true)
      throw new UraNotProduced(result?.code ?? 'unconfirmed', result?.mayHaveBeenDelivered ?? true);
  }
}

/**
 * The signed record of one request, for whoever produces it in another way.
 *
 * @param signing.now milliseconds since the epoch.
 * @throws {RangeError} for a key or a case that the gateway would not take.
 */
export async function makeSubmissionRecord(
  request: RequestDraft,
  signing: SubmissionSigning & {
    readonly idempotencyKey: string;
    readonly traceparent?: string;
    readonly now: number;
  },
): Promise<SubmissionRecord> {
  const { municipality, signer, now, idempotencyKey, traceparent } = signing;
  if (!submissionShapes.ce_id.test(idempotencyKey))
    throw new RangeError('idempotencyKey does not have 8 to 64 letters, digits, _ and -');
  if (!submissionShapes.ce_subject.test(request.caseId))
    throw new RangeError('caseId does not have 1 to 64 letters, digits and . _ / -');
  const topic = requestsTopic(municipality);
  const value = Buffer.from(JSON.stringify(request));
  const attributes = {
    ce_id: idempotencyKey,
    ce_source: signing.source ?? `urn:ura:municipality:${municipality}`,
    ce_type: submissionType,
    ce_subject: request.caseId,
    ce_time: new Date(now).toISOString(),
    ce_dataschema: submissionSchema(new URL(signing.gateway).origin),
  };
  const headers = {
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ...attributes,
    ce_signature: await signSubmission({ topic, attributes, value }, signer, { now }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  return { topic, key: request.caseId, value, headers: Object.entries(headers) };
}
