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
  readonly failures: Counter<'what'>;
}

/** Read at each scrape. */
export interface Gauges {
  readonly outbox: () => Promise<{ count: number; oldestAgeSeconds: number }>;
  readonly lanes: () => { adapter: string; active: number; depth: number }[];
  readonly backlog: () => Promise<
    { adapter: string; state: string; count: number; oldestAgeSeconds: number }[]
  >;
  readonly certificates: () => { name: string; expiresInSeconds: number }[];
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
    failures: new Counter({
      name: 'ura_internal_failures_total',
      help: 'Background work that failed and is tried again, by kind.',
      labelNames: ['what'],
      registers,
    }),
  };
}

function defineGauges(registry: Registry, gauges: Gauges): void {
  const registers = [registry];
  const fillOutbox = together(async () => {
    const { count, oldestAgeSeconds } = await gauges.outbox();
    waiting.set(count);
    age.set(oldestAgeSeconds);
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
  const fillLanes = together(() => {
    for (const lane of gauges.lanes()) {
      active.set({ adapter: lane.adapter }, lane.active);
      depth.set({ adapter: lane.adapter }, lane.depth);
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
