import type { Database } from '../store/database.js';

/** One endpoint of one registry. */
export interface EndpointKey {
  readonly registry: string;
  readonly endpoint: string;
}

export type CircuitState = 'closed' | 'open' | 'half-open';

/** A circuit as all nodes see it. Durations are by the database's clock, so that nodes with differing clocks agree. */
export interface SharedCircuit extends EndpointKey {
  readonly state: CircuitState;
  /** Milliseconds since the epoch: when it was closed, or when it opened first in this row of openings. */
  readonly since: number;
  /** Openings in a row. */
  readonly opens: number;
  /** Until the next call may be made; 0 or less when one may. Of an open or half-open circuit. */
  readonly readyInMs: number;
}

export interface SharedHealth {
  readonly registry: string;
  readonly state: 'up' | 'impaired';
  /** Milliseconds since the epoch. */
  readonly since: number;
}

export interface CircuitStore {
  read(): Promise<SharedCircuit[]>;
  /**
   * Opens a closed circuit, and begins the outage.
   *
   * @param failingForMs how long ago the first of the failed calls was.
   */
  open(key: EndpointKey, reason: string, openMs: number, failingForMs: number): Promise<void>;
  /** Takes the one call that decides whether an open circuit closes. @returns false when another node has it. */
  takeProbe(key: EndpointKey, owner: string, probeMs: number): Promise<boolean>;
  /** The deciding call failed. */
  reopen(key: EndpointKey, owner: string, reason: string, openMs: number): Promise<void>;
  /** The deciding call was not made after all, or said nothing: the next one may be made at once. */
  giveBackProbe(key: EndpointKey, owner: string): Promise<void>;
  /** The deciding call succeeded: closes the circuit, and ends the outage. */
  close(key: EndpointKey, owner: string): Promise<void>;
  readHealth(): Promise<SharedHealth[]>;
  /** Writes nothing when it is so already. */
  writeHealth(registry: string, state: SharedHealth['state']): Promise<void>;
}

export function createCircuitStore(database: Database): CircuitStore {
  const write = async (name: string, text: string, values: unknown[]): Promise<boolean> => {
    const { rowCount } = await database.query({ name, text, values });
    return (rowCount ?? 0) > 0;
  };
  return {
    async read() {
      const { rows } = await database.query<CircuitRow>({
        name: 'circuit-read',
        text: `select registry, endpoint, state, since, opens,
                 extract(epoch from coalesce(open_until, probe_until) - now()) * 1000 as ready_in_ms
               from registry_circuits`,
      });
      return rows.map(({ registry, endpoint, state, since, opens, ready_in_ms }) => ({
        registry,
        endpoint,
        state,
        since: since.getTime(),
        opens,
        readyInMs: Number(ready_in_ms ?? 0),
      }));
    },

    async open({ registry, endpoint }, reason, openMs, failingForMs) {
      await write(
        'circuit-open',
        `with opened as (
           insert into registry_circuits (registry, endpoint, state, since, opens, open_until, reason)
           values ($1, $2, 'open', now(), 1, now() + $4 * interval '1 millisecond', $3)
           on conflict (registry, endpoint) do update
             set state = 'open', since = now(), opens = 1, open_until = excluded.open_until, reason = $3
             where registry_circuits.state = 'closed'
           returning 1
         )
         insert into registry_outages (registry, endpoint, reason, started_at)
         select $1, $2, $3, now() - $5 * interval '1 millisecond' from opened on conflict do nothing`,
        [registry, endpoint, reason, openMs, failingForMs],
      );
    },

    takeProbe({ registry, endpoint }, owner, probeMs) {
      return write(
        'circuit-take-probe',
        `update registry_circuits set state = 'half-open', open_until = null, probe_owner = $3,
           probe_until = now() + $4 * interval '1 millisecond'
         where registry = $1 and endpoint = $2
           and ((state = 'open' and open_until <= now()) or (state = 'half-open' and probe_until <= now()))`,
        [registry, endpoint, owner, probeMs],
      );
    },

    async reopen({ registry, endpoint }, owner, reason, openMs) {
      await write(
        'circuit-reopen',
        `update registry_circuits set state = 'open', opens = opens + 1, reason = $4, probe_owner = null,
           probe_until = null, open_until = now() + $5 * interval '1 millisecond'
         where registry = $1 and endpoint = $2 and state = 'half-open' and probe_owner = $3`,
        [registry, endpoint, owner, reason, openMs],
      );
    },

    async giveBackProbe({ registry, endpoint }, owner) {
      await write(
        'circuit-give-back-probe',
        `update registry_circuits set state = 'open', probe_owner = null, probe_until = null, open_until = now()
         where registry = $1 and endpoint = $2 and state = 'half-open' and probe_owner = $3`,
        [registry, endpoint, owner],
      );
    },

    async close({ registry, endpoint }, owner) {
      await write(
        'circuit-close',
        `with closed as (
           update registry_circuits set state = 'closed', since = now(), opens = 0, open_until = null,
             probe_owner = null, probe_until = null, reason = null
           where registry = $1 and endpoint = $2 and state = 'half-open' and probe_owner = $3 returning 1
         )
         update registry_outages set ended_at = greatest(now(), started_at) from closed
         where registry = $1 and endpoint = $2 and ended_at is null`,
        [registry, endpoint, owner],
      );
    },

    async readHealth() {
      const { rows } = await database.query<{ registry: string; state: 'up' | 'impaired'; since: Date }>({
        name: 'health-read',
        text: 'select registry, state, since from registry_health',
      });
      return rows.map(({ registry, state, since }) => ({ registry, state, since: since.getTime() }));
    },

    async writeHealth(registry, state) {
      await write(
        'health-write',
        `insert into registry_health (registry, state, since) values ($1, $2, now())
         on conflict (registry) do update set state = $2, since = now() where registry_health.state <> $2`,
        [registry, state],
      );
    },
  };
}

interface CircuitRow {
  registry: string;
  endpoint: string;
  state: CircuitState;
  since: Date;
  opens: number;
  ready_in_ms: string | null;
}
