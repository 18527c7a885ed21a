import { createTransport } from '../../adapters/transport.js';
import { createApplicationEvents } from '../applications/application-event.js';
import { createApplicationStore } from '../applications/application-store.js';
import type { ReportStateParts } from '../applications/report-state.js';
import type { SubmitApplicationParts } from '../applications/submit-application.js';
import type { createFormCheck } from '../catalogue/services.js';
import type { Clock } from '../clock.js';
import type { LiveConfig } from '../config/live-config.js';
import type { Ids } from '../ids.js';
import type { Logger } from '../observe/logger.js';
import { WebhookSender } from '../outbox/webhook-sender.js';
import { createWebhookStore } from '../outbox/webhook-store.js';
import type { EventParts } from '../results/seal-event.js';
import type { Database } from '../store/database.js';

/** What applications need of the rest; made by `compose.ts`. */
export interface ApplicationComposition {
  readonly live: LiveConfig;
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly checkForm: ReturnType<typeof createFormCheck>;
  readonly eventParts: EventParts;
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
  const { live, database, clock, ids, logger, checkForm, eventParts, onEvent } = parts;
  const config = () => live.current().config;
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
      events: createApplicationEvents(eventParts),
      clock,
      serviceOf(code, municipality) {
        const { version, procedure } = live.current().services.effective(municipality, code, '/municipality');
        const { applicant, form } = procedure;
        return { version, applicant, checkForm: (given) => checkForm(form, given) };
      },
      grantsOf: (clientId) => policyOf(clientId)?.applications ?? [],
      handles: (client) => policyOf(client.id)?.handlesApplications === true,
      hasWebhook: (clientId) => webhookOf(clientId) !== undefined,
    },
    webhooks: new WebhookSender({
      store: createWebhookStore(database),
      transport: createTransport({ maxSockets: WEBHOOK_SOCKETS }),
      signer: live.keys.http,
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
