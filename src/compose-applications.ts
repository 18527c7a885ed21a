import { createTransport } from '../adapters/transport.js';
import { createApplicationEvents } from './applications/application-event.js';
import { createApplicationStore } from './applications/application-store.js';
import type { ReportStateParts } from './applications/report-state.js';
import type { SubmitApplicationParts } from './applications/submit-application.js';
import type { Clock } from './clock.js';
import type { Config } from './config/config.js';
import type { Ids } from './ids.js';
import type { Logger } from './observe/logger.js';
import { WebhookSender } from './outbox/webhook-sender.js';
import { createWebhookStore } from './outbox/webhook-store.js';
import type { Database } from './store/database.js';
import type { LiveKeys } from './trust/live-keys.js';

/** What applications need of the rest; made by `compose.ts`. */
export interface ApplicationComposition {
  /** The present configuration. */
  readonly config: () => Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: LiveKeys;
  readonly logger: Logger;
  readonly serviceOf: SubmitApplicationParts['serviceOf'];
  /** Called after a commit that wrote an event. */
  readonly onEvent: () => void;
}

/** Calls to all clients together at the same time. */
const WEBHOOK_SOCKETS = 16;

/** Applications of other institutions' counters: what the handlers need, and the sender of webhooks. */
export function composeApplications(parts: ApplicationComposition): {
  readonly handlers: SubmitApplicationParts & ReportStateParts;
  readonly webhooks: WebhookSender;
} {
  const { config, database, clock, ids, keys, logger, onEvent } = parts;
  const origin = config().gateway.publicOrigins[0];
  const policyOf = (clientId: string) => config().policies.find(({ client }) => client === clientId);
  const webhookOf = (clientId: string) => config().clients.find(({ id }) => id === clientId)?.webhook;
  const store = createApplicationStore(database);
  return {
    handlers: {
      store: {
        ...store,
        take: async (intake) => {
          const taken = await store.take(intake);
          onEvent();
          return taken;
        },
        report: async (report) => {
          const reported = await store.report(report);
          onEvent();
          return reported;
        },
      },
      events: createApplicationEvents({
        ids,
        source: `${origin}/`,
        contractsUrl: `${origin}/contracts`,
        signer: keys.http,
        recipientOf: (municipality) => keys.current().recipients.get(municipality),
      }),
      clock,
      serviceOf: parts.serviceOf,
      grantsOf: (clientId) => policyOf(clientId)?.applications ?? [],
      handles: (client) => policyOf(client.id)?.handlesApplications === true,
      hasWebhook: (clientId) => webhookOf(clientId) !== undefined,
    },
    webhooks: new WebhookSender({
      store: createWebhookStore(database),
      transport: createTransport({ maxSockets: WEBHOOK_SOCKETS }),
      signer: keys.http,
      clock,
      nextId: () => ids.next(),
      urlOf: (clientId) => webhookOf(clientId)?.url,
      onFailed: ({ applicationId, attempts }, reason) =>
        logger.warn({ applicationId, attempts, reason }, 'a webhook was not taken; it is called again'),
      onGivenUp: ({ applicationId, attempts }) =>
        logger.error({ applicationId, attempts }, 'ALARM: a webhook was given up'),
    }),
  };
}
