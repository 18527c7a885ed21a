import type { Config } from '../config/config.js';
import type { DispatchLane } from '../dispatch/dispatcher.js';
import { expireUnreachable } from '../dispatch/expire-unreachable.js';
import { createOverdueStore } from '../dispatch/overdue-store.js';
import { toExchange } from '../dispatch/to-exchange.js';
import type { observers } from '../observe/observers.js';
import type { ReadinessParts } from '../observe/readiness.js';
import type { Breaker } from '../registries/breaker.js';
import { createCircuitStore } from '../registries/circuit-store.js';
import { delaysBy } from '../registries/delays.js';
import type { FailoverAdapter } from '../registries/failover.js';
import { createOutageStore } from '../registries/outage-store.js';
import type { RegistryHealth } from '../registries/registry-health.js';
import { repeat } from '../registries/repeat.js';
import type { Completion, CompletionParts } from '../results/complete.js';
import type { Database } from '../store/database.js';
import { type AdapterComposition, openRegistries } from './adapters.js';

export interface RegistriesComposition extends Omit<AdapterComposition, 'circuits'> {
  readonly config: Config;
  readonly database: Database;
  readonly health: RegistryHealth;
  readonly observe: ReturnType<typeof observers>;
}

/** Everything between the dispatcher and the registries. */
export interface ComposedRegistries {
  readonly adapters: ReadonlyMap<string, FailoverAdapter>;
  readonly breaker: Breaker;
  readonly lanes: readonly DispatchLane[];
  readonly delaysOf: NonNullable<CompletionParts['delaysOf']>;
  readonly readiness: ReadinessParts['registries'];
  /** Begins to share with other nodes what is known of the registries. */
  start(completion: Completion): void;
  /** Waits for what is being written; the adapters stay open. */
  stop(): Promise<void>;
}

/** Between two looks for an answer that a registry gives later. */
const DEFAULT_POLL_MS = 60_000;
/** Longer than any profile accepts a signature of ours (300 s), and clocks may differ by some seconds. */
const DEFAULT_STATUS_PAUSE_MS = 360_000;
/** How old the shared state of the registries may be in this process. */
const SHARE_EVERY_MS = 1_000;
const EXPIRE_EVERY_MS = 5_000;

export async function composeRegistries(parts: RegistriesComposition): Promise<ComposedRegistries> {
  const { config, database, health, observe } = parts;
  const circuits = createCircuitStore(database);
  const overdue = createOverdueStore(database);
  const { adapters, breaker } = await openRegistries(config, { ...parts, circuits });
  let watching: ReturnType<typeof repeat>[] = [];

  const share = async (): Promise<void> => {
    await breaker.refresh();
    await health.exchange(circuits);
    await breaker.tryIdle();
  };

  return {
    adapters,
    breaker,
    lanes: config.adapters.map(
      ({ name, pollEveryMs, statusPauseMs, ...settings }): DispatchLane => ({
        ...settings,
        adapter: adapters.get(name) as FailoverAdapter,
        pollEveryMs: pollEveryMs ?? DEFAULT_POLL_MS,
        statusPauseMs: statusPauseMs ?? DEFAULT_STATUS_PAUSE_MS,
        places: () => breaker.places(name),
      }),
    ),
    delaysOf: delaysBy({
      outages: createOutageStore(database),
      lastOutageEnd: (registry) => (adapters.has(registry) ? breaker.lastOutageEnd(registry) : 0),
      endpointsFor: (request) => adapters.get(request.adapter)?.endpointsFor(toExchange(request)) ?? [],
    }),
    readiness: [...adapters.values()].map(({ name, probe }) => ({
      name,
      probe,
      downSince: () => breaker.downSince(name),
    })),
    start(completion) {
      const expire = () => {
        const down = [...adapters.keys()].filter((name) => breaker.downSince(name) !== undefined);
        return expireUnreachable(down, { overdue, completion });
      };
      watching = [
        repeat(SHARE_EVERY_MS, share, (error) => observe.dispatch.failed('registries', error)),
        repeat(EXPIRE_EVERY_MS, expire, (error) => observe.dispatch.failed('expire', error)),
      ];
    },
    async stop() {
      await Promise.all(watching.map((each) => each.stop()));
      await breaker.stop();
    },
  };
}
