import type { KafkaMessage } from '../client/event-source.js';
import { boundEventHeaders, type EventHeaders } from '../signing/event-signature.js';
import type { FindKey } from '../signing/http-sig/index.js';
import { verifySubmission } from '../signing/kafka-event/submission-signature.js';
import { SignatureRefused } from '../signing/refusals.js';
import { municipalityOf, submissionSchema, submissionShapes } from './submission-form.js';

/** A submission whose sender is known. From here on its value and its attributes may be used. */
export interface OpenedSubmission {
  /** Out of the topic, which the signature covers. */
  readonly municipality: string;
  /** Client that signed. */
  readonly clientId: string;
  readonly keyId: string;
  /** `ce_id`: the idempotency key. */
  readonly id: string;
  readonly caseId: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
  readonly value: Uint8Array;
  /** All that the signature covers besides the value, and the signature: with these it can be verified again. */
  readonly signed: {
    readonly topic: string;
    readonly key: string;
    readonly headers: EventHeaders & { readonly ce_signature: string };
  };
  readonly traceparent: string | undefined;
}

/**
 * A record is read once, so the clock of the one gateway that reads it must not decide what becomes of it: what seems
 * to be signed so far ahead, milliseconds, has its sender and is waited for.
 */
export const aheadMs = 15 * 60_000;

export interface OpeningParts {
  /** Keys of the clients that may submit for this municipality over Kafka, and no others. */
  readonly findKey: (municipality: string) => FindKey;
  readonly publicOrigins: readonly string[];
  readonly limitBytes: number;
  readonly now: number;
}

/**
 * Finds out who sent a record: size, then headers, then the signature. What is refused here has no sender, so nobody
 * is answered; and nothing that the signature does not cover can make a difference to what is answered later.
 *
 * @throws {SignatureRefused} with the exact code, for the log alone.
 */
export async function openSubmission(message: KafkaMessage, parts: OpeningParts): Promise<OpenedSubmission> {
  const { topic, key, value, headers } = message;
  const municipality = municipalityOf(topic);
  if (municipality === undefined) throw new SignatureRefused('submission-topic');
  if (value.length > parts.limitBytes) throw new SignatureRefused('submission-too-large');
  const attributes = readAttributes(headers);
  if (key === null || key !== attributes.ce_subject) throw new SignatureRefused('submission-key');
  const signature = headers.get('ce_signature');
  if (signature === undefined) throw new SignatureRefused('signature-missing');
  const verified = await verifySubmission(
    { topic, attributes, value },
    signature,
    parts.findKey(municipality),
    { now: parts.now, futureMs: aheadMs },
  );
  const schemas = parts.publicOrigins.map(submissionSchema);
  if (!schemas.includes(attributes.ce_dataschema)) throw new SignatureRefused('submission-addressee');
  return {
    municipality,
    clientId: verified.partner,
    keyId: verified.keyId,
    id: attributes.ce_id,
    caseId: attributes.ce_subject,
    signedAt: verified.signedAt,
    value,
    signed: { topic, key, headers: { ...attributes, ce_signature: signature } },
    traceparent: headers.get('traceparent'),
  };
}

function readAttributes(headers: ReadonlyMap<string, string>): EventHeaders {
  if (headers.get('ce_specversion') !== '1.0')
    throw new SignatureRefused('submission-header', 'ce_specversion');
  if (headers.get('content-type') !== 'application/json')
    throw new SignatureRefused('submission-header', 'content-type');
  const attributes: Record<string, string> = {};
  for (const name of boundEventHeaders) {
    const value = headers.get(name);
    if (value === undefined || !submissionShapes[name].test(value))
      throw new SignatureRefused('submission-header', name);
    attributes[name] = value;
  }
  return attributes as EventHeaders;
}
