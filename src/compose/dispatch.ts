import type { Clock } from '../clock.js';
import { Dispatcher, type DispatcherSettings } from '../dispatch/dispatcher.js';
import { createLeaseStore } from '../dispatch/lease-store.js';
import type { Logger } from '../observe/logger.js';
import type { Metrics } from '../observe/metrics.js';
import type { observers } from '../observe/observers.js';
import type { AcceptParts } from '../requests/accept.js';
import type { StoredRequest } from '../requests/request.js';
import type { RequestStore } from '../requests/request-store.js';
import { Completion } from '../results/complete.js';
import { createEventMaker } from '../results/result-event.js';
import { createResultStore } from '../results/result-store.js';
import type { EventParts } from '../results/seal-event.js';
import { Waiting } from '../results/waiting.js';
import type { Database } from '../store/database.js';
import { openSignals, type Signals } from '../store/signals.js';
import type { ComposedRegistries } from './registries.js';

/** What dispatching is made of; everything in it was made by `compose.ts`. */
export interface DispatchComposition {
  readonly settings: DispatcherSettings;
  /** Whether this process has the role; otherwise it stores requests for whoever has it. */
  readonly dispatches: boolean;
  readonly databaseUrl: string;
  readonly database: Database;
  readonly requests: RequestStore;
  readonly registries: ComposedRegistries;
  readonly clock: Clock;
  readonly eventParts: EventParts;
  readonly metrics: Metrics;
  readonly observe: ReturnType<typeof observers>;
  readonly logger: Logger;
  /** A request has ended, and its event is in the outbox. */
  readonly onFinished: (request: StoredRequest) => void;
}

export interface Dispatching {
  readonly dispatcher: Dispatcher;
  readonly completion: Completion;
  /** Calls over HTTP that wait for the end of their request. */
  readonly waiting: Waiting;
  readonly signals: Signals;
  /** What whoever stores a request needs of it. */
  readonly storing: Pick<AcceptParts, 'dispatcher' | 'onAccepted'>;
}

/** Puts together the way of a stored request to its end, and of the news of it to whoever waits, on any node. */
export function composeDispatch(parts: DispatchComposition): Dispatching {
  const { settings, dispatches, database, requests, registries, clock, metrics, observe, logger } = parts;
  const waiting = new Waiting();
  const completion = new Completion({
    store: createResultStore(database),
    clock,
    events: createEventMaker(parts.eventParts),
    delaysOf: registries.delaysOf,
    onFinished(request, state) {
      observe.finished(request, state);
      if (waiting.has(request.id)) waiting.finished(request);
      else signals.ended(request.id);
      parts.onFinished(request);
    },
  });
  const dispatcher = new Dispatcher(settings, registries.lanes, {
    leases: createLeaseStore(database),
    requests,
    completion,
    clock,
    observer: observe.dispatch,
  });
  const signals = openSignals({
    database,
    url: parts.databaseUrl,
    onWork() {
      if (dispatches) dispatcher.wake();
    },
    onEnded: (requestId) => waiting.endedElsewhere(requestId),
    onProblem: (error) => logger.warn({ error }, 'no signals between nodes; each looks by itself'),
  });
  return {
    dispatcher,
    completion,
    waiting,
    signals,
    storing: {
      dispatcher: dispatches ? dispatcher : noDispatch,
      onAccepted(request) {
        metrics.accepted.inc({ service: request.service });
        if (request.state === 'accepted') signals.work();
      },
    },
  };
}

/** The dispatcher of a process that leaves dispatching to others. */
const noDispatch: AcceptParts['dispatcher'] = {
  reserve: () => undefined,
  dispatch() {
    throw new Error('nothing was reserved');
  },
};
