import type { Clock } from '../clock.js';
import { type CircuitSettings, openMsOf, RecentCalls, type Verdict } from './circuit.js';
import type { CircuitState, CircuitStore, EndpointKey, SharedCircuit } from './circuit-store.js';

/** One registry, as the breaker knows it. */
export interface BreakerRegistry {
  readonly name: string;
  /** Names of its endpoints, in the order in which they are preferred. */
  readonly endpoints: readonly string[];
  readonly circuit: CircuitSettings;
  /** How long the deciding call may take, before another node may make one. */
  readonly probeMs: number;
  /** Whether a connection can be opened; asked when a circuit may close and no request comes that could tell. */
  readonly reach: (endpoint: string) => Promise<boolean>;
}

export interface BreakerObserver {
  changed(key: EndpointKey, to: CircuitState, reason?: string): void;
  failed(what: string, error: Error): void;
}

export interface BreakerParts {
  readonly store: CircuitStore;
  /** Names this process; unique over all processes that ever ran. */
  readonly owner: string;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly observer: BreakerObserver;
}

/** Leave to make one call. It has to be settled, whatever comes of the call. */
export interface Permit {
  settle(verdict: Verdict, reason?: string): void;
}

export interface SeenCircuit extends EndpointKey {
  readonly state: CircuitState;
  /** Milliseconds since the epoch; 0 for one that never opened. */
  readonly since: number;
}

interface Circuit {
  readonly key: EndpointKey;
  readonly registry: BreakerRegistry;
  readonly recent: RecentCalls;
  state: CircuitState;
  since: number;
  opens: number;
  readyAt: number;
  /** Whether this process makes the deciding call, or is about to. */
  probing: boolean;
  /** Counts what this process did to it: what was read before is out of date. */
  generation: number;
  writing: number;
}

/** How long a circuit that may close waits for a request to tell, before its endpoint is tried without one. */
const IDLE_MS = 5_000;

/**
 * The circuits of all endpoints, shared by all nodes through the store. While all is well nothing is written, and a
 * look at the store every second is all that is read; a node that sees an endpoint fail opens its circuit for all.
 */
export class Breaker {
  readonly #registries: ReadonlyMap<string, BreakerRegistry>;
  readonly #circuits = new Map<string, Circuit>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #parts: BreakerParts;
  #wasRead = false;

  constructor(registries: readonly BreakerRegistry[], parts: BreakerParts) {
    this.#parts = parts;
    this.#registries = new Map(registries.map((registry) => [registry.name, registry]));
    for (const { name, endpoints } of registries) {
      for (const endpoint of endpoints) this.#circuit({ registry: name, endpoint });
    }
  }

  /** How many requests to a registry are worth claiming: none while it is down, one while it is tried. */
  places(registry: string): number {
    const now = this.#parts.clock.now();
    const circuits = this.#of(registry);
    if (circuits.some(({ state }) => state === 'closed')) return Number.POSITIVE_INFINITY;
    return circuits.some((circuit) => !circuit.probing && circuit.readyAt <= now) ? 1 : 0;
  }

