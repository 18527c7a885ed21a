import type { ApplicationDraft, ApplicationResource, ApplicationStateReport } from './application-types.js';
import type { CaseDraft, CasePage, CaseResource } from './case-types.js';
import { callPartsOf, type UraClientOptions } from './client-options.js';
import type {
  AdministrativeService,
  AdministrativeSummary,
  QueryService,
  ServiceFilter,
} from './service-types.js';
import { type CallParts, callGateway } from './signed-call.js';
import type {
  ManualAnswer,
  OfficerTaskPage,
  Receipt,
  RequestDraft,
  RequestPage,
  RequestResource,
  RequestState,
} from './types.js';

/** How one submission is sent. */
export interface Submission {
  /**
   * 8 to 64 letters, digits, `_` and `-`. Name the submission before you send it and keep the name: repeating it
   * with the same key never asks the registry twice.
   */
  readonly idempotencyKey: string;
  /** Waits so long for the finished result, 0 to 30 seconds. Default: does not wait. */
  readonly waitSeconds?: number;
}

/**
 * Speaks with a gateway: signs each call, verifies each answer, repeats what may be repeated.
 *
 * ```ts
 * import { createPrivateKey, createPublicKey } from 'node:crypto';
 * import { fileSigner, UraClient } from 'ura/client';
 *
 * const ura = new UraClient({
 *   gateway: 'http://127.0.0.1:8080',
 *   signer: fileSigner({ keyId: 'oss-divjake-2026', privateKey: createPrivateKey(pem) }),
 *   gatewayKeys: [
 *     { partner: 'gateway', keyId: 'gateway-2026', algorithm: 'ecdsa-p256-sha256', publicKey: createPublicKey(pin) },
 *   ],
 * });
 * const request = await ura.submit(
 *   {
 *     service: 'AL012031',
 *     subject: { scheme: 'NID', notation: 'J00101999W' },
 *     purpose: 'social-housing',
 *     legalBasis: 'Ligji 22/2018, neni 26',
 *     requester: { organisation: 'Bashkia Divjakë', officer: 'a.hoxha', unit: 'Zyra me një ndalesë' },
 *     caseId: 'DIV-2026-000124',
 *   },
 *   { idempotencyKey: crypto.randomUUID(), waitSeconds: 10 },
 * );
 * if (request.result?.kind === 'answered') use(request.result.evidence);
 * ```
 *
 * Every method throws {@link UraRefused} when the gateway turns the call away, {@link UraUnreachable} when no
 * answer came, and {@link UraAnswerUntrusted} when one came that is not the gateway's.
 */
export class UraClient {
  readonly #parts: CallParts;
  readonly #callTimeoutMs: number;

  /** @throws {TypeError} when `gateway` is no http origin, no gateway key is pinned, or the profile cannot be opened. */
  constructor(options: UraClientOptions) {
    this.#callTimeoutMs = options.callTimeoutMs ?? 15_000;
    this.#parts = callPartsOf(options);
  }

