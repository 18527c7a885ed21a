import type { Exchanged } from '../../adapters/adapter.js';
import type { Clock } from '../clock.js';
import type { LeasedRequest, StoredRequest } from '../requests/request.js';
import type { RequestStore } from '../requests/request-store.js';
import type { Completion } from '../results/complete.js';
import { type CallSeen, callSeen } from './adaptive-limit.js';
import { attempt, type DispatchObserver, type LaneSettings } from './attempt.js';
import { BacklogPace } from './backlog-pace.js';
import { expireUnanswered } from './expire-unanswered.js';
import { Lane, type LaneSeen, type Reservation } from './lane.js';
import type { LeaseStore, Wanted } from './lease-store.js';
import { persist } from './persist.js';
import { Refill, STOCK } from './refill.js';

export interface DispatcherSettings {
  /** Names this process in leases; unique over all processes that ever ran. */
  readonly owner: string;
  /** How long a lease lasts without renewal, milliseconds; it is renewed three times as often. */
  readonly leaseMs: number;
  /** Pause between looks for requests that nobody works on, milliseconds. */
  readonly pollMs: number;
}

/** One registry: how much it is asked at once, how patiently, and whether it can be asked at all. */
export interface DispatchLane extends LaneSettings {
  /** Calls at once that this registry still gets while it is in trouble. Default 1. */
  readonly minConcurrency?: number;
  /**
   * How many requests may be taken from the store for it now; a registry that is known to be down gets none, and
   * they wait where waiting costs nothing. Default: no bound but the lane's.
   */
  readonly places?: () => number;
}

/** A request whose lease this process holds. */
interface Holding {
  readonly request: LeasedRequest;
  readonly abort: AbortController;
  begun: boolean;
}

/** A registry's lane, and what fills it from the store. */
interface Serving {
  readonly lane: Lane;
  readonly settings: DispatchLane;
  readonly refill: Refill;
}

/** Pause between looks for requests that waited for a person until their deadline, milliseconds. */
const OVERDUE_EVERY_MS = 5_000;
/** How often it is judged whether the work on a backlog disturbs others, milliseconds. */
const PACE_EVERY_MS = 250;

/** Takes accepted requests to their registries, each at most once at a time, and carries the outcome home. */
export class Dispatcher {
  readonly #settings: DispatcherSettings;
  readonly #lanes = new Map<string, Serving>();
  readonly #pace: BacklogPace;
  readonly #held = new Map<string, Holding>();
  readonly #running = new Set<Promise<unknown>>();
  readonly #background = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #claiming = false;
  #stopping = false;

  constructor(
    settings: DispatcherSettings,
    lanes: readonly DispatchLane[],
    private readonly parts: {
      readonly leases: LeaseStore;
      readonly requests: Pick<RequestStore, 'overdue'>;
      readonly completion: Completion;
      readonly clock: Clock;
      readonly observer: DispatchObserver;
    },
  ) {
    this.#settings = settings;
    this.#pace = new BacklogPace(STOCK * Math.max(1, ...lanes.map(({ concurrency }) => concurrency)));
    for (const settings of lanes) {
      const { name } = settings.adapter;
      // Filled again as soon as it runs dry, if more wait, without waiting for the next look.
      const fill = (): void => {
        if (refill.due) this.#claimFor([name]);
      };
      const lane = new Lane(settings, fill);
      const refill: Refill = new Refill(lane, this.#pace, settings.places, fill);
      this.#lanes.set(name, { lane, settings, refill });
    }
  }

  /** Begins to look for requests that nobody works on, and to renew leases. */
  start(): void {
    const every = (ms: number, what: string, work: () => Promise<void>): void => {
      let busy = false;
      this.#timers.push(
        setInterval(() => {
          if (busy) return;
          busy = true;
          this.#track(
            work()
              .catch((error: Error) => this.parts.observer.failed(what, error))
              .finally(() => {
                busy = false;
              }),
          );
        }, ms),
      );
    };
    this.#timers.push(setInterval(() => this.wake(), this.#settings.pollMs));
    this.#timers.push(
      setInterval(() => (this.#catchesUp() ? this.#pace.adjust() : this.#pace.rest()), PACE_EVERY_MS),
    );
    this.wake();
    every(this.#settings.leaseMs / 3, 'renew', () => this.#renew());
    every(OVERDUE_EVERY_MS, 'expire', () => expireUnanswered(this.parts));
  }

  /** Looks at once for requests that nobody works on, for example because one was just stored. */
  wake(): void {
    this.#claimFor([...this.#lanes.keys()]);
  }

  /** How each lane is used, for the metrics. */
  lanes(): LaneSeen[] {
    return [...this.#lanes].map(
      ([
        adapter,
        {
          lane: { active, depth, limit },
          refill,
        },
      ]) => {
        const backlog = refill.catchingUp ? this.#pace.share : 0;
        return { adapter, active, depth, limit, backlog };
      },
    );
  }

  /**
   * A place in the lane for a client's request that is about to be stored, with the lease to store it with. Without
   * a place, the request is stored without a lease and whoever has room first takes it.
   */
  reserve(
    adapter: string,
    client: string,
  ): { lease: { owner: string; durationMs: number }; place: Reservation } | undefined {
    const found = this.#stopping ? undefined : this.#lanes.get(adapter);
    if (!found || !isReachable(found.settings)) return undefined;
    const place = found.lane.reserve(client);
    return place && { lease: { owner: this.#settings.owner, durationMs: this.#settings.leaseMs }, place };
  }

  /** Works on a request whose lease this process holds, in a place reserved before. */
  dispatch(request: LeasedRequest, place: Reservation): void {
    if (this.#stopping) {
      // Stored while the process began to stop: work begun now would outlive the store it has to report to.
      place.giveBack();
      this.#track(this.#release([request]));
      return;
    }
    const holding = { request, abort: new AbortController(), begun: false };
    this.#held.set(request.id, holding);
    const flow = { client: request.clientId, priority: request.priority };
    place.use(flow, () => {
      const work = this.#work(request, holding).finally(() => {
        if (this.#held.get(request.id) === holding) this.#held.delete(request.id);
        this.#serving(request.adapter).refill.ended(request.id);
        this.#running.delete(work);
      });
      this.#running.add(work);
      return work;
    });
  }

  /**
   * Takes no new work, gives back what was not begun, and waits for calls in flight. Calls that outlast
   * `graceMs` are aborted; their requests go to `retry-wait` and another process takes them.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    const waiting = [...this.#held.values()].filter(({ begun }) => !begun);
    for (const { abort } of waiting) abort.abort();
    await this.#release(waiting.map(({ request }) => request));
    const timer = setTimeout(() => {
      for (const { abort } of this.#held.values()) abort.abort();
    }, graceMs);
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    clearTimeout(timer);
    while (this.#background.size > 0) await Promise.allSettled(this.#background);
  }

  /** What `stop` waits for besides calls; the work must not reject. */
  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#background.delete(tracked));
    this.#background.add(tracked);
  }

  async #release(requests: readonly LeasedRequest[]): Promise<void> {
    if (requests.length === 0) return;
    await this.parts.leases
      .release(this.#settings.owner, requests)
      .catch((error: Error) => this.parts.observer.failed('release', error));
  }

  #serving(adapter: string): Serving {
    return this.#lanes.get(adapter) as Serving;
  }

