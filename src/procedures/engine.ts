import type { Client } from '../authorisation/authorise.js';
import type { Clock } from '../clock.js';
import type { Ids } from '../ids.js';
import type { Submission } from '../requests/accept.js';
import type { EvidenceItem } from '../requests/request.js';
import { assignRequests } from './assign-requests.js';
import type { CaseExchange, LoadedCase, StoredCase } from './case.js';
import type { CaseEventMaker } from './case-event.js';
import type { CaseStore } from './case-keeping.js';
import type { Expressions } from './expression.js';
import { refusalOf, requestCancellation, submissionOf } from './make-request.js';
import { type CasePlan, planCase } from './plan.js';
import { reasonOf } from './reasons.js';

export interface EngineSettings {
  /** Another node looks after a case that this one left half done after so long, milliseconds. */
  readonly lookAgainMs: number;
  /** Pause between looks for cases that nobody looks after, milliseconds. */
  readonly pollMs: number;
}

export interface EngineParts {
  readonly store: CaseStore;
  readonly events: CaseEventMaker;
  readonly expressions: Expressions;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Takes a request in, the way that every request takes. */
  readonly accept: (submission: Submission) => Promise<unknown>;
  readonly findClient: (id: string) => Client | undefined;
  /** Withdraws an open request; false when it cannot be withdrawn any more. */
  readonly cancelRequest: (
    clientId: string,
    requestId: string,
    cancellation: EvidenceItem,
  ) => Promise<boolean>;
  readonly observer: CaseObserver;
}

export interface CaseObserver {
  /** After the commit. */
  ended(stored: StoredCase, state: StoredCase['state']): void;
  failed(what: string, error: Error, id?: string): void;
}

/** Cases taken from the store in one look at most, so that several nodes share them. */
const DUE_LIMIT = 32;
/** Requests of one case that are made at the same time. */
const AT_ONCE = 8;
/** Plans of one case in a row: each either asks something, or ends the case, or loses against another node. */
const MOST_PLANS = 50;

/**
 * Carries cases on: plans, makes requests, and ends them. It holds no lease and keeps nothing: whatever is known
 * stands in the store, ids of requests are given before the requests are made, and a write that rests on an old
 * state of the case writes nothing. So any node can take any step at any time, twice or half, and it counts once.
 */
export class CaseEngine {
  readonly #parts: EngineParts;
  readonly #settings: EngineSettings;
  /** Cases under way in this process; true: look once more when done. */
  readonly #busy = new Map<string, { again: boolean }>();
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(settings: EngineSettings, parts: EngineParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Begins to look for cases that nobody looks after. */
  start(): void {
    let busy = false;
    this.#timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#track(
        this.#sweep().finally(() => {
          busy = false;
        }),
        'case-sweep',
      );
    }, this.#settings.pollMs);
  }

  /** Takes no new work and waits for what is under way: a few statements. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#timer);
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /** Says that something happened to a case, so that it need not wait for the next look. */
  wake(id: string): void {
    if (this.#stopping) return;
    const busy = this.#busy.get(id);
    if (busy) {
      busy.again = true;
      return;
    }
    const mine = { again: false };
    this.#busy.set(id, mine);
    const work = async (): Promise<void> => {
      try {
        do {
          mine.again = false;
          await this.#advance(id);
        } while (mine.again && !this.#stopping);
      } finally {
        this.#busy.delete(id);
      }
    };
    this.#track(work(), 'case', id);
  }

  /** Where the steps of a case stand. */
  planOf({ stored, exchanges }: LoadedCase): CasePlan {
    const { definition, application, municipality, deadlineAt } = stored;
    return planCase(
      {
        procedure: definition.procedure,
        application,
        municipality,
        exchanges,
        deadlineAt,
        // An ended case stands as it stood then, however late it is now.
        now: stored.finishedAt ?? this.#parts.clock.now(),
      },
      this.#parts.expressions,
    );
  }

  #track(work: Promise<void>, what: string, id?: string): void {
    const tracked = work
      .catch((error: Error) => this.#parts.observer.failed(what, error, id))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  async #sweep(): Promise<void> {
    for (const id of await this.#parts.store.due(DUE_LIMIT, this.#settings.lookAgainMs)) this.wake(id);
  }

  async #advance(id: string): Promise<void> {
    const { store, clock, ids } = this.#parts;
    for (let plans = 0; plans < MOST_PLANS; plans += 1) {
      const loaded = await store.load(id);
      if (!loaded) return;
      const { stored, exchanges } = loaded;
      if (stored.state === 'cancelled') return this.#cleanUp(loaded);
      if (stored.state !== 'running') return;

      const unmade = exchanges.filter(({ submitted, state }) => state === 'open' && !submitted);
      if (unmade.length > 0) {
        await this.#make(stored, unmade);
        continue;
      }
      const plan = this.planOf(loaded);
      if (plan.asks.length > 0) {
        const planned = assignRequests(plan.asks, exchanges, clock.now(), ids);
        // Somebody else was quicker, or it is planned: either way the store now says what to do.
        await store.plan(loaded, planned, this.#settings.lookAgainMs);
        continue;
      }
      const gone = plan.end === undefined ? store.rest(loaded) : this.#end(loaded, plan, plan.end);
      if (await gone) return;
    }
    throw new Error('a case does not come to rest');
  }

  async #end(loaded: LoadedCase, plan: CasePlan, state: 'complete' | 'incomplete'): Promise<boolean> {
    const { store, events, clock, observer } = this.#parts;
    const { stored } = loaded;
    const at = clock.now();
    const { event, proof } = await events.make(stored, plan, { state, at });
    const ended = await store.end({
      loaded,
      state,
      evidence: [proof],
      event,
      at,
    });
    if (ended) observer.ended(stored, state);
    return ended;
  }

  /** Makes requests that are planned; what the gateway itself refuses is a fact about the step. */
  async #make(stored: StoredCase, planned: readonly CaseExchange[]): Promise<void> {
    const { store, accept, findClient, clock } = this.#parts;
    const client = findClient(stored.clientId);
    const signed = await store.signed(stored.id, 'submission');
    if (!signed) throw new Error('a case is stored without its submission');
    const left = [...new Map(planned.map((exchange) => [exchange.requestId, exchange])).values()];
    const work = async (): Promise<void> => {
      for (let exchange = left.shift(); exchange; exchange = left.shift()) {
        if (this.#stopping) throw new Error('the process stops; another one goes on');
        try {
          if (!client)
            await store.refuse(stored.id, exchange.requestId, reasonOf('not-granted'), clock.now());
          else await accept(submissionOf(stored, exchange, client, signed));
        } catch (error) {
          const refusal = refusalOf(error);
          if (!refusal) throw error;
          await store.refuse(stored.id, exchange.requestId, refusal, clock.now());
        }
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, left.length) }, work));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  }

  /** Withdraws what a cancelled case still has open; what cannot be withdrawn ends by itself. */
  async #cleanUp({ stored, exchanges }: LoadedCase): Promise<void> {
    const { store, cancelRequest, clock } = this.#parts;
    const signed = await store.signed(stored.id, 'cancellation');
    if (!signed) throw new Error('a case is cancelled without its cancellation');
    const cancellation = requestCancellation(stored, signed);
    const open = exchanges.filter(({ requestOpen }) => requestOpen).map(({ requestId }) => requestId);
    for (const requestId of new Set(open)) await cancelRequest(stored.clientId, requestId, cancellation);
    await store.cleanedUp(stored.id, clock.now());
  }
}