  /**
   * Submits a request.
   *
   * @returns the request as accepted, or as finished when it ended within `waitSeconds`.
   */
  async submit(
    request: RequestDraft,
    { idempotencyKey, waitSeconds = 0 }: Submission,
  ): Promise<RequestResource> {
    checkKey(idempotencyKey);
    if (!Number.isInteger(waitSeconds) || waitSeconds < 0 || waitSeconds > 30) {
      throw new RangeError('waitSeconds is not a whole number in 0..30');
    }
    const prefer: Record<string, string> = waitSeconds === 0 ? {} : { prefer: `wait=${waitSeconds}` };
    const resource = await callGateway(this.#parts, {
      method: 'POST',
      path: '/v1/requests',
      headers: { 'idempotency-key': idempotencyKey, ...prefer },
      body: request,
      timeoutMs: this.#callTimeoutMs + waitSeconds * 1000,
    });
    return resource as RequestResource;
  }

  /** Reads a request in its present state. */
  async get(id: string): Promise<RequestResource> {
    return (await this.#read(`/v1/requests/${encodeURIComponent(id)}`)) as RequestResource;
  }

  /** Lists the requests of one case, oldest first, one page at a time. */
  async list(query: { caseId: string; limit?: number; after?: string }): Promise<RequestPage> {
    return (await this.#read(`/v1/requests${encodeQuery(query)}`)) as RequestPage;
  }

  /** Withdraws a request. Repeating it gives the cancelled request again. */
  async cancel(id: string, reason: string): Promise<RequestResource> {
    return (await this.#post(`/v1/requests/${encodeURIComponent(id)}/cancel`, { reason })) as RequestResource;
  }

  /** Reads the receipt of a request: what was exchanged, by SHA-256. */
  async receipt(id: string): Promise<Receipt> {
    return (await this.#read(`/v1/requests/${encodeURIComponent(id)}/receipt`)) as Receipt;
  }

  /** Submits an application for a municipal service, for counters of other institutions. */
  async submitApplication(
    application: ApplicationDraft,
    { idempotencyKey }: Pick<Submission, 'idempotencyKey'>,
  ): Promise<ApplicationResource> {
    const headers = { 'idempotency-key': idempotencyKey };
    return (await this.#post('/v1/applications', application, headers)) as ApplicationResource;
  }

  /** Reads an application: the counter's own, or one for this municipality. */
  async application(id: string): Promise<ApplicationResource> {
    return (await this.#read(`/v1/applications/${encodeURIComponent(id)}`)) as ApplicationResource;
  }

  /** Reads a document of an application, byte for byte as the counter attached it. */
  async applicationDocument(id: string, number: number): Promise<Uint8Array> {
    const bytes = await callGateway(this.#parts, {
      method: 'GET',
      path: `/v1/applications/${encodeURIComponent(id)}/documents/${number}`,
      read: (body) => body,
      timeoutMs: this.#callTimeoutMs,
    });
    return bytes as Uint8Array;
  }

  /** Reports where an application stands, for the municipality. */
  async reportApplicationState(id: string, report: ApplicationStateReport): Promise<ApplicationResource> {
    const present = await callGateway(this.#parts, {
      method: 'PUT',
      path: `/v1/applications/${encodeURIComponent(id)}/state`,
      body: report,
      timeoutMs: this.#callTimeoutMs,
    });
    return present as ApplicationResource;
  }

  /** Lists what waits for the officers of this client, oldest first. */
  async officerTasks(page: { limit?: number; after?: string } = {}): Promise<OfficerTaskPage> {
    return (await this.#read(`/v1/officer-tasks${encodeQuery(page)}`)) as OfficerTaskPage;
  }

  /** Answers a request by hand, where no registry does. */
  async answerByHand(id: string, answer: ManualAnswer): Promise<{ id: string; state: RequestState }> {
    const taken = await this.#post(`/v1/requests/${encodeURIComponent(id)}/manual-answer`, answer);
    return taken as { id: string; state: RequestState };
  }

  /**
   * Submits a case: one matter that needs several registries.
   *
   * @param procedure code of the administrative service, for example `AL020101`.
   * @returns the case as accepted; read it again, or wait for its event.
   */
  async submitCase(
    procedure: string,
    draft: CaseDraft,
    { idempotencyKey }: Pick<Submission, 'idempotencyKey'>,
  ): Promise<CaseResource> {
    checkKey(idempotencyKey);
    const path = `/v1/procedures/${encodeURIComponent(procedure)}/cases`;
    return (await this.#post(path, draft, { 'idempotency-key': idempotencyKey })) as CaseResource;
  }

  /** Reads a case: where each step stands, what is missing, what was gathered. */
  async getCase(id: string): Promise<CaseResource> {
    return (await this.#read(`/v1/cases/${encodeURIComponent(id)}`)) as CaseResource;
  }

  /** Lists the cases of one matter, oldest first, one page at a time. */
  async listCases(query: { caseId: string; limit?: number; after?: string }): Promise<CasePage> {
    return (await this.#read(`/v1/cases${encodeQuery(query)}`)) as CasePage;
  }

  /** Withdraws a case and what it still has open. Repeating it gives the cancelled case again. */
  async cancelCase(id: string, reason: string): Promise<CaseResource> {
    return (await this.#post(`/v1/cases/${encodeURIComponent(id)}/cancel`, { reason })) as CaseResource;
  }

  /**
   * Asks again what a step did not get; an incomplete case goes on.
   *
   * @param options.deadline RFC 3339. Default: the case's own, while it lies ahead.
   * @param options.byHand asks the officers instead of the registry; see {@link officerTasks}. Default false.
   */
  async retryStep(
    id: string,
    step: string,
    options: { readonly deadline?: string; readonly byHand?: boolean } = {},
  ): Promise<CaseResource> {
    const path = `/v1/cases/${encodeURIComponent(id)}/steps/${encodeURIComponent(step)}/retry`;
    return (await this.#post(path, options)) as CaseResource;
  }

  /** Lists what can be asked and applied for. */
  async services(filter: ServiceFilter = {}): Promise<readonly (QueryService | AdministrativeSummary)[]> {
    const { items } = (await this.#read(`/v1/services${encodeQuery(filter)}`)) as {
      readonly items: readonly (QueryService | AdministrativeSummary)[];
    };
    return items;
  }

  /**
   * Reads one service; of an administrative one, card and form.
   *
   * @param options.municipality whose card. Default: the client's own.
   * @param options.language of card and form. Default `sq`.
   */
  async service(
    code: string,
    { municipality, language = 'sq' }: { municipality?: string; language?: 'sq' | 'en' } = {},
  ): Promise<QueryService | AdministrativeService> {
    const service = await callGateway(this.#parts, {
      method: 'GET',
      path: `/v1/services/${encodeURIComponent(code)}${encodeQuery({ municipality })}`,
      headers: { 'accept-language': language },
      timeoutMs: this.#callTimeoutMs,
    });
    return service as QueryService | AdministrativeService;
  }

  /** Closes idle connections. */
  close(): void {
    this.#parts.http.close();
  }

  #post(path: string, body: object, headers: Record<string, string> = {}): Promise<unknown> {
    return callGateway(this.#parts, { method: 'POST', path, body, headers, timeoutMs: this.#callTimeoutMs });
  }

  #read(path: string): Promise<unknown> {
    return callGateway(this.#parts, { method: 'GET', path, timeoutMs: this.#callTimeoutMs });
  }
}

/** The part of a target that begins with `?`; empty when nothing is asked for. */
function encodeQuery(query: object): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const encoded = pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  return encoded === '' ? '' : `?${encoded}`;
}

function checkKey(idempotencyKey: string): void {
  if (!/^[A-Za-z0-9_-]{8,64}$/.test(idempotencyKey)) {
    throw new RangeError('idempotencyKey does not have 8 to 64 letters, digits, _ and -');
  }
}
