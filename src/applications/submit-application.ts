import { createHash } from 'node:crypto';
import type { Identifier, Requester } from '../../adapters/adapter.js';
import type { Client } from '../authorisation/authorise.js';
import type { Clock } from '../clock.js';
import type { ApplicationGrant } from '../config/config.js';
import { type FieldError, UraError } from '../errors.js';
import { checkSubject } from '../requests/check-subject.js';
import type { EvidenceItem } from '../requests/request.js';
import type { Application, DocumentEntry } from './application.js';
import type { ApplicationEventMaker } from './application-event.js';
import type { ApplicationStore } from './application-store.js';

/** `NewApplication` of `openapi/gateway.yaml`. */
export interface ApplicationBody {
  readonly municipality: string;
  readonly service: string;
  readonly caseId: string;
  readonly applicant: Identifier;
  readonly form: Readonly<Record<string, unknown>>;
  readonly requester: Requester;
  readonly documents?: readonly {
    readonly name: string;
    readonly mediaType: string;
    /** Base64 with padding. */
    readonly content: string;
  }[];
}

/** What an administrative service asks of an application. */
export interface ApplicableService {
  /** Version of the effective card; stored with the application. */
  readonly version: string;
  readonly applicant: readonly Identifier['scheme'][];
  /** Errors of the form with pointers below `/form`; empty when it is valid. */
  checkForm(form: unknown): FieldError[];
}

export interface SubmitApplicationParts {
  readonly store: ApplicationStore;
  readonly events: ApplicationEventMaker;
  readonly clock: Clock;
  /** @throws {UraError} `unknown-municipality`, `unknown-service`, `service-not-offered`. */
  readonly serviceOf: (service: string, municipality: string) => ApplicableService;
  readonly grantsOf: (clientId: string) => readonly ApplicationGrant[];
}

export interface ApplicationSubmission {
  /** Becomes the application's id if it is new. */
  readonly id: string;
  readonly client: Client;
  readonly idempotencyKey: string;
  readonly body: ApplicationBody;
  readonly bodyBytes: Uint8Array;
  readonly proof: Pick<EvidenceItem, 'signedBy' | 'meta'>;
}

/**
 * A counter of another institution takes in an application for a municipal service. Its documents are kept byte for
 * byte; it reaches the municipality by an event that is stored in the same transaction.
 *
 * @throws {UraError} `not-granted`, `unknown-municipality`, `unknown-service`, `service-not-offered`,
 *   `invalid-request`, `idempotency-key-reused`.
 */
export async function submitApplication(
  parts: SubmitApplicationParts,
  submission: ApplicationSubmission,
): Promise<Application> {
  const { client, body } = submission;
  const grant = parts
    .grantsOf(client.id)
    .find(
      ({ municipalities, services }) =>
        municipalities.includes(body.municipality) &&
        (services === undefined || services.includes(body.service)),
    );
  if (!grant || !client.organisations.includes(body.requester.organisation)) {
    throw new UraError('not-granted', 'This client may not submit this application; ask the municipality.', {
      logReason: grant ? 'organisation' : 'applications',
    });
  }
  const service = parts.serviceOf(body.service, body.municipality);
  const applicant = checkSubject(body.applicant, { subjectSchemes: service.applicant });
  const documents = (body.documents ?? []).map((document) => ({
    ...document,
    bytes: Buffer.from(document.content, 'base64'),
  }));
  const errors = [
    ...(applicant.ok
      ? []
      : [{ ...applicant.error, pointer: applicant.error.pointer.replace('/subject', '/applicant') }]),
    ...service.checkForm(body.form),
    ...documents.flatMap(({ bytes, content }, index) =>
      // Buffer skips what is no base64, and would keep another document than the one that was signed.
      bytes.toString('base64') === content
        ? []
        : [{ pointer: `/documents/${index}/content`, code: 'base64', detail: 'is not padded base64' }],
    ),
  ];
  if (errors.length > 0 || !applicant.ok) {
    throw new UraError('invalid-request', 'The fields named in errors are not valid.', { errors });
  }
  const submittedAt = parts.clock.now();
  const application = {
    id: submission.id,
    clientId: client.id,
    origin: client.municipality,
    municipality: body.municipality,
    service: body.service,
    serviceVersion: service.version,
    caseId: body.caseId,
    applicant: applicant.subject,
    form: body.form,
    requester: body.requester,
    grant: grant.id,
    documents: documents.map(toEntry),
    submittedAt,
  };
  const decision = {
    grant: grant.id,
    reasons: [`grant ${grant.id} covers the service and the municipality`],
  };
  const taken = await parts.store.take({
    application,
    idempotencyKey: submission.idempotencyKey,
    bodySha256: createHash('sha256').update(submission.bodyBytes).digest(),
    evidence: [
      {
        kind: 'client-request',
        bytes: submission.bodyBytes,
        mediaType: 'application/json',
        ...submission.proof,
      },
      { kind: 'decision', bytes: Buffer.from(JSON.stringify(decision)), mediaType: 'application/json' },
      ...documents.map(({ bytes, mediaType }) => ({ kind: 'document', bytes, mediaType }) as const),
    ],
    event: await parts.events.submitted({
      ...application,
      state: 'submitted',
      updatedAt: submittedAt,
      history: [],
    }),
  });
  if (taken.kind === 'other-body') {
    throw new UraError('idempotency-key-reused', 'Use a new Idempotency-Key for a new application.');
  }
  return taken.application;
}

function toEntry(
  { name, mediaType, bytes }: { name: string; mediaType: string; bytes: Buffer },
  index: number,
): DocumentEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { number: index + 1, name, mediaType, sizeBytes: bytes.length, sha256 };
}
