import { createHash } from 'node:crypto';
import type { Identifier, Requester } from '../../adapters/adapter.js';
import type { Client } from '../authorisation/authorise.js';
import type { Clock } from '../clock.js';
import { type FieldError, UraError } from '../errors.js';
import { checkDeadline } from '../requests/accept.js';
import { checkSubject } from '../requests/check-subject.js';
import type { CaseEvidence, StoredCase } from './case.js';
import type { CaseStore } from './case-keeping.js';
import type { CaseEngine } from './engine.js';
import type { Procedure, ProcedureCatalogue, ProcedureDefinition } from './procedure.js';

/** `NewCase` of `openapi/gateway.yaml`. */
export interface CaseBody {
  readonly applicant: Identifier;
  readonly form: Readonly<Record<string, unknown>>;
  readonly requester: Requester;
  readonly caseId: string;
  readonly consentRef?: string;
  readonly deadline?: string;
}

/** A case whose sender is known and whose body fits the API description. */
export interface CaseSubmission {
  /** Becomes the case's id if it is new. */
  readonly id: string;
  readonly client: Client;
  readonly procedure: string;
  readonly idempotencyKey: string;
  readonly body: CaseBody;
  /** The body exactly as it was signed, and what its signature needs to be verified again. */
  readonly signed: CaseEvidence;
  readonly traceparent: string;
}

export interface SubmitCaseParts {
  readonly procedures: ProcedureCatalogue;
  readonly checkForm: CheckForm;
  readonly store: CaseStore;
  readonly engine: Pick<CaseEngine, 'wake'>;
  readonly clock: Clock;
  readonly defaultDeadlineMs: number;
  readonly lookAgainMs: number;
}

/** Errors of a form, with pointers below `/form`. */
export type CheckForm = (definition: ProcedureDefinition, form: unknown) => FieldError[];

/**
 * Takes a case in: offered by this municipality, form and applicant as the procedure wants them, stored with the
 * procedure as it is now. After it returns, the case survives anything that happens to this process.
 *
 * @throws {UraError} `unknown-procedure`, `service-not-offered`, `invalid-request`, `not-granted`,
 *   `idempotency-key-reused`.
 */
export async function submitCase(
  parts: SubmitCaseParts,
  { id, client, procedure: code, idempotencyKey, body, signed, traceparent }: CaseSubmission,
): Promise<{ stored: StoredCase; repeated: boolean }> {
  // The path belongs to what is asked: the same body for another procedure is another submission.
  const bodySha256 = createHash('sha256').update(`${code}\n`).update(signed.bytes).digest();
  const now = parts.clock.now();
  try {
    const definition = findDefinition(parts.procedures, code, client.municipality);
    if (!client.organisations.includes(body.requester.organisation)) {
      throw new UraError('not-granted', 'The requester has to be an organisation of this client.', {
        logReason: 'organisation',
      });
    }
    const deadlineAt =
      body.deadline === undefined ? now + parts.defaultDeadlineMs : Date.parse(body.deadline);
    const checked = checkApplicant(body.applicant, definition.procedure);
    const errors = [
      ...(checked.ok ? [] : [atApplicant(checked.error)]),
      ...parts.checkForm(definition, body.form),
      ...checkDeadline(deadlineAt, now),
    ].slice(0, 100);
    if (errors.length > 0 || !checked.ok) {
      throw new UraError('invalid-request', 'The fields named in errors are not valid.', { errors });
    }
    const { requester, caseId, consentRef, form } = body;
    const accepted = await parts.store.accept({
      stored: {
        id,
        clientId: client.id,
        municipality: client.municipality,
        caseId,
        definition,
        application: {
          applicant: checked.subject,
          form,
          requester,
          ...(consentRef === undefined ? {} : { consentRef }),
        },
        warnings: checked.warnings.map(atApplicant),
        traceparent,
        deadlineAt,
        acceptedAt: now,
      },
      idempotencyKey,
      bodySha256,
      submission: signed,
      lookAgainMs: parts.lookAgainMs,
    });
    if (accepted.kind === 'other-body') {
      throw new UraError('idempotency-key-reused', 'Use a new Idempotency-Key for a new case.');
    }
    if (accepted.kind === 'new') parts.engine.wake(accepted.stored.id);
    return { stored: accepted.stored, repeated: accepted.kind === 'repeated' };
  } catch (error) {
    if (!(error instanceof UraError) || error.status >= 500) throw error;
    // A repetition is answered even when the same body would not be taken any more.
    const earlier = await parts.store.findByKey(client.id, idempotencyKey, bodySha256);
    if (earlier?.kind === 'repeated') return { stored: earlier.stored, repeated: true };
    throw error;
  }
}

function findDefinition(
  procedures: ProcedureCatalogue,
  code: string,
  municipality: string,
): ProcedureDefinition {
  const found = procedures.find(code, municipality);
  if (found === 'unknown') {
    throw new UraError('unknown-procedure', 'The catalogue of services has no procedure of that code.');
  }
  if (found === 'not-offered') {
    throw new UraError('service-not-offered', 'The municipality of this client does not offer the service.');
  }
  return found;
}

function checkApplicant(applicant: Identifier, procedure: Procedure) {
  return checkSubject(applicant, { subjectSchemes: procedure.applicant });
}

function atApplicant(error: FieldError): FieldError {
  return { ...error, pointer: error.pointer.replace(/^\/subject/, '/applicant') };
}
