import type { Metrics } from '../../observe/metrics.js';
import { checkReadiness, type ReadinessParts } from '../../observe/readiness.js';
import { readAsyncApi } from '../contracts.js';
import type { Handler } from '../exchange.js';

export interface GatewayHandlerParts {
  readonly document: unknown;
  readonly metrics: Metrics;
  readonly readiness: ReadinessParts;
}

/** Health, metrics and contracts: unsigned, and without anything about anybody. */
export function gatewayHandlers({
  document,
  metrics,
  readiness,
}: GatewayHandlerParts): Record<string, Handler> {
  const asyncapi = readAsyncApi();
  let underWay: ReturnType<typeof checkReadiness> | undefined;
  return {
    live: async () => ({ status: 200, body: { status: 'alive' } }),
    ready: async () => {
      // Anybody may ask, and asking opens connections: those who ask at the same time get one answer.
      underWay ??= checkReadiness(readiness).finally(() => {
        underWay = undefined;
      });
      const body = await underWay;
      return { status: body.status === 'ready' ? 200 : 503, body };
    },
    metrics: async () => ({
      status: 200,
      mediaType: metrics.registry.contentType,
      body: await metrics.registry.metrics(),
    }),
    openapi: async () => ({ status: 200, body: document }),
    asyncapi: async () => ({ status: 200, body: asyncapi }),
  };
}
