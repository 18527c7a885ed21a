import { createHash } from 'node:crypto';
import type { Client } from '../authorisation/authorise.js';
import type { KafkaMessage } from '../client/event-source.js';
import type { Clock } from '../clock.js';
import { UraError } from '../errors.js';
import { clockSkewMs } from '../evidence/clock-skew.js';
import { toUraError } from '../http/to-ura-error.js';
import { type Ids, uuidOf } from '../ids.js';
import { continueTrace } from '../observe/traceparent.js';
import type { RequestBody, Submission } from '../requests/accept.js';
import type { Priority, StoredRequest } from '../requests/request.js';
import type { RequestStore } from '../requests/request-store.js';
import { SignatureRefused } from '../signing/refusals.js';
import { parseStrictJson } from '../strict-json.js';
import { type OpenedSubmission, type OpeningParts, openSubmission } from './open-submission.js';
import type { MakeRefusalEvent } from './refusal-event.js';
import type { RefusalStore } from './refusal-store.js';

/** What came of one record. The log gets ids, codes and the place in the topic. */
export interface IntakeObserver {
  accepted(message: KafkaMessage, request: StoredRequest, repeated: boolean): void;
  /** The municipality is told, unless it was told before. */
  refused(message: KafkaMessage, clientId: string, logId: string, error: UraError, repeated: boolean): void;
  /** Nobody is told, because nobody is known to have sent it. */
  ignored(message: KafkaMessage, reason: SignatureRefused): void;
}

export interface TakeParts {
  readonly opening: () => Omit<OpeningParts, 'now'>;
  readonly findClient: (id: string) => Client | undefined;
  /** As the HTTP API checks the body of `POST /v1/requests`. @throws {UraError} */
  readonly validate: (submissionId: string, body: unknown) => void;
  readonly accept: (submission: Submission) => Promise<{ request: StoredRequest; repeated: boolean }>;
  readonly findByKey: RequestStore['findByKey'];
  readonly refusals: RefusalStore;
  readonly makeRefusal: MakeRefusalEvent;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Older submissions are refused; long enough for a broker that was down. */
  readonly maxAgeMs: number;
  /** Of submissions that name none. */
  readonly defaultPriority: Priority;
  readonly observe: IntakeObserver;
  /** An event was committed. */
  readonly onEvent: () => void;
}

/** Failures of our own at one record, after which it is refused so that those behind it can go on. */
const mostFailures = 8;
/** Between two looks at a record that is signed ahead of our clock: a clock may be put right at any moment. */
const longestPauseSeconds = 15;

/**
 * Takes one record in. When it resolves, what came of the record is committed: a request, or a refusal with its event,
 * each of them once however often the record is brought. It rejects when the record has to come again later: the
 * store is away, the gateway has too much to do, or it failed.
 */
export function createTake(parts: TakeParts): (message: KafkaMessage) => Promise<void> {
  const failures = new Map<string, number>();
  return async (message) => {
    let submission: OpenedSubmission;
    try {
      submission = await openSubmission(message, { ...parts.opening(), now: parts.clock.now() });
    } catch (error) {
      if (!(error instanceof SignatureRefused)) throw error;
      return parts.observe.ignored(message, error);
    }
    const place = `${message.topic}/${message.partition}/${message.offset}`;
    try {
      await takeOpened(parts, message, submission, failures.get(place) ?? 0);
      failures.delete(place);
    } catch (error) {
      const failure = toUraError(error);
      if (failure.code === 'internal') failures.set(place, (failures.get(place) ?? 0) + 1);
      throw failure;
    }
  };
}

async function takeOpened(
  parts: TakeParts,
  message: KafkaMessage,
  submission: OpenedSubmission,
  failedBefore: number,
): Promise<void> {
  const logId = parts.ids.next();
  const traceparent = continueTrace(submission.traceparent);
  const { clientId, id, value, signedAt } = submission;
  const bodySha256 = createHash('sha256').update(value).digest();
  const name = { clientId, id, bodySha256, signedAt };
  let refusal: UraError;
  // A message is judged once: by now a grant may be there, and the municipality must not be told two things of it.
  if (await parts.refusals.has(name)) return;
  try {
    const { request, repeated } = await acceptOpened(parts, submission, { logId, traceparent, bodySha256 });
    return parts.observe.accepted(message, request, repeated);
  } catch (error) {
    refusal = toUraError(error);
    if (refusal.code === 'internal' && failedBefore + 1 >= mostFailures) {
      refusal = new UraError('internal', 'Submit it again, signed anew, and report the requestId.', {
        cause: refusal.cause,
      });
    } else if (refusal.retry === 'later') throw refusal;
  }
  const { topic } = submission.signed;
  const at = parts.clock.now();
  const { code } = refusal;
  const eventId = uuidOf('submission-refused', topic, clientId, id, bodySha256.toString('hex'), code);
  const event = await parts.makeRefusal({ submission, traceparent, eventId, error: refusal, logId, at });
  const isNew = await parts.refusals.refuse(name, code, event, at);
  parts.observe.refused(message, clientId, logId, refusal, !isNew);
  if (isNew) parts.onEvent();
}

/** One of two clocks is wrong, and it may be ours: the record comes again, here or at another gateway. */
function requireNotAhead({ signedAt }: OpenedSubmission, now: number): void {
  const aheadMs = signedAt - now - clockSkewMs;
  if (aheadMs <= 0) return;
  throw new UraError('unavailable', 'It is signed ahead of the clock of this gateway.', {
    retryAfterSeconds: Math.min(longestPauseSeconds, Math.ceil(aheadMs / 1000)),
    logReason: 'signed-ahead',
  });
}

async function acceptOpened(
  parts: TakeParts,
  submission: OpenedSubmission,
  { logId, traceparent, bodySha256 }: { logId: string; traceparent: string; bodySha256: Uint8Array },
): Promise<{ request: StoredRequest; repeated: boolean }> {
  const { id, clientId, value, caseId, keyId, signed } = submission;
  requireNotAhead(submission, parts.clock.now());
  if (parts.clock.now() > submission.signedAt + parts.maxAgeMs) {
    // Old, and taken long ago: a topic that is read from its beginning again must not undo what it brought before.
    const earlier = await parts.findByKey(clientId, id, bodySha256);
    if (earlier?.kind === 'repeated') return { request: earlier.request, repeated: true };
    throw new UraError('signature-refused', 'It was signed too long ago: submit it again, signed anew.');
  }
  const client = parts.findClient(clientId);
  if (!client) throw new UraError('not-granted', 'The client is not known any more.');
  const body = parseStrictJson(value);
  parts.validate(id, body);
  const request = body as RequestBody;
  if (request.caseId !== caseId) {
    throw new UraError('invalid-request', 'The fields named in errors are not valid.', {
      errors: [{ pointer: '/caseId', code: 'ce-subject', detail: 'is not the same as ce_subject' }],
    });
  }
  return parts.accept({
    id: logId,
    client,
    idempotencyKey: id,
    submissionId: id,
    body: request,
    bodyBytes: value,
    traceparent,
    defaultPriority: parts.defaultPriority,
    proof: { signedBy: keyId, meta: { profile: 'kafka-event', ...signed } },
  });
}
