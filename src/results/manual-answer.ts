import type { Operation, Requester } from '../../adapters/adapter.js';
import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Client } from '../authorisation/authorise.js';
import type { ManualAnswerGrant } from '../config/config.js';
import { answeredChange } from '../dispatch/attempt.js';
import { toExchange } from '../dispatch/to-exchange.js';
import { type FieldError, UraError } from '../errors.js';
import type { EvidenceItem, StoredRequest } from '../requests/request.js';
import type { RequestStore } from '../requests/request-store.js';
import type { Change, Completion } from './complete.js';

/** `ManualAnswer` of `openapi/gateway.yaml`: what an officer found, or that there is nothing to find. */
export interface ManualAnswerBody {
  readonly officer: Requester;
  /** Where it was found, or why it was answered by hand. */
  readonly reason: string;
  /** Canonical JSON. Either this or `refusal`. */
  readonly evidence?: unknown;
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly document?: {
    readonly name: string;
    readonly mediaType: string;
    /** Base64. */
    readonly content: string;
  };
}

export interface ManualAnswerParts {
  readonly store: Pick<RequestStore, 'findForOfficers'>;
  readonly completion: Completion;
  readonly validateEvidence: ValidateEvidence;
  /** Of the present configuration. */
  readonly grantsOf: (clientId: string) => readonly ManualAnswerGrant[];
  /** What an adapter promises. */
  readonly operationOf: (adapter: string, operation: string) => Operation | undefined;
}

/** An answer as it came in: verified, and valid by the API description. */
export interface ManualAnswer {
  readonly client: Client;
  readonly requestId: string;
  readonly body: ManualAnswerBody;
  readonly bodyBytes: Uint8Array;
  readonly proof: Pick<EvidenceItem, 'signedBy' | 'meta'>;
}

/**
 * An officer answers where no registry does (facts in paper books, local dues of a municipality without a system).
 * The answer passes the same contract as a registry's, its document is kept byte for byte, and it ends the request
 * in one transaction.
 *
 * @throws {UraError} `not-granted`, `unknown-request`, `not-answerable`, `invalid-request`.
 */
export async function answerByHand(parts: ManualAnswerParts, answer: ManualAnswer): Promise<void> {
  const { client, body } = answer;
  const grants = parts.grantsOf(client.id);
  if (grants.length === 0 || !client.organisations.includes(body.officer.organisation)) {
    throw new UraError('not-granted', 'The officers of this client may not answer by hand.', {
      logReason: grants.length === 0 ? 'manual-answers' : 'organisation',
    });
  }
  const municipalities = [...new Set(grants.flatMap((grant) => grant.municipalities))];
  const request = await parts.store.findForOfficers(municipalities, answer.requestId);
  const grant = request && grantFor(grants, request);
  // What belongs to other officers is as unknown as what never was.
  if (!request || !grant) throw new UraError('unknown-request', 'No request for these officers has that id.');
  // What an operator has to decide about, an officer may decide by finding the answer.
  if (request.state !== 'awaiting-officer' && request.state !== 'held') throw notAnswerable();

  requireAnswerFits(parts, request, body);
  const evidence: EvidenceItem[] = [
    {
      kind: 'officer-answer',
      bytes: answer.bodyBytes,
      mediaType: 'application/json',
      ...answer.proof,
      meta: { ...answer.proof.meta, grant: grant.id },
    },
    ...documentEvidence(body),
  ];
  if (!(await parts.completion.apply(request, null, changeBy(request, body, evidence, parts)))) {
    throw notAnswerable();
  }
}

/** The grant by which these officers may answer this request. */
export function grantFor(
  grants: readonly ManualAnswerGrant[],
  { service, office, municipality }: StoredRequest,
): ManualAnswerGrant | undefined {
  return grants.find(
    (grant) => grant.services.includes(service) && grant.municipalities.includes(office ?? municipality),
  );
}

/** What somebody found, whoever that was. */
export type FoundByHand = Pick<ManualAnswerBody, 'evidence' | 'document'>;

/**
 * Holds an answer by hand against the contract of the registry's, and against the question.
 *
 * @throws {UraError} `invalid-request`.
 */
export function requireAnswerFits(
  parts: Pick<ManualAnswerParts, 'validateEvidence' | 'operationOf'>,
  request: StoredRequest,
  found: FoundByHand,
): void {
  const content = found.document?.content;
  const errors = [
    ...checkEvidence(parts, request, found),
    // Buffer skips what is no base64, and would keep another document than the one that was signed.
    ...(content !== undefined && Buffer.from(content, 'base64').toString('base64') !== content
      ? [{ pointer: '/document/content', code: 'base64', detail: 'is not padded base64' }]
      : []),
  ];
  if (errors.length > 0) {
    throw new UraError('invalid-request', 'The fields named in errors are not valid.', { errors });
  }
}

/** The document of an answer byte for byte, to stand below the answer that carries it. */
export function documentEvidence({ document }: FoundByHand): EvidenceItem[] {
  if (document === undefined) return [];
  const bytes = Buffer.from(document.content, 'base64');
  return [{ kind: 'document', bytes, mediaType: document.mediaType }];
}

function checkEvidence(
  parts: Pick<ManualAnswerParts, 'validateEvidence' | 'operationOf'>,
  request: StoredRequest,
  body: FoundByHand,
): FieldError[] {
  if (body.evidence === undefined) return [];
  const operation = parts.operationOf(request.adapter, request.operation);
  if (!operation) throw new Error('the request names an operation that its adapter lacks');
  const wrong = parts.validateEvidence(operation.evidenceType, body.evidence);
  if (wrong.length > 0) {
    return wrong.map((line) => {
      const [pointer = '', code = 'schema'] = line.split(' ');
      const below = pointer === '/' ? '' : pointer;
      return {
        pointer: `/evidence${below}`,
        code,
        detail: `does not fit the contract ${operation.evidenceType}`,
      };
    });
  }
  const mismatch = operation.mismatch?.(body.evidence, toExchange(request));
  return mismatch === undefined
    ? []
    : [{ pointer: '/evidence', code: mismatch, detail: 'is not about what the request asks for' }];
}

function changeBy(
  request: StoredRequest,
  body: ManualAnswerBody,
  evidence: readonly EvidenceItem[],
  parts: ManualAnswerParts,
): Change {
  const reason = { code: 'answered-by-officer', detail: body.reason };
  if (body.refusal) return { to: 'refused', result: { kind: 'refused', ...body.refusal }, reason, evidence };
  const evidenceType = parts.operationOf(request.adapter, request.operation)?.evidenceType as string;
  const result = { kind: 'answered', evidenceType, evidence: body.evidence, fulfilledBy: 'officer' } as const;
  return { ...answeredChange(request, result), reason, evidence };
}

function notAnswerable(): UraError {
  return new UraError('not-answerable', 'It has ended, or it does not wait for an officer.');
}
