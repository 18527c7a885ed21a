import { createAuthorise } from './authorisation/authorise.js';
import type { Catalogue } from './catalogue/catalogue.js';
import type { Clock } from './clock.js';
import type { ComposedProcedures } from './compose-procedures.js';
import type { Meaning } from './config/check-meaning.js';
import type { Config } from './config/config.js';
import type { Dispatcher } from './dispatch/dispatcher.js';
import type { EvidenceStore } from './evidence/evidence-store.js';
import { loadApiDescription } from './http/api-description.js';
import { createExchange } from './http/exchange.js';
import { caseHandlers } from './http/handlers/cases.js';
import { gatewayHandlers } from './http/handlers/gateway.js';
import { requestHandlers } from './http/handlers/requests.js';
import { type ServiceHandlerParts, serviceHandlers } from './http/handlers/services.js';
import { submitHandler } from './http/handlers/submit.js';
import type { Ids } from './ids.js';
import type { Metrics } from './observe/metrics.js';
import type { observers } from './observe/observers.js';
import type { ReadinessParts } from './observe/readiness.js';
import { createFormCheck } from './procedures/submit-case.js';
import type { RequestStore } from './requests/request-store.js';
import type { Completion } from './results/complete.js';
import type { Waiting } from './results/waiting.js';
import { authenticateRequest, signResponse } from './signing/http-sig/index.js';
import { signDetached } from './signing/jws-detached.js';
import type { ReplaySet } from './signing/replay-set.js';
import type { LiveKeys } from './trust/live-keys.js';

/** What the HTTP side is made of; everything in it was made by `compose.ts`. */
export interface HttpComposition {
  readonly config: Config;
  readonly production: boolean;
  readonly catalogue: Catalogue;
  readonly meaning: Meaning;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: LiveKeys;
  readonly requests: RequestStore;
  readonly evidence: EvidenceStore;
  readonly replaySet: ReplaySet;
  readonly completion: Completion;
  readonly dispatcher: Dispatcher;
  readonly waiting: Waiting;
  readonly procedures: ComposedProcedures;
  readonly metrics: Metrics;
  readonly observe: ReturnType<typeof observers>;
  readonly registryState: ServiceHandlerParts['registryState'];
  readonly readiness: ReadinessParts;
}

/** The second half of the wiring: each operation of the API description gets its handler. */
export async function composeExchange(parts: HttpComposition): Promise<ReturnType<typeof createExchange>> {
  const { config, catalogue, meaning, clock, ids, keys, requests, replaySet, metrics } = parts;
  const { completion, dispatcher, waiting } = parts;
  const { gateway } = config;
  const api = await loadApiDescription();
  return createExchange({
    api,
    handlers: {
      submitRequest: submitHandler({
        catalogue,
        fieldsOf: meaning.fieldsOf,
        authorise: createAuthorise(config.policies),
        store: requests,
        dispatcher,
        clock,
        waiting,
        defaultDeadlineMs: gateway.dispatch.defaultDeadlineMinutes * 60_000,
        onAccepted: (request) => metrics.accepted.inc({ service: request.service }),
      }),
      ...requestHandlers({
        store: requests,
        completion,
        clock,
        evidence: parts.evidence,
        signReceipt: (bytes, at) => signDetached(bytes, keys.http, { typ: 'ura-receipt+jws', now: at }),
      }),
      ...caseHandlers({ ...parts.procedures, checkForm: createFormCheck() }),
      ...serviceHandlers({
        catalogue,
        evidenceTypeOf: meaning.evidenceTypeOf,
        registryState: parts.registryState,
      }),
      ...gatewayHandlers({
        document: api.document,
        metrics,
        readiness: parts.readiness,
      }),
    },
    authenticate: (request) =>
      authenticateRequest(request, { findKey: (keyId) => keys.findClientKey(keyId), replaySet, clock }),
    clients: new Map(config.clients.map((client) => [client.id, client])),
    sign: async (answer, signature) => ({
      ...(await signResponse(answer, signature, keys.http, { now: clock.now() })),
    }),
    publicOrigins: gateway.publicOrigins,
    limits: { bytes: gateway.http.bodyLimitBytes, timeoutMs: gateway.http.bodyTimeoutMs },
    nextId: () => ids.next(),
    checkAnswers: !parts.production,
    observe: parts.observe.http,
  });
}
