import { createHash } from 'node:crypto';
import type { Client } from '../authorisation/authorise.js';
import type { Clock } from '../clock.js';
import type { Snapshot } from '../config/snapshot.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import { type FieldError, UraError } from '../errors.js';
import { checkSubject } from './check-subject.js';
import type { CaseStep, Envelope, EvidenceItem, Priority, Reason, StoredRequest } from './request.js';
import type { RequestStore } from './request-store.js';

/** A submission whose sender is known and whose body fits the API description. */
export interface Submission {
  /** Becomes the request's id if it is new. */
  readonly id: string;
  readonly client: Client;
  readonly idempotencyKey: string;
  /** Repeated in the result, for whoever submitted over Kafka and has no id of the request yet. */
  readonly submissionId?: string;
  readonly body: RequestBody;
  /** The body exactly as it was signed. */
  readonly bodyBytes: Uint8Array;
  /** What a repetition has to have in common with it. Default: all of its bytes. */
  readonly sameBytes?: Uint8Array;
  /** What the signature over the body needs to be verified again, for the evidence. */
  readonly proof: { readonly signedBy: string; readonly meta: Readonly<Record<string, unknown>> };
  readonly traceparent: string;
  /** Set when a procedure asks: the bytes and their proof are then those of the case's submission. */
  readonly case?: CaseStep;
  /** Goes to the officers at once, and not to the registry. Default false. */
  readonly byHand?: boolean;
  /** Where the body names none. Default `interactive`: whoever asks over HTTP mostly has somebody waiting. */
  readonly defaultPriority?: Priority;
}

