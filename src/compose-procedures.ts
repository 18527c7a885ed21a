import { createAuthorise } from './authorisation/authorise.js';
import type { Catalogue } from './catalogue/catalogue.js';
import type { Clock } from './clock.js';
import type { Meaning } from './config/check-meaning.js';
import type { Config } from './config/config.js';
import type { Dispatcher } from './dispatch/dispatcher.js';
import type { Ids } from './ids.js';
import type { Metrics } from './observe/metrics.js';
import type { observers } from './observe/observers.js';
import { createCaseEventMaker } from './procedures/case-event.js';
import { createCaseStore } from './procedures/case-store.js';
import { CaseEngine } from './procedures/engine.js';
import { Expressions } from './procedures/expression.js';
import type { ProcedureCatalogue } from './procedures/procedure.js';
import { accept } from './requests/accept.js';
import type { RequestStore } from './requests/request-store.js';
import type { Completion } from './results/complete.js';
import type { EventParts } from './results/seal-event.js';
import type { Database } from './store/database.js';

/** What cases are made of; everything in it was made by `compose.ts`. */
export interface ProcedureComposition {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly meaning: Meaning;
  readonly procedures: ProcedureCatalogue;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly requests: RequestStore;
  readonly dispatcher: Dispatcher;
  readonly completion: Completion;
  readonly eventParts: EventParts;
  readonly metrics: Metrics;
  readonly observe: ReturnType<typeof observers>;
  /** An event was committed. */
  readonly onEvent: () => void;
}

/** The wiring of procedures: the engine, and what HTTP needs to submit, cancel and retry cases. */
export function composeProcedures(parts: ProcedureComposition) {
  const { config, catalogue, meaning, procedures, database, clock, ids, requests, dispatcher, completion } =
    parts;
  const { leaseMs, pollMs, defaultDeadlineMinutes } = config.gateway.dispatch;
  const defaultDeadlineMs = defaultDeadlineMinutes * 60_000;
  const store = createCaseStore(database);
  const events = createCaseEventMaker(parts.eventParts);
  const clients = new Map(config.clients.map((client) => [client.id, client]));
  const acceptParts = {
    catalogue,
    fieldsOf: meaning.fieldsOf,
    authorise: createAuthorise(config.policies),
    store: requests,
    dispatcher,
    clock,
    defaultDeadlineMs,
    onAccepted: (request: { readonly service: string }) =>
      parts.metrics.accepted.inc({ service: request.service }),
  };
  const engine = new CaseEngine(
    { lookAgainMs: leaseMs, pollMs },
    {
      store,
      events,
      expressions: new Expressions(),
      clock,
      ids,
      accept: (submission) => accept(acceptParts, submission),
      findClient: (id) => clients.get(id),
      async cancelRequest(clientId, requestId, cancellation) {
        const request = await requests.find(clientId, requestId);
        if (!request) return false;
        return completion.apply(request, null, {
          to: 'cancelled',
          reason: { code: 'case-cancelled', detail: 'The case that asked was cancelled.' },
          evidence: [cancellation],
        });
      },
      observer: {
        ended(stored, state) {
          parts.observe.caseEnded(stored, state);
          parts.onEvent();
        },
        failed: (what, error, id) => parts.observe.dispatch.failed(what, error, id),
      },
    },
  );
  return { procedures, store, engine, events, clock, ids, lookAgainMs: leaseMs, defaultDeadlineMs };
}

export type ComposedProcedures = ReturnType<typeof composeProcedures>;
