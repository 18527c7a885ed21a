import type { LiveConfigObserver } from '../config/live-config.js';
import type { DispatchObserver } from '../dispatch/attempt.js';
import type { Seen } from '../http/exchange.js';
import type { KafkaError } from '../kafka/rdkafka.js';
import type { Acted } from '../operator/act.js';
import type { StoredCase } from '../procedures/case.js';
import type { BreakerObserver } from '../registries/breaker.js';
import type { RegistryHealth } from '../registries/registry-health.js';
import type { StoredRequest } from '../requests/request.js';
import type { FinalState } from '../requests/states.js';
import type { LegacyUse } from '../signing/profiles/wss-legacy-sha1.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';

/** Turns what happens into log lines and metrics. Ids, codes and durations only, never personal data. */
export function observers(logger: Logger, metrics: Metrics, health: RegistryHealth) {
  const dispatch: DispatchObserver = {
    attempted(request, { outcome, timings }) {
      const { adapter } = request;
      health.saw(adapter, outcome);
      metrics.attempts.inc({ adapter, outcome: outcome.kind });
      metrics.hopSeconds.observe({ adapter, hop: 'sign' }, timings.signMs / 1000);
      metrics.hopSeconds.observe({ adapter, hop: 'call' }, timings.callMs / 1000);
      metrics.hopSeconds.observe({ adapter, hop: 'verify' }, timings.verifyMs / 1000);
      logger.debug(
        {
          requestId: request.id,
          adapter,
          operation: request.operation,
          attempt: request.attempts,
          outcome: outcome.kind,
          ...('reason' in outcome ? { reason: outcome.reason } : {}),
          callMs: Math.round(timings.callMs),
        },
        'registry called',
      );
    },
    alarm(request, reason) {
      metrics.alarms.inc({ adapter: request.adapter, reason });
      logger.error({ requestId: request.id, adapter: request.adapter, reason }, 'ALARM: answer not accepted');
    },
    failed(what, error, requestId) {
      metrics.failures.inc({ what });
      logger.error({ error, what, ...(requestId ? { requestId } : {}) }, 'background work failed');
    },
  };

  const configuration: LiveConfigObserver = {
    loaded({ keyring }, restart) {
      for (const warning of keyring.warnings) logger.warn(warning);
      if (restart.length > 0)
        logger.warn({ settings: restart }, 'changed settings count from the next start');
      logger.info('configuration and keys read anew and in use');
    },
    failed(error) {
      metrics.failures.inc({ what: 'configuration' });
      logger.error({ error }, 'configuration or keys on disk cannot be used; those of before stay in use');
    },
    crlFailed(list, problem) {
      metrics.failures.inc({ what: 'crl' });
      logger.warn({ list, problem }, 'revocation list not refreshed');
    },
  };

  const circuits: BreakerObserver = {
    changed({ registry: adapter, endpoint }, to, reason) {
      metrics.circuitChanges.inc({ adapter, endpoint, to });
      const fields = { adapter, endpoint, state: to, ...(reason === undefined ? {} : { reason }) };
      if (to === 'open') logger.warn(fields, 'registry endpoint is not called for a while');
      else logger.info(fields, 'circuit of a registry endpoint changed');
    },
    failed(what, error) {
      metrics.failures.inc({ what });
      logger.warn({ error, what }, 'the state of a circuit could not be shared');
    },
  };

  return {
    dispatch,
    circuits,
    configuration,
    relay: {
      onDelivered: (count: number) => metrics.eventsDelivered.inc(count),
      onFailure: (reason: string, topic?: string) => {
        metrics.failures.inc({ what: 'relay' });
        logger.warn({ reason, ...(topic ? { topic } : {}) }, 'events wait in the outbox');
      },
      onDeadLetter: ({ id, topic, reason }: { id: string; topic: string; reason: string }) => {
        metrics.eventsGivenUp.inc({ reason });
        logger.error({ event: id, topic, reason }, 'ALARM: an event was given up');
      },
    },
    finished(request: StoredRequest, state: FinalState): void {
      metrics.finished.inc({ service: request.service, outcome: state });
      logger.info(
        { requestId: request.id, service: request.service, client: request.clientId, state },
        'request ended',
      );
    },
    caseEnded({ id, clientId, definition }: StoredCase, state: StoredCase['state']): void {
      logger.info({ case: id, procedure: definition.code, client: clientId, state }, 'case ended');
    },
    http({ id, method, operation, status, durationMs, client, code, reason, error }: Seen): void {
      metrics.httpSeconds.observe({ operation, status: String(status) }, durationMs / 1000);
      if (code) metrics.refused.inc({ code });
      const line = { requestId: id, method, operation, status, durationMs: Math.round(durationMs * 10) / 10 };
      const fields = {
        ...line,
        ...(client ? { client } : {}),
        ...(code ? { code } : {}),
        ...(reason ? { reason } : {}),
      };
      if (status >= 500) logger.error({ ...fields, ...(error ? { error } : {}) }, 'HTTP request failed');
      else if (operation === 'live' || operation === 'ready' || operation === 'metrics')
        logger.debug(fields, 'HTTP');
      else logger.info(fields, 'HTTP');
    },
    operatorActed({ operator, role, action, outcome, requestId, reason }: Acted): void {
      metrics.operatorActions.inc({ action, outcome });
      logger.info({ requestId, operator, role, action, outcome, reason }, 'operator acted');
    },
    legacyUse({ partner, messageId }: LegacyUse): void {
      metrics.alarms.inc({ adapter: partner, reason: 'sha1-used' });
      logger.warn({ adapter: partner, requestId: messageId }, 'ALARM: an answer was signed with SHA-1');
    },
    kafkaProblem(problem: KafkaError): void {
      logger.warn({ code: problem.code, reason: problem.message }, 'Kafka client');
    },
    lastResort(error: unknown): void {
      metrics.failures.inc({ what: 'http' });
      logger.error({ error }, 'HTTP request failed outside of every handler');
    },
  };
}