/** `NewRequest` of `openapi/gateway.yaml`. */
export interface RequestBody extends Omit<Envelope, 'parameters' | 'case' | 'submissionId'> {
  readonly deadline?: string;
  /** Default: that of the way it came. */
  readonly priority?: Priority;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

export interface AcceptParts {
  /** The configuration in use at this moment. */
  readonly current: () => Pick<Snapshot, 'queries' | 'meaning' | 'authorise'>;
  readonly store: RequestStore;
  readonly dispatcher: Pick<Dispatcher, 'reserve' | 'dispatch'>;
  readonly clock: Clock;
  readonly defaultDeadlineMs: number;
  readonly onAccepted: (request: StoredRequest) => void;
}

const askedByHand: Reason = {
  code: 'answered-by-hand',
  detail: 'The registry gave no answer, and the officers were asked instead.',
};

/** The latest deadline that makes sense: statutory answer times are days, not years. */
const LONGEST_DEADLINE_MS = 365 * 24 * 3_600_000;

/**
 * Takes a submission in: checks what the API description cannot, decides, stores, and starts work at once when
 * the lane has room. After it returns, the request survives anything that happens to this process.
 *
 * @throws {UraError} `unknown-service`, `invalid-request`, `not-granted`, `field-not-granted`,
 *   `idempotency-key-reused`.
 */
export async function accept(
  parts: AcceptParts,
  submission: Submission,
): Promise<{ request: StoredRequest; repeated: boolean }> {
  const { client, body } = submission;
  const { queries, meaning, authorise } = parts.current();
  const service = queries.get(body.service);
  const bodySha256 = createHash('sha256')
    .update(submission.sameBytes ?? submission.bodyBytes)
    .digest();
  // A repetition is answered even when the same body would not be taken any more: its deadline may be past, or the
  // service or grant taken away.
  const findEarlier = async () => {
    const earlier = await parts.store.findByKey(client.id, submission.idempotencyKey, bodySha256);
    return earlier?.kind === 'repeated' ? { request: earlier.request, repeated: true } : undefined;
  };
  if (!service) {
    const earlier = await findEarlier();
    if (earlier) return earlier;
    throw new UraError('unknown-service', 'GET /v1/services lists the services that can be asked.');
  }

  const now = parts.clock.now();
  const { defaultDeadlineMinutes } = service.settings;
  const defaultMs =
    defaultDeadlineMinutes === undefined ? parts.defaultDeadlineMs : defaultDeadlineMinutes * 60_000;
  const deadlineAt = body.deadline === undefined ? now + defaultMs : Date.parse(body.deadline);
  const parameters = body.parameters ?? {};
  const checked = checkSubject(body.subject, service.settings);
  const errors: FieldError[] = [
    ...(checked.ok ? [] : [checked.error]),
    ...service.checkParameters(parameters),
    ...checkDeadline(deadlineAt, now),
    ...checkFields(body.requestedFields ?? [], meaning.fieldsOf(body.service)),
  ];
  if (errors.length > 0 || !checked.ok) {
    const earlier = await findEarlier();
    if (earlier) return earlier;
    throw new UraError('invalid-request', 'The fields named in errors are not valid.', { errors });
  }

  const { service: code, purpose, legalBasis, consentRef, requester, caseId, requestedFields } = body;
  const envelope: Envelope = {
    service: code,
    subject: checked.subject,
    purpose,
    legalBasis,
    requester,
    caseId,
    parameters,
    ...(consentRef === undefined ? {} : { consentRef }),
    ...(requestedFields === undefined ? {} : { requestedFields }),
    ...(submission.case === undefined ? {} : { case: submission.case }),
    ...(submission.submissionId === undefined ? {} : { submissionId: submission.submissionId }),
  };
  const authorisation = authorise(client, service.settings, envelope);
  if (!authorisation.allowed) {
    const earlier = await findEarlier();
    if (earlier) return earlier;
    throw new UraError(
      authorisation.code,
      'Access is given by the agency that holds the data; ask it for a grant.',
      {
        logReason: authorisation.rule,
        errors: authorisation.fields.map((index) => ({
          pointer: `/requestedFields/${index}`,
          code: 'field-not-granted',
          detail: 'is not granted',
        })),
      },
    );
  }

  const byHand = submission.byHand === true;
  const reserved = byHand ? undefined : parts.dispatcher.reserve(service.settings.adapter, client.id);
  let used = false;
  try {
    const accepted = await parts.store.accept({
      request: {
        id: submission.id,
        clientId: client.id,
        municipality: client.municipality,
        service: code,
        adapter: service.settings.adapter,
        operation: service.settings.operation,
        caseId,
        envelope,
        decision: authorisation.decision,
        warnings: checked.warnings,
        priority: body.priority ?? submission.defaultPriority ?? 'interactive',
        traceparent: submission.traceparent,
        deadlineAt,
        acceptedAt: now,
      },
      idempotencyKey: submission.idempotencyKey,
      bodySha256,
      evidence: evidenceOf(submission, authorisation.decision, envelope),
      ...(reserved ? { lease: reserved.lease } : {}),
      ...(byHand ? { byHand: askedByHand } : {}),
    });
    if (accepted.kind === 'other-body') {
      throw new UraError('idempotency-key-reused', 'Use a new Idempotency-Key for a new request.');
    }
    if (accepted.kind === 'new') parts.onAccepted(accepted.request);
    if (accepted.kind === 'new' && reserved) {
      used = true;
      parts.dispatcher.dispatch({ ...accepted.request, abandoned: false }, reserved.place);
    }
    return { request: accepted.request, repeated: accepted.kind === 'repeated' };
  } finally {
    if (!used) reserved?.place.giveBack();
  }
}

function evidenceOf(
  { bodyBytes, proof }: Submission,
  decision: StoredRequest['decision'],
  { case: step, service, subject, parameters }: Envelope,
): EvidenceItem[] {
  // A procedure's question does not stand in what the client signed: it is part of what was decided.
  const decided = step === undefined ? decision : { ...decision, case: step, service, subject, parameters };
  return [
    { kind: 'client-request', bytes: bodyBytes, mediaType: 'application/json', ...proof },
    { kind: 'decision', bytes: Buffer.from(JSON.stringify(decided)), mediaType: 'application/json' },
  ];
}

/** What is wrong with a deadline, a request's or a case's: milliseconds since the epoch. */
export function checkDeadline(deadlineAt: number, now: number): FieldError[] {
  const wrong = (code: string, detail: string): FieldError[] => [{ pointer: '/deadline', code, detail }];
  if (Number.isNaN(deadlineAt)) return wrong('format', 'is not a date and time');
  if (deadlineAt <= now) return wrong('deadline-passed', 'lies in the past');
  if (deadlineAt > now + LONGEST_DEADLINE_MS) return wrong('deadline-far', 'lies more than a year ahead');
  return [];
}

function checkFields(asked: readonly string[], known: ReadonlySet<string>): FieldError[] {
  return asked.flatMap((field, index) =>
    known.has(field)
      ? []
      : [
          {
            pointer: `/requestedFields/${index}`,
            code: 'unknown-field',
            detail: 'the answer has no such field',
          },
        ],
  );
}
