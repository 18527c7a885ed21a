import type { Adapter, Exchange, Exchanged, Operation } from '../../adapters/adapter.js';
import type { Outcome } from '../../contracts/outcome.js';
import type { Clock } from '../../src/clock.js';
import { Dispatcher, type DispatchLane } from '../../src/dispatch/dispatcher.js';
import { createLeaseStore, type LeaseStore } from '../../src/dispatch/lease-store.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import type { StoredRequest } from '../../src/requests/request.js';
import { createRequestStore, type RequestStore } from '../../src/requests/request-store.js';
import { Completion } from '../../src/results/complete.js';
import { createResultStore } from '../../src/results/result-store.js';
import { acceptance } from '../requests/acceptance.js';
import { event } from '../results/step.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { waitFor } from '../support/wait-for.js';

export type Call = (exchange: Exchange, signal: AbortSignal) => Promise<Outcome>;

/** A registry that does as told, in front of the real store and the real completion. */
export interface DispatchScene {
  readonly fresh: FreshDatabase;
  readonly leases: LeaseStore;
  readonly dispatcher: Dispatcher;
  readonly completion: Completion;
  /** Message ids of the calls, in their order. */
  readonly calls: string[];
  /** The same of the questions what became of them. */
  readonly inquiries: string[];
  readonly alarms: string[];
  readonly failures: string[];
  /** What the registry does from now on. */
  answer(call: Call): void;
  /** What it says became of a message id. */
  tell(call: Call): void;
  /** Stores a request that nobody holds. */
  store(request?: Partial<StoredRequest>): Promise<string>;
  /** Stores a request with the lease of this dispatcher and hands it over, as the intake does. */
  submit(request?: Partial<StoredRequest>): Promise<string>;
  find(id: string): Promise<StoredRequest>;
  reaches(id: string, state: StoredRequest['state']): Promise<StoredRequest>;
  kinds(id: string): Promise<string[]>;
  events(): Promise<number>;
  close(): Promise<void>;
}

export interface SceneOptions {
  readonly clock?: Clock;
  readonly operation?: Partial<Operation>;
  /** Whether the registry tells what became of a message id. */
  readonly withStatus?: boolean;
  readonly lane?: Partial<DispatchLane>;
  readonly leaseMs?: number;
  readonly pollMs?: number;
  /** Wraps the store of leases, to put something between its answer and the dispatcher. */
  readonly wrap?: (store: LeaseStore) => LeaseStore;
}

export const answered: Outcome = {
  kind: 'answered',
  evidenceType: 'family-composition',
  evidence: { head: 1, x: 2 },
};

export async function openScene(options: SceneOptions = {}): Promise<DispatchScene> {
  const fresh = await freshDatabase();
  const clock = options.clock ?? { now: () => Date.now() };
  const stored: RequestStore = createRequestStore(fresh.database);
  const leases = createLeaseStore(fresh.database);
  const calls: string[] = [];
  const alarms: string[] = [];
  const failures: string[] = [];
  let behave: Call = async () => answered;
  const inquiries: string[] = [];
  let tell: Call = async () => answered;
  const exchanged = (outcome: Outcome): Exchanged => ({
    outcome,
    requestBytes: Buffer.from('<question/>'),
    answerBytes: Buffer.from('<answer/>'),
    answerMediaType: 'text/xml',
    timings: { signMs: 0, callMs: 0, verifyMs: 0 },
  });
  const operation: Operation = {
    name: 'family-composition',
    evidenceType: 'family-composition',
    idempotentByMessageId: true,
    ...options.operation,
  };
  const adapter: Adapter = {
    name: 'civil',
    operations: new Map([[operation.name, operation]]),
    async call(exchange, signal) {
      calls.push(exchange.messageId);
      return exchanged(await behave(exchange, signal));
    },
    ...(options.withStatus && {
      async status(exchange: Exchange, signal: AbortSignal) {
        inquiries.push(exchange.messageId);
        return exchanged(await tell(exchange, signal));
      },
    }),
    probe: async () => true,
    close: async () => {},
  };
  const owner = 'this-process';
  const completion = new Completion({
    store: createResultStore(fresh.database),
    clock,
    events: {
      async make(request) {
        const made = event(request.caseId);
        const proof = { kind: 'result', bytes: made.value, mediaType: 'application/json' } as const;
        return { event: made, proof };
      },
    },
    onFinished: () => {},
  });
  const leaseMs = options.leaseMs ?? 60_000;
  const dispatcher = new Dispatcher(
    { owner, leaseMs, pollMs: options.pollMs ?? 20 },
    [
      {
        adapter,
        concurrency: 2,
        queueLimit: 8,
        retry: { baseMs: 1, capMs: 5, maxInvalidAttempts: 3 },
        pollEveryMs: 1,
        statusPauseMs: 50,
        ...options.lane,
      },
    ],
    {
      leases: options.wrap?.(leases) ?? leases,
      requests: stored,
      completion,
      clock,
      observer: {
        attempted: () => {},
        alarm: (_, reason) => alarms.push(reason),
        failed: (what) => failures.push(what),
      },
    },
  );
  const find = async (id: string): Promise<StoredRequest> =>
    (await stored.find('oss-divjake', id)) as StoredRequest;
  const evidence = createEvidenceStore(fresh.database);
  return {
    fresh,
    leases,
    dispatcher,
    completion,
    calls,
    inquiries,
    alarms,
    failures,
    answer(call) {
      behave = call;
    },
    tell(call) {
      tell = call;
    },
    async store(request) {
      const given = acceptance({ ...(request ? { request } : {}) });
      await stored.accept(given);
      return given.request.id;
    },
    async submit(request) {
      const given = acceptance({ ...(request ? { request } : {}) });
      const reserved = dispatcher.reserve('civil', given.request.clientId);
      if (!reserved) throw new Error('the lane has no room');
      const accepted = await stored.accept({ ...given, lease: reserved.lease });
      if (accepted.kind !== 'new') throw new Error('not a new request');
      dispatcher.dispatch({ ...accepted.request, abandoned: false }, reserved.place);
      return accepted.request.id;
    },
    find,
    reaches: (id, state) =>
      waitFor(
        async () => {
          const request = await find(id);
          return request.state === state ? request : undefined;
        },
        `${state} of ${id}`,
        8_000,
      ),
    kinds: async (id) => (await evidence.list(id)).map(({ kind }) => kind),
    async events() {
      const { rows } = await fresh.database.query<{ n: number }>('select count(*)::integer as n from outbox');
      return rows[0]?.n as number;
    },
    async close() {
      await dispatcher.stop(100);
      await fresh.drop();
    },
  };
}
