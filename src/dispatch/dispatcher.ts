import type { Clock } from '../clock.js';
import type { LeasedRequest } from '../requests/request.js';
import type { RequestStore } from '../requests/request-store.js';
import type { Change, Completion } from '../results/complete.js';
import { isStoreUnavailable } from '../store/unavailable.js';
import { attempt, type DispatchObserver, type LaneSettings } from './attempt.js';
import { Lane, type Reservation } from './lane.js';

export interface DispatcherSettings {
  /** Names this process in leases; unique over all processes that ever ran. */
  readonly owner: string;
  /** How long a lease lasts without renewal, milliseconds; it is renewed three times as often. */
  readonly leaseMs: number;
  /** Pause between looks for requests that nobody works on, milliseconds. */
  readonly pollMs: number;
}

/** A request whose lease this process holds. */
interface Holding {
  readonly request: LeasedRequest;
  readonly abort: AbortController;
  begun: boolean;
}

/** Requests taken from the store in one look at most, so that several processes share a backlog. */
const CLAIM_LIMIT = 64;
/** Pause between looks for requests that waited for a person until their deadline, milliseconds. */
const OVERDUE_EVERY_MS = 5_000;
/** Tries to write an outcome after errors that do not look temporary. */
const LASTING_ERRORS = 5;

/** Takes accepted requests to their registries, each at most once at a time, and carries the outcome home. */
export class Dispatcher {
  readonly #settings: DispatcherSettings;
  readonly #lanes = new Map<string, { lane: Lane; settings: LaneSettings }>();
  readonly #held = new Map<string, Holding>();
  readonly #running = new Set<Promise<void>>();
  readonly #background = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #stopping = false;

  constructor(
    settings: DispatcherSettings,
    lanes: readonly LaneSettings[],
    private readonly parts: {
      readonly requests: RequestStore;
      readonly completion: Completion;
      readonly clock: Clock;
      readonly observer: DispatchObserver;
    },
  ) {
    this.#settings = settings;
    for (const lane of lanes) this.#lanes.set(lane.adapter.name, { lane: new Lane(lane), settings: lane });
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
    every(this.#settings.pollMs, 'claim', () => this.#claim());
    every(this.#settings.leaseMs / 3, 'renew', () => this.#renew());
    every(OVERDUE_EVERY_MS, 'expire', () => this.#expire());
  }

  /** Depth and use of each lane, for the metrics. */
  lanes(): { adapter: string; active: number; depth: number }[] {
    return [...this.#lanes].map(([adapter, { lane }]) => ({
      adapter,
      active: lane.active,
      depth: lane.depth,
    }));
  }

  /**
   * A place in the lane for a request that is about to be stored, with the lease to store it with. Without a
   * place, the request is stored without a lease and whoever has room first takes it.
   */
  reserve(adapter: string): { lease: { owner: string; durationMs: number }; place: Reservation } | undefined {
    const place = this.#stopping ? undefined : this.#lanes.get(adapter)?.lane.reserve();
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
    place.use(() => {
      const work = this.#work(request, holding).finally(() => {
        if (this.#held.get(request.id) === holding) this.#held.delete(request.id);
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
    await this.parts.requests
      .release(this.#settings.owner, requests)
      .catch((error: Error) => this.parts.observer.failed('release', error));
  }

  async #claim(): Promise<void> {
    for (const [adapter, { lane }] of this.#lanes) {
      const places: Reservation[] = [];
      while (places.length < CLAIM_LIMIT) {
        const place = lane.reserve();
        if (!place) break;
        places.push(place);
      }
      let claimed: LeasedRequest[] = [];
      try {
        if (places.length > 0 && !this.#stopping) {
          const { owner, leaseMs } = this.#settings;
          claimed = await this.parts.requests.claim(adapter, owner, leaseMs, places.length);
        }
      } finally {
        for (const place of places.slice(claimed.length)) place.giveBack();
        claimed.forEach((request, index) => {
          this.dispatch(request, places[index] as Reservation);
        });
      }
    }
  }

  async #renew(): Promise<void> {
    if (this.#held.size === 0) return;
    const ids = [...this.#held.keys()];
    const kept = new Set(await this.parts.requests.renew(this.#settings.owner, ids, this.#settings.leaseMs));
    for (const id of ids) if (!kept.has(id)) this.#held.get(id)?.abort.abort();
  }

  /** What waits for a person has no lease and no lane: whoever looks first ends it. */
  async #expire(): Promise<void> {
    for (const request of await this.parts.requests.overdue(CLAIM_LIMIT)) {
      const detail = 'The deadline passed before a person answered.';
      const reason = { code: 'deadline-passed', detail };
      await this.parts.completion.apply(request, null, { to: 'expired', reason, evidence: [] });
    }
  }

  async #work(request: LeasedRequest, holding: Holding): Promise<void> {
    if (holding.abort.signal.aborted) return;
    holding.begun = true;
    try {
      const { settings } = this.#lanes.get(request.adapter) as { settings: LaneSettings };
      const change = await attempt(request, settings, this.parts, holding.abort.signal);
      await this.#persist(request, change, holding.abort.signal);
    } catch (error) {
      // The lease runs out and the request is claimed again: nothing is lost, but somebody should know.
      this.parts.observer.failed('dispatch', error as Error, request.id);
    }
  }

  /** The store may be down just now; the outcome is in hand, so it is worth insisting while the lease lasts. */
  async #persist(request: LeasedRequest, change: Change, signal: AbortSignal): Promise<void> {
    // An error that does not look temporary would come again for ever, and hold a place in the lane.
    let lasting = 0;
    for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
      try {
        await this.parts.completion.apply(request, this.#settings.owner, change);
        return;
      } catch (error) {
        if (!isStoreUnavailable(error)) lasting += 1;
        if (signal.aborted || lasting > LASTING_ERRORS) throw error;
        this.parts.observer.failed('persist', error as Error, request.id);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }
}
