import { type Clock, systemClock } from '../clock.js';
import { type ReceivedRequest, verifyRequest } from '../signing/http-sig/index.js';
import { SignatureRefused } from '../signing/refusals.js';
import type { TrustedKey } from '../signing/signer.js';
import type { ApplicationStateValue } from './application-types.js';
import { EventRefused } from './read-event.js';

/** A call of the gateway that verified. */
export interface VerifiedWebhook {
  /** The same in each repetition of the call, and as `ce_id` on the topic. */
  readonly id: string;
  /** `ura.application.state.v1` */
  readonly type: string;
  /** The application's id. */
  readonly subject: string;
  readonly value: ApplicationStateValue;
  /** Key that signed the call. */
  readonly keyId: string;
}

export interface WebhookOptions {
  /** The gateway's pinned keys. */
  readonly gatewayKeys: readonly TrustedKey[];
  readonly clock?: Clock;
}

/** Of a structured CloudEvent (CloudEvents JSON event format 1.0). */
const mediaType = 'application/cloudevents+json';

/**
 * Reads a webhook call: verifies the gateway's `http-sig` signature over method, address, type and body, and only
 * then reads the CloudEvent in it. Answer 2xx once you have kept it: any other answer, and it comes again. A call may
 * come more than once, so remember its `id`; that makes a replayed one harmless as well.
 *
 * @param request `targetUri` as it is configured at the gateway, never out of the Host field of the call.
 * @throws {EventRefused} answer 401, and use nothing of it.
 */
export function readWebhook(
  request: ReceivedRequest,
  { gatewayKeys, clock = systemClock }: WebhookOptions,
): VerifiedWebhook {
  const { keyId } = verified(request, gatewayKeys, clock);
  const event = readObject(request.body);
  if (event.specversion !== '1.0') throw new EventRefused('event-header', 'specversion');
  if (typeof event.id !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(event.id))
    throw new EventRefused('event-header', 'id');
  if (event.type !== 'ura.application.state.v1') throw new EventRefused('event-header', 'type');
  const { data } = event;
  if (typeof data !== 'object' || data === null) throw new EventRefused('event-value', 'data');
  const value = data as ApplicationStateValue;
  for (const name of ['applicationId', 'caseId', 'municipality', 'origin', 'service', 'state'] as const) {
    if (typeof value[name] !== 'string') throw new EventRefused('event-value', name);
  }
  if (event.subject !== value.applicationId) throw new EventRefused('event-inconsistent', 'applicationId');
  return { id: event.id, type: event.type, subject: value.applicationId, value, keyId };
}

function verified(request: ReceivedRequest, gatewayKeys: readonly TrustedKey[], { now }: Clock) {
  const find = (keyId: string): TrustedKey | undefined => gatewayKeys.find((key) => key.keyId === keyId);
  // An empty body would be signed without its type and digest.
  if (request.method !== 'POST' || request.body.length === 0) throw new EventRefused('event-value', 'body');
  try {
    const found = verifyRequest(request, find, { now: now() });
    const types = request.headers.filter(
      (_, index) => index % 2 === 1 && request.headers[index - 1]?.toLowerCase() === 'content-type',
    );
    if (types.length !== 1 || types[0] !== mediaType) throw new EventRefused('event-header', 'content-type');
    return found;
  } catch (error) {
    throw error instanceof SignatureRefused ? new EventRefused(error.code, error.where) : error;
  }
}

function readObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new EventRefused('event-value', 'JSON');
  }
  if (typeof value !== 'object' || value === null) throw new EventRefused('event-value', 'object');
  return value as Record<string, unknown>;
}