  #catchesUp(): boolean {
    return [...this.#lanes.values()].some(({ refill }) => refill.catchingUp);
  }

  #claimFor(adapters: readonly string[]): void {
    if (this.#claiming || this.#stopping) return;
    this.#claiming = true;
    this.#track(
      this.#claimUntilFull(adapters)
        .catch((error: Error) => this.parts.observer.failed('claim', error))
        .finally(() => {
          this.#claiming = false;
        }),
    );
  }

  /** A lane that wanted more while the look was under way was not heard; it is asked afterwards. */
  async #claimUntilFull(adapters: readonly string[]): Promise<void> {
    for (let next = adapters; next.length > 0 && !this.#stopping; ) {
      await this.#claim(next);
      next = [...this.#lanes].filter(([, { refill }]) => refill.due).map(([adapter]) => adapter);
    }
  }

  async #claim(adapters: readonly string[]): Promise<void> {
    const places = new Map<string, Reservation[]>();
    for (const adapter of adapters) {
      const { lane, refill } = this.#serving(adapter);
      places.set(adapter, lane.reserveUpTo(refill.ask()));
    }
    const wanted = [...places]
      .map(([adapter, { length }]): Wanted => ({ adapter, places: length }))
      .filter((one) => one.places > 0);
    try {
      if (wanted.length === 0) return;
      const { owner, leaseMs } = this.#settings;
      const claimed = await this.parts.leases.claim(wanted, owner, leaseMs);
      for (const { adapter, places: asked } of wanted) {
        const of = claimed.filter((request) => request.adapter === adapter);
        this.#serving(adapter).refill.found(asked, of, this.parts.clock.now());
      }
      for (const request of claimed)
        this.dispatch(request, places.get(request.adapter)?.pop() as Reservation);
    } finally {
      for (const left of places.values()) for (const place of left) place.giveBack();
    }
  }

  async #renew(): Promise<void> {
    if (this.#held.size === 0) return;
    const ids = [...this.#held.keys()];
    const kept = new Set(await this.parts.leases.renew(this.#settings.owner, ids, this.#settings.leaseMs));
    for (const id of ids) if (!kept.has(id)) this.#held.get(id)?.abort.abort();
  }

  /** @returns what the call says about the registry; undefined when it was not asked. */
  async #work(request: LeasedRequest, holding: Holding): Promise<CallSeen | undefined> {
    if (holding.abort.signal.aborted) return undefined;
    holding.begun = true;
    let seen: CallSeen | undefined;
    const { clock, completion, observer } = this.parts;
    const watching: DispatchObserver = {
      ...observer,
      attempted(asked: StoredRequest, exchanged: Exchanged) {
        seen = callSeen(exchanged);
        observer.attempted(asked, exchanged);
      },
    };
    try {
      const begun = performance.now();
      const { settings, refill } = this.#serving(request.adapter);
      const change = await attempt(request, settings, { clock, observer: watching }, holding.abort.signal);
      const { owner } = this.#settings;
      await persist(request, owner, change, { completion, observer, signal: holding.abort.signal });
      if (seen && !refill.catchingUp) {
        const ownMs = performance.now() - begun - seen.durationMs;
        this.#pace.saw(request.adapter, ownMs, this.#catchesUp());
      }
    } catch (error) {
      // The lease runs out and the request is claimed again: nothing is lost, but somebody should know.
      observer.failed('dispatch', error as Error, request.id);
    }
    return seen;
  }
}

function isReachable({ places }: DispatchLane): boolean {
  return places === undefined || places() > 0;
}
