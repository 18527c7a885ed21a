import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { TrustSeen } from './readiness.js';

/** Everything that `/metrics` shows; `docs/operations.md` is held to this list by a test. */
export interface Metrics {
  readonly registry: Registry;
  readonly accepted: Counter<'service'>;
  readonly finished: Counter<'service' | 'outcome'>;
  readonly httpSeconds: Histogram<'operation' | 'status'>;
  readonly hopSeconds: Histogram<'adapter' | 'hop'>;
  readonly attempts: Counter<'adapter' | 'outcome'>;
  readonly refused: Counter<'code'>;
  readonly alarms: Counter<'adapter' | 'reason'>;
  readonly eventsDelivered: Counter;
  readonly eventsGivenUp: Counter<'reason'>;
  readonly failures: Counter<'what'>;
  readonly circuitChanges: Counter<'adapter' | 'endpoint' | 'to'>;
  readonly intake: Counter<'outcome'>;
  readonly intakeRefused: Counter<'code'>;
  readonly operatorActions: Counter<'action' | 'outcome'>;
}

/** Read at each scrape. */
export interface Gauges {
  readonly outbox: () => Promise<{ count: number; oldestAgeSeconds: number; failingTopics: number }>;
  readonly relayedPartitions: () => number;
  readonly deadLetters: () => Promise<number>;
  readonly admission: () => { underWay: number; overloaded: boolean; refused: number };
  readonly lanes: () => { adapter: string; active: number; depth: number; limit: number }[];
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

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  defineGauges(registry, gauges);
  return {
    registry,
    accepted: new Counter({
      name: 'ura_requests_accepted_total',
      help: 'Requests stored, by service.',
      labelNames: ['service'],
      registers,
    }),
    finished: new Counter({
      name: 'ura_requests_finished_total',
      help: 'Requests ended, by service and outcome.',
      labelNames: ['service', 'outcome'],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'ura_http_request_seconds',
      help: 'Time from the first byte of an HTTP request to its answer.',
      labelNames: ['operation', 'status'],
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    hopSeconds: new Histogram({
      name: 'ura_hop_seconds',
      help: 'Time in one hop of an exchange: sign, call, verify.',
      labelNames: ['adapter', 'hop'],
      buckets: LATENCY_BUCKETS,
      registers,
    }),
    attempts: new Counter({
      name: 'ura_registry_attempts_total',
      help: 'Calls to registries, by outcome.',
      labelNames: ['adapter', 'outcome'],
      registers,
    }),
    refused: new Counter({
      name: 'ura_refused_total',
      help: 'HTTP requests turned away, by error code.',
      labelNames: ['code'],
      registers,
    }),
    alarms: new Counter({
      name: 'ura_alarms_total',
      help: 'Answers of registries that failed verification: each needs a look.',
      labelNames: ['adapter', 'reason'],
      registers,
    }),
    eventsDelivered: new Counter({
      name: 'ura_events_delivered_total',
      help: 'Events that the broker confirmed.',
      registers,
    }),
    eventsGivenUp: new Counter({
      name: 'ura_events_given_up_total',
      help: 'Events that went to the dead letters.',
      labelNames: ['reason'],
      registers,
    }),
    failures: new Counter({
      name: 'ura_internal_failures_total',
      help: 'Background work that failed and is tried again, by kind.',
      labelNames: ['what'],
      registers,
    }),
    circuitChanges: new Counter({
      name: 'ura_circuit_changes_total',
      help: 'Changes of the circuit of a registry endpoint, as this process saw them.',
      labelNames: ['adapter', 'endpoint', 'to'],
      registers,
    }),
    intake: new Counter({
      name: 'ura_intake_submissions_total',
      help: 'Submissions read from Kafka, by what came of them: accepted, repeated, refused, ignored.',
      labelNames: ['outcome'],
      registers,
    }),
    intakeRefused: new Counter({
      name: 'ura_intake_refused_total',
      help: 'Submissions over Kafka that were refused or ignored, and attempts put off, by code.',
      labelNames: ['code'],
      registers,
    }),
    operatorActions: new Counter({
      name: 'ura_operator_actions_total',
      help: 'What operators did to requests and dead letters, one for each of them, by outcome.',
      labelNames: ['action', 'outcome'],
      registers,
    }),
  };
}

function defineGauges(registry: Registry, gauges: Gauges): void {
  const registers = [registry];
  const fillOutbox = together(async () => {
    const { count, oldestAgeSeconds, failingTopics } = await gauges.outbox();
    waiting.set(count);
    age.set(oldestAgeSeconds);
    failing.set(failingTopics);
  });
  const failing: Gauge = new Gauge({
    name: 'ura_outbox_topics_failing',
    help: 'Topics that the broker does not let us write.',
    registers,
    collect: fillOutbox,
  });
  const waiting: Gauge = new Gauge({
    name: 'ura_outbox_events',
    help: 'Events not yet confirmed by the broker.',
    registers,
    collect: fillOutbox,
  });
  const age: Gauge = new Gauge({
    name: 'ura_outbox_age_seconds',
    help: 'Age of the oldest event not yet confirmed by the broker.',
    registers,
    collect: fillOutbox,
  });
  const fillAdmission = together(() => {
    const { underWay, overloaded, refused } = gauges.admission();
    inHand.set(underWay);
    isOverloaded.set(overloaded ? 1 : 0);
    turnedAway.reset();
    turnedAway.inc(refused);
  });
  const inHand: Gauge = new Gauge({
    name: 'ura_http_under_way',
    help: 'Signed HTTP requests that are worked on in this process, those that only wait not counted.',
    registers,
    collect: fillAdmission,
  });
  const isOverloaded: Gauge = new Gauge({
    name: 'ura_http_overloaded',
    help: '1 while there is a standing queue, and new requests are turned away with 503.',
    registers,
    collect: fillAdmission,
  });
  const turnedAway: Counter = new Counter({
    name: 'ura_http_turned_away_total',
    help: 'Requests turned away because there was more to do than can be done at once.',
    registers,
    collect: fillAdmission,
  });
  const relayed: Gauge = new Gauge({
    name: 'ura_outbox_partitions',
    help: 'Partitions of the outbox that this process relays, of 32.',
    registers,
    collect: () => relayed.set(gauges.relayedPartitions()),
  });
  const dead: Gauge = new Gauge({
    name: 'ura_dead_letters',
    help: 'Events that were given up and wait for an operator.',
    registers,
    collect: together(async () => dead.set(await gauges.deadLetters())),
  });
  const fillLanes = together(() => {
    for (const lane of gauges.lanes()) {
      active.set({ adapter: lane.adapter }, lane.active);
      depth.set({ adapter: lane.adapter }, lane.depth);
      limit.set({ adapter: lane.adapter }, lane.limit);
    }
  });
  const active: Gauge<'adapter'> = new Gauge({
    name: 'ura_lane_active',
    help: 'Calls to a registry under way in this process.',
    labelNames: ['adapter'],
    registers,
    collect: fillLanes,
  });
  const depth: Gauge<'adapter'> = new Gauge({
    name: 'ura_lane_depth',
    help: 'Requests waiting in this process for a call.',
    labelNames: ['adapter'],
    registers,
    collect: fillLanes,
  });
  const limit: Gauge<'adapter'> = new Gauge({
    name: 'ura_lane_limit',
    help: 'Calls at once that a registry gets at present; below its configured concurrency while it is slow.',
    labelNames: ['adapter'],
    registers,
    collect: fillLanes,
  });
  const fillBacklog = together(async () => {
    const rows = await gauges.backlog();
    open.reset();
    oldest.reset();
    for (const { adapter, state, count, oldestAgeSeconds } of rows) {
      open.set({ adapter, state }, count);
      oldest.set({ adapter, state }, oldestAgeSeconds);
    }
  });
  const oldest: Gauge<'adapter' | 'state'> = new Gauge({
    name: 'ura_open_requests_age_seconds',
    help: 'Age of the oldest open request.',
    labelNames: ['adapter', 'state'],
    registers,
    collect: fillBacklog,
  });
  const open: Gauge<'adapter' | 'state'> = new Gauge({
    name: 'ura_open_requests',
    help: 'Requests that have not ended.',
    labelNames: ['adapter', 'state'],
    registers,
    collect: fillBacklog,
  });
  const circuit: Gauge<'adapter' | 'endpoint'> = new Gauge({
    name: 'ura_circuit_state',
    help: 'Circuit of a registry endpoint: 0 closed, 1 half-open, 2 open.',
    labelNames: ['adapter', 'endpoint'],
    registers,
    collect() {
      for (const { registry: adapter, endpoint, state } of gauges.circuits()) {
        circuit.set({ adapter, endpoint }, { closed: 0, 'half-open': 1, open: 2 }[state]);
      }
    },
  });
  const expiry: Gauge<'name'> = new Gauge({
    name: 'ura_certificate_expires_in_seconds',
    help: 'Time until a certificate expires.',
    labelNames: ['name'],
    registers,
    collect() {
      // One that was taken away must not be shown as if it were still there.
      expiry.reset();
      for (const { name, expiresInSeconds } of gauges.certificates()) expiry.set({ name }, expiresInSeconds);
    },
  });
  const held: Gauge = new Gauge({
    name: 'ura_intake_paused_partitions',
    help: 'Partitions of the Kafka intake that are paused until the gateway can take more.',
    registers,
    collect: () => held.set(gauges.intakeHeld?.() ?? 0),
  });
  defineTrustGauges(registers, gauges);
}

function defineTrustGauges(registers: Registry[], { trust }: Gauges): void {
  const fill = together(() => {
    const seen = trust?.();
    if (seen === undefined) return;
    configurationAge.set(seen.configurationAgeSeconds);
    unusable.set(seen.unusableSeconds);
    age.reset();
    next.reset();
    for (const { name, ageSeconds, nextInSeconds } of seen.crls) {
      if (ageSeconds !== undefined) age.set({ name }, ageSeconds);
      if (nextInSeconds !== undefined) next.set({ name }, nextInSeconds);
    }
  });
  const configurationAge: Gauge = new Gauge({
    name: 'ura_configuration_age_seconds',
    help: 'Time since the configuration and keys in use were read.',
    registers,
    collect: fill,
  });
  const unusable: Gauge = new Gauge({
    name: 'ura_configuration_unusable_seconds',
    help: 'How long the configuration or keys on disk cannot be used; 0 while they can.',
    registers,
    collect: fill,
  });
  const next: Gauge<'name'> = new Gauge({
    name: 'ura_crl_next_update_in_seconds',
    help: 'Time until the next revocation list is due; negative when it is late.',
    labelNames: ['name'],
    registers,
    collect: fill,
  });
  const age: Gauge<'name'> = new Gauge({
    name: 'ura_crl_age_seconds',
    help: 'Age of the revocation list in use; absent when none was ever loaded.',
    labelNames: ['name'],
    registers,
    collect: fill,
  });
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
