import type { Adapter } from '../../adapters/adapter.js';
import type { ValidateEvidence } from '../../contracts/canonical/validate.js';
import type { Clock } from '../clock.js';
import type { LiveConfig } from '../config/live-config.js';
import type { EvidenceStore } from '../evidence/evidence-store.js';
import type { Admission } from '../http/admission.js';
import type { ApiDescription } from '../http/api-description.js';
import { createExchange, type ExchangeParts, type Handler } from '../http/exchange.js';
import { applicationHandlers } from '../http/handlers/applications.js';
import { callbackHandler } from '../http/handlers/callbacks.js';
import { caseHandlers } from '../http/handlers/cases.js';
import { gatewayHandlers } from '../http/handlers/gateway.js';
import { officerTaskHandlers } from '../http/handlers/officer-tasks.js';
import { requestHandlers } from '../http/handlers/requests.js';
import { type ServiceHandlerParts, serviceHandlers } from '../http/handlers/services.js';
import { submitHandler } from '../http/handlers/submit.js';
import { soapContractHandler, soapHandler } from '../http/soap/soap-handler.js';
import type { Ids } from '../ids.js';
import type { ArchiveStore } from '../months/archive-store.js';
import type { Metrics } from '../observe/metrics.js';
import type { observers } from '../observe/observers.js';
import type { ReadinessParts } from '../observe/readiness.js';
import type { AcceptParts } from '../requests/accept.js';
import type { RequestStore } from '../requests/request-store.js';
import type { Completion } from '../results/complete.js';
import type { Waiting } from '../results/waiting.js';
import { signDetached } from '../signing/jws-detached.js';
import { openSoapProfile } from '../signing/profiles/index.js';
import type { ExchangeStore } from '../signing/profiles/nonrepudiation.js';
import type { ReplaySet } from '../signing/replay-set.js';
import type { VerifyPool } from '../signing/xml/verify-in-worker.js';
import { liveAuthentication } from './clients.js';
import type { ComposedProcedures } from './procedures.js';

/** What the HTTP side is made of; everything in it was made by `compose.ts`. */
export interface HttpComposition {
  readonly api: ApiDescription;
  readonly production: boolean;
  /** Whether requests are taken here; otherwise only health, metrics and documents are served. */
  readonly takesRequests: boolean;
  /** Of what clients and operators send. */
  readonly limits: ExchangeParts['limits'];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly live: LiveConfig;
  readonly requests: RequestStore;
  readonly archive: Pick<ArchiveStore, 'isArchived'>;
  readonly evidence: EvidenceStore;
  readonly replaySet: ReplaySet;
  readonly exchanges: ExchangeStore;
  readonly completion: Completion;
  readonly dispatcher: AcceptParts['dispatcher'];
  /** Called after a request was stored. */
  readonly onAccepted: AcceptParts['onAccepted'];
  readonly applications: Parameters<typeof applicationHandlers>[0];
  readonly adapters: ReadonlyMap<string, Adapter>;
  readonly validateEvidence: ValidateEvidence;
  readonly pool: VerifyPool;
  readonly waiting: Waiting;
  readonly procedures: ComposedProcedures;
  readonly metrics: Metrics;
  readonly admission: Admission;
  readonly observe: ReturnType<typeof observers>;
  readonly registryState: ServiceHandlerParts['registryState'];
  readonly readiness: ReadinessParts;
}

/** The second half of the wiring: each operation of the API description gets its handler. */
export function composeExchange(parts: HttpComposition): ReturnType<typeof createExchange> {
  const { api, live, clock, ids, requests, metrics, completion, dispatcher, waiting } = parts;
  const { keys } = live;
  const { gateway } = live.current().config;
  const submitRequest = submitHandler({
    current: () => live.current(),
    store: requests,
    dispatcher,
    clock,
    waiting,
    defaultDeadlineMs: gateway.dispatch.defaultDeadlineMinutes * 60_000,
    onAccepted: parts.onAccepted,
  });
  const ofRequests = requestHandlers({
    store: requests,
    archive: parts.archive,
    completion,
    clock,
    evidence: parts.evidence,
    signReceipt: (bytes, at) => signDetached(bytes, keys.http, { typ: 'ura-receipt+jws', now: at }),
  });
  const ofGateway = gatewayHandlers({ document: api.document, metrics, readiness: parts.readiness });
  const ofApi = (): Record<string, Handler> => ({
    submitRequest,
    ...ofRequests,
    postSoap: soapHandler({
      profile: openSoapProfile(
        { profile: 'wss-x509-integrity' },
        {
          signer: keys.messages,
          // A key never counts under another profile than its owner chose.
          trusted: () =>
            [...keys.current().clients.values()].filter(
              ({ certificate, partner }) => certificate && live.current().clients.get(partner)?.soap === true,
            ),
          isRevoked: (key) => keys.isRevoked(key),
          replaySet: parts.replaySet,
          clock,
          pool: parts.pool,
        },
      ),
      findClient: (id) => live.current().clients.get(id),
      api,
      handlers: {
        submitRequest,
        getRequest: ofRequests.getRequest as Handler,
        cancelRequest: ofRequests.cancelRequest as Handler,
      },
      publicOrigins: gateway.publicOrigins,
      nextId: () => ids.next(),
    }),
    getSoapContract: soapContractHandler(),
    postCallback: callbackHandler({
      adapters: parts.adapters,
      store: requests,
      completion,
      observer: parts.observe.dispatch,
    }),
    ...officerTaskHandlers({
      store: requests,
      completion,
      validateEvidence: parts.validateEvidence,
      grantsOf: (clientId) =>
        live.current().config.policies.find(({ client }) => client === clientId)?.manualAnswers ?? [],
      operationOf: (adapter, operation) => parts.adapters.get(adapter)?.operations.get(operation),
    }),
    ...applicationHandlers(parts.applications),
    ...caseHandlers(parts.procedures),
    ...serviceHandlers({
      current: () => live.current(),
      registryState: parts.registryState,
    }),
  });
  return createExchange({
    api,
    handlers: { ...(parts.takesRequests ? ofApi() : {}), ...ofGateway },
    authenticate: liveAuthentication(live, parts),
    admission: parts.admission,
    publicOrigins: gateway.publicOrigins,
    limits: parts.limits,
    nextId: () => ids.next(),
    checkAnswers: !parts.production,
    observe: parts.observe.http,
  });
}
