import type { Requester } from '../../adapters/adapter.js';
import type { Client } from '../authorisation/authorise.js';
import type { Clock } from '../clock.js';
import { UraError } from '../errors.js';
import type { EvidenceItem } from '../requests/request.js';
import { type Application, type ApplicationState, applicationTransitions } from './application.js';
import type { ApplicationEventMaker } from './application-event.js';
import type { ApplicationStore } from './application-store.js';

/** `ApplicationStateReport` of `openapi/gateway.yaml`. */
export interface StateReportBody {
  readonly state: ApplicationState;
  readonly officer: Requester;
  /** For the citizen: what is missing, or why it was rejected. */
  readonly note?: string;
  readonly protocolNumber?: string;
}

export interface ReportStateParts {
  readonly store: ApplicationStore;
  readonly events: ApplicationEventMaker;
  readonly clock: Clock;
  /** Whether this client handles the applications of its municipality. */
  readonly handles: (client: Client) => boolean;
  /** Whether the counter's client wants to be called. */
  readonly hasWebhook: (clientId: string) => boolean;
}

/** Calls that nobody takes are given up after so long, milliseconds. The counter still has GET and its topic. */
const WEBHOOK_LIFETIME_MS = 7 * 24 * 3_600_000;

/**
 * The municipality says where an application stands; the counter is told by its topic and its webhook, from the same
 * transaction. Saying the same again changes nothing.
 *
 * @throws {UraError} `unknown-application`, `not-granted`, `state-not-allowed`.
 */
export async function reportState(
  parts: ReportStateParts,
  report: {
    readonly client: Client;
    readonly id: string;
    readonly body: StateReportBody;
    readonly bodyBytes: Uint8Array;
    readonly proof: Pick<EvidenceItem, 'signedBy' | 'meta'>;
  },
): Promise<Application> {
  const { client, body } = report;
  const application = await parts.store.find(report.id);
  // Another municipality's application is as unknown as one that never was.
  if (application?.municipality !== client.municipality || !parts.handles(client)) {
    throw new UraError('unknown-application', 'No application to this client has that id.');
  }
  if (!client.organisations.includes(body.officer.organisation)) {
    throw new UraError('not-granted', 'The officer belongs to none of the organisations of this client.', {
      logReason: 'organisation',
    });
  }
  if (application.state === body.state) return application;
  if (!applicationTransitions[application.state].includes(body.state)) throw notAllowed(application.state);

  const { state, officer, note, protocolNumber } = body;
  const at = parts.clock.now();
  const entry = { state, officer, at, ...(note === undefined ? {} : { note }) };
  const present = { ...application, state, ...(protocolNumber === undefined ? {} : { protocolNumber }) };
  const { event, structured } = await parts.events.stateReported(present, entry);
  const reported = await parts.store.report({
    id: application.id,
    entry,
    ...(protocolNumber === undefined ? {} : { protocolNumber }),
    evidence: [
      { kind: 'application-state', bytes: report.bodyBytes, mediaType: 'application/json', ...report.proof },
    ],
    event,
    ...(parts.hasWebhook(application.clientId)
      ? { webhook: { clientId: application.clientId, body: structured, giveUpAt: at + WEBHOOK_LIFETIME_MS } }
      : {}),
  });
  const now = await parts.store.find(application.id);
  if (!now) throw new Error('an application is gone');
  // Two reports at once: the second finds what it wanted, or that it came too late.
  if (!reported && now.state !== body.state) throw notAllowed(now.state);
  return now;
}

function notAllowed(present: ApplicationState): UraError {
  const next = applicationTransitions[present];
  return new UraError(
    'state-not-allowed',
    next.length === 0
      ? `It is ${present}, which is final.`
      : `After ${present} comes one of: ${next.join(', ')}.`,
  );
}
