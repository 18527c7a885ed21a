import { Counter, Gauge, type Registry } from 'prom-client';
import type { LaneSeen } from '../dispatch/lane.js';
import type { TrustSeen } from './readiness.js';

/** What the gauges show, read at each scrape. */
export interface Gauges {
  readonly outbox: () => Promise<{ count: number; oldestAgeSeconds: number; failingTopics: number }>;
  readonly relayedPartitions: () => number;
  readonly deadLetters: () => Promise<number>;
  readonly admission: () => { underWay: number; overloaded: boolean; refused: number };
  readonly lanes: () => readonly LaneSeen[];
  readonly backlog: () => Promise<
    { adapter: string; state: string; count: number; oldestAgeSeconds: number }[]
  >;
  readonly circuits: () => {
    registry: string;
    endpoint: string;
    state: 'closed' | 'open' | 'half-open';
  }[];
  readonly certificates: () => { name: string; expiresInSeconds: number }[];
  /** Partitions of the Kafka intake that are paused; absent where it does not run. */
  readonly intakeHeld?: () => number;
  /** Absent where the configuration is read once. */
  readonly trust?: () => TrustSeen;
}

/** One gauge: its name, what it shows, and the names of its labels. */
type Shown = readonly [name: string, help: string, ...labels: string[]];

const CIRCUIT_STATES = { closed: 0, 'half-open': 1, open: 2 };

/** Registers the gauges in groups, each of which is filled by one look. */
export function defineGauges(registry: Registry, gauges: Gauges): void {
  const registers = [registry];

  const group = <Name extends string>(
    shown: Readonly<Record<Name, Shown>>,
    look: (filled: Record<Name, Gauge>) => void | Promise<void>,
  ): void => {
    const collect = together(() => look(filled));
    const made = Object.entries<Shown>(shown).map(([key, [name, help, ...labelNames]]) => [
      key,
      new Gauge({ name, help, labelNames, registers, collect }),
    ]);
    const filled: Record<Name, Gauge> = Object.fromEntries(made);
  };

  group(
    {
      failing: ['ura_outbox_topics_failing', 'Topics that the broker does not let us write.'],
      waiting: ['ura_outbox_events', 'Events not yet confirmed by the broker.'],
      age: ['ura_outbox_age_seconds', 'Age of the oldest event not yet confirmed by the broker.'],
    },
    async ({ failing, waiting, age }) => {
      const { count, oldestAgeSeconds, failingTopics } = await gauges.outbox();
      waiting.set(count);
      age.set(oldestAgeSeconds);
      failing.set(failingTopics);
    },
  );
  group(
    { relayed: ['ura_outbox_partitions', 'Partitions of the outbox that this process relays, of 32.'] },
    ({ relayed }) => relayed.set(gauges.relayedPartitions()),
  );
  group(
    { dead: ['ura_dead_letters', 'Events that were given up and wait for an operator.'] },
    async ({ dead }) => dead.set(await gauges.deadLetters()),
  );
  group(
    {
      underWay: [
        'ura_http_under_way',
        'Signed HTTP requests that are worked on in this process, those that only wait not counted.',
      ],
      overloaded: [
        'ura_http_overloaded',
        '1 while there is a standing queue, and new requests are turned away with 503.',
      ],
    },
    ({ underWay, overloaded }) => {
      const seen = gauges.admission();
      underWay.set(seen.underWay);
      overloaded.set(seen.overloaded ? 1 : 0);
    },
  );
  const turnedAway: Counter = new Counter({
    name: 'ura_http_turned_away_total',
    help: 'Requests turned away because there was more to do than can be done at once.',
    registers,
    collect() {
      turnedAway.reset();
      turnedAway.inc(gauges.admission().refused);
    },
  });
  group(
    {
      active: ['ura_lane_active', 'Calls to a registry under way in this process.', 'adapter'],
      depth: ['ura_lane_depth', 'Requests waiting in this process for a call.', 'adapter'],
      limit: [
        'ura_lane_limit',
        'Calls at once that a registry gets at present; below its configured concurrency while it is slow.',
        'adapter',
      ],
      backlog: [
        'ura_lane_backlog',
        'Requests of a backlog that are worked on at once, below 1 with rests between them; 0 without a backlog.',
        'adapter',
      ],
    },
    ({ active, depth, limit, backlog }) => {
      for (const lane of gauges.lanes()) {
        const { adapter } = lane;
        active.set({ adapter }, lane.active);
        depth.set({ adapter }, lane.depth);
        limit.set({ adapter }, lane.limit);
        backlog.set({ adapter }, lane.backlog);
      }
    },
  );
  group(
    {
      oldest: ['ura_open_requests_age_seconds', 'Age of the oldest open request.', 'adapter', 'state'],
      open: ['ura_open_requests', 'Requests that have not ended.', 'adapter', 'state'],
    },
    async ({ oldest, open }) => {
      const rows = await gauges.backlog();
      open.reset();
      oldest.reset();
      for (const { adapter, state, count, oldestAgeSeconds } of rows) {
        open.set({ adapter, state }, count);
        oldest.set({ adapter, state }, oldestAgeSeconds);
      }
    },
  );
  group(
    {
      state: [
        'ura_circuit_state',
        'Circuit of a registry endpoint: 0 closed, 1 half-open, 2 open.',
        'adapter',
        'endpoint',
      ],
    },
    ({ state: shown }) => {
      for (const { registry: adapter, endpoint, state } of gauges.circuits())
        shown.set({ adapter, endpoint }, CIRCUIT_STATES[state]);
    },
  );
  group(
    { expiry: ['ura_certificate_expires_in_seconds', 'Time until a certificate expires.', 'name'] },
    ({ expiry }) => {
      // One that was taken away must not be shown as if it were still there.
      expiry.reset();
      for (const { name, expiresInSeconds } of gauges.certificates()) expiry.set({ name }, expiresInSeconds);
    },
  );
  group(
    {
      held: [
        'ura_intake_paused_partitions',
        'Partitions of the Kafka intake that are paused until the gateway can take more.',
      ],
    },
    ({ held }) => held.set(gauges.intakeHeld?.() ?? 0),
  );
  group(
    {
      configurationAge: [
        'ura_configuration_age_seconds',
        'Time since the configuration and keys in use were read.',
      ],
      unusable: [
        'ura_configuration_unusable_seconds',
        'How long the configuration or keys on disk cannot be used; 0 while they can.',
      ],
      next: [
        'ura_crl_next_update_in_seconds',
        'Time until the next revocation list is due; negative when it is late.',
        'name',
      ],
      age: [
        'ura_crl_age_seconds',
        'Age of the revocation list in use; absent when none was ever loaded.',
        'name',
      ],
    },
    ({ configurationAge, unusable, next, age }) => {
      const seen = gauges.trust?.();
      if (seen === undefined) return;
      configurationAge.set(seen.configurationAgeSeconds);
      unusable.set(seen.unusableSeconds);
      age.reset();
      next.reset();
      for (const { name, ageSeconds, nextInSeconds } of seen.crls) {
        if (ageSeconds !== undefined) age.set({ name }, ageSeconds);
        if (nextInSeconds !== undefined) next.set({ name }, nextInSeconds);
      }
    },
  );
}

/**
 * Fills several gauges with one look. The registry reads all its metrics at once, so each of them has to wait
 * for the look, or all but one would show what the scrape before saw. A look that fails leaves the last values: a
 * scrape must not fail as a whole because the store is down, which is when metrics are needed most.
 */
function together(look: () => void | Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  return () => {
    underWay ??= Promise.resolve()
      .then(look)
      .catch(() => {})
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}