  /** Milliseconds since the epoch: when the first of its endpoints may be tried again. */
  readyAt(registry: string): number {
    return Math.min(...this.#of(registry).map(({ readyAt }) => readyAt));
  }

  /** @returns undefined while the circuit is open, or somebody else makes the deciding call. */
  async admit(key: EndpointKey): Promise<Permit | undefined> {
    const circuit = this.#circuit(key);
    if (circuit.state === 'closed')
      return { settle: (verdict, reason) => this.#count(circuit, verdict, reason) };
    return (await this.#takeProbe(circuit))
      ? { settle: (verdict, reason) => this.#decide(circuit, verdict, reason) }
      : undefined;
  }

  isClosed(key: EndpointKey): boolean {
    return this.#circuit(key).state === 'closed';
  }

  /** Milliseconds since the epoch: since when no endpoint of a registry is called; undefined while one is. */
  downSince(registry: string): number | undefined {
    const circuits = this.#of(registry);
    if (circuits.some(({ state }) => state === 'closed')) return undefined;
    return Math.max(...circuits.map(({ since }) => since));
  }

  seen(): SeenCircuit[] {
    return [...this.#circuits.values()].map(({ key, state, since }) => ({ ...key, state, since }));
  }

  /** Milliseconds since the epoch: no outage of this registry has lasted longer. Infinity while that is not known. */
  lastOutageEnd(registry: string): number {
    if (!this.#wasRead) return Number.POSITIVE_INFINITY;
    return Math.max(
      0,
      ...this.#of(registry).map(({ state, since }) =>
        state === 'closed' ? since : Number.POSITIVE_INFINITY,
      ),
    );
  }

  /** Takes over what other nodes found out. */
  async refresh(): Promise<void> {
    const before = new Map([...this.#circuits].map(([name, { generation }]) => [name, generation]));
    const rows = await this.#parts.store.read();
    this.#wasRead = true;
    for (const row of rows) if (this.#registries.has(row.registry)) this.#circuit(row);
    for (const [name, circuit] of this.#circuits) {
      const isOutdated = (before.get(name) ?? 0) !== circuit.generation;
      if (circuit.writing > 0 || circuit.probing || isOutdated) continue;
      this.#adopt(
        circuit,
        rows.find((row) => nameOf(row) === name),
      );
    }
  }

  /** Tries endpoints that may close and that no request has tried: a registry that nobody asks is not down for ever. */
  async tryIdle(): Promise<void> {
    const dueBefore = this.#parts.clock.now() - IDLE_MS;
    await Promise.all(
      [...this.#circuits.values()].map(async (circuit) => {
        if (circuit.state === 'closed' || circuit.probing || circuit.readyAt > dueBefore) return;
        if (!(await this.#takeProbe(circuit))) return;
        const reached = await circuit.registry.reach(circuit.key.endpoint).catch(() => false);
        this.#decide(circuit, reached ? 'good' : 'bad', 'not-reached');
      }),
    );
  }

  /** Waits for what is being written. */
  async stop(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  #of(registry: string): Circuit[] {
    return [...this.#circuits.values()].filter(({ key }) => key.registry === registry);
  }

  #circuit({ registry, endpoint }: EndpointKey): Circuit {
    const key = { registry, endpoint };
    const known = this.#circuits.get(nameOf(key));
    if (known) return known;
    const settings = this.#registries.get(registry);
    if (!settings) throw new Error(`the breaker knows no registry ${registry}`);
    const made: Circuit = {
      key,
      registry: settings,
      recent: new RecentCalls(settings.circuit),
      state: 'closed',
      since: 0,
      opens: 0,
      readyAt: 0,
      probing: false,
      generation: 0,
      writing: 0,
    };
    this.#circuits.set(nameOf(key), made);
    return made;
  }

  #count(circuit: Circuit, verdict: Verdict, reason = ''): void {
    // A call that began before the circuit opened says nothing new.
    if (verdict === 'neutral' || circuit.state !== 'closed') return;
    const { clock, store } = this.#parts;
    const now = clock.now();
    if (!circuit.recent.add(verdict === 'good', now)) return;
    const failingForMs = Math.max(0, now - circuit.recent.failingSince);
    const openMs = this.#setOpen(circuit, 1, reason);
    circuit.since = now;
    this.#write(circuit, 'circuit-open', () => store.open(circuit.key, reason, openMs, failingForMs));
  }

  async #takeProbe(circuit: Circuit): Promise<boolean> {
    const { clock, store, owner, observer } = this.#parts;
    if (circuit.probing || circuit.readyAt > clock.now()) return false;
    circuit.probing = true;
    const { key, registry } = circuit;
    const taken = await store.takeProbe(key, owner, registry.probeMs).catch((error: Error) => {
      observer.failed('circuit-take-probe', error);
      return false;
    });
    circuit.generation += 1;
    circuit.probing = taken;
    if (taken) this.#set(circuit, 'half-open');
    // The next look at the store says who has it, and until when.
    else circuit.readyAt = clock.now() + registry.circuit.openMs;
    return taken;
  }

  #decide(circuit: Circuit, verdict: Verdict, reason = ''): void {
    const { clock, store, owner } = this.#parts;
    circuit.probing = false;
    if (verdict === 'good') {
      circuit.since = clock.now();
      circuit.opens = 0;
      this.#set(circuit, 'closed');
      this.#write(circuit, 'circuit-close', () => store.close(circuit.key, owner));
    } else if (verdict === 'bad') {
      const openMs = this.#setOpen(circuit, circuit.opens + 1, reason);
      this.#write(circuit, 'circuit-reopen', () => store.reopen(circuit.key, owner, reason, openMs));
    } else {
      circuit.readyAt = clock.now();
      this.#set(circuit, 'open');
      this.#write(circuit, 'circuit-give-back', () => store.giveBackProbe(circuit.key, owner));
    }
  }

  #setOpen(circuit: Circuit, opens: number, reason: string): number {
    const { clock, random } = this.#parts;
    const openMs = openMsOf(circuit.registry.circuit, opens, random());
    circuit.opens = opens;
    circuit.readyAt = clock.now() + openMs;
    this.#set(circuit, 'open', reason);
    return openMs;
  }

  #adopt(circuit: Circuit, row: SharedCircuit | undefined): void {
    circuit.since = row?.since ?? 0;
    circuit.opens = row?.opens ?? 0;
    circuit.readyAt = row === undefined ? 0 : this.#parts.clock.now() + row.readyInMs;
    this.#set(circuit, row?.state ?? 'closed');
  }

  #set(circuit: Circuit, state: CircuitState, reason?: string): void {
    circuit.generation += 1;
    if (circuit.state === state) return;
    circuit.state = state;
    circuit.recent.forget();
    this.#parts.observer.changed(circuit.key, state, reason);
  }

  #write(circuit: Circuit, what: string, work: () => Promise<void>): void {
    circuit.writing += 1;
    const written = work()
      // What could not be written is found out again: the circuit goes by what the store says.
      .catch((error: Error) => this.#parts.observer.failed(what, error))
      .finally(() => {
        circuit.writing -= 1;
        circuit.generation += 1;
        this.#underWay.delete(written);
      });
    this.#underWay.add(written);
  }
}

function nameOf({ registry, endpoint }: EndpointKey): string {
  return `${registry} ${endpoint}`;
}
