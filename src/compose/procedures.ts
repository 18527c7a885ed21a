import type { createFormCheck } from '../catalogue/services.js';
import type { Clock } from '../clock.js';
import type { LiveConfig } from '../config/live-config.js';
import type { Ids } from '../ids.js';
import type { observers } from '../observe/observers.js';
import { createCaseEventMaker } from '../procedures/case-event.js';
import { createCaseStore } from '../procedures/case-store.js';
import { CaseEngine } from '../procedures/engine.js';
import { Expressions } from '../procedures/expression.js';
import type { ProcedureCatalogue, ProcedureDefinition } from '../procedures/procedure.js';
import { type AcceptParts, accept } from '../requests/accept.js';
import type { RequestStore } from '../requests/request-store.js';
import type { Completion } from '../results/complete.js';
import type { EventParts } from '../results/seal-event.js';
import type { Database } from '../store/database.js';

/** What cases are made of; everything in it was made by `compose.ts`. */
export interface ProcedureComposition {
  readonly live: LiveConfig;
  readonly checkForm: ReturnType<typeof createFormCheck>;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly requests: RequestStore;
  readonly dispatcher: AcceptParts['dispatcher'];
  /** Called after a request was stored. */
  readonly onAccepted: AcceptParts['onAccepted'];
  readonly completion: Completion;
  readonly eventParts: EventParts;
  readonly observe: ReturnType<typeof observers>;
  /** An event was committed. */
  readonly onEvent: () => void;
}

/** The wiring of procedures: the engine, and what HTTP needs to submit, cancel and retry cases. */
export function composeProcedures(parts: ProcedureComposition) {
  const { live, database, clock, ids, requests, dispatcher, completion } = parts;
  const { leaseMs, pollMs, defaultDeadlineMinutes } = live.current().config.gateway.dispatch;
  const defaultDeadlineMs = defaultDeadlineMinutes * 60_000;
  const store = createCaseStore(database);
  const events = createCaseEventMaker(parts.eventParts);
  const acceptParts = {
    current: () => live.current(),
    store: requests,
    dispatcher,
    clock,
    defaultDeadlineMs,
    onAccepted: parts.onAccepted,
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
      findClient: (id) => live.current().clients.get(id),
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
  return {
    procedures: proceduresOf(live),
    checkForm: ({ procedure }: ProcedureDefinition, form: unknown) => parts.checkForm(procedure.form, form),
    store,
    engine,
    events,
    clock,
    ids,
    lookAgainMs: leaseMs,
    defaultDeadlineMs,
  };
}

/** The procedures of the configuration in use at each moment; a case keeps the one that it started with. */
function proceduresOf(live: LiveConfig): ProcedureCatalogue {
  return {
    find(code, municipality) {
      const { services } = live.current();
      if (!services.has(code)) return 'unknown';
      // Institutions that are no municipality offer nothing of their own.
      if (!/^\d{2}$/.test(municipality) || !services.isOffered(municipality, code)) return 'not-offered';
      const { name, version, procedure, card } = services.effective(municipality, code);
      return { code, name, version, workingDays: card.time.workingDays, procedure };
    },
  };
}

export type ComposedProcedures = ReturnType<typeof composeProcedures>;
