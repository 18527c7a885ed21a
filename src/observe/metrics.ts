import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { defineGauges, type Gauges } from './gauges.js';

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
