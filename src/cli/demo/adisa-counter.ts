import { createServer, type IncomingMessage } from 'node:http';
import {
  type ApplicationDraft,
  type ApplicationResource,
  type ApplicationState,
  consumeApplications,
  readWebhook,
  seenInMemory,
  UraClient,
} from '../../client/index.js';
import type { Clock } from '../../clock.js';
import { createEventSource } from '../../kafka/consumer.js';
import { openOwnClient } from '../own-client.js';

/** ADISA's own system: takes applications in, and is told where they stand. */
export interface AdisaCounter {
  submit(draft: ApplicationDraft, idempotencyKey: string): Promise<ApplicationResource>;
  read(id: string): Promise<ApplicationResource>;
  /** States of an application in the order in which the gateway called with them, repetitions left out. */
  calledWith(id: string): readonly ApplicationState[];
  /** The same out of Kafka. */
  heardOf(id: string): readonly ApplicationState[];
  /** Codes of calls and events that were not accepted. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

export interface CounterSettings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly gatewayUrl: string;
  readonly brokers: string;
  /** Where the gateway calls; on this machine. */
  readonly webhookUrl: string;
  /** Name of this run, for the consumer group. */
  readonly run: string;
  readonly clock: Clock;
}

/** Far more than the state of an application needs. */
const largestCallBytes = 65_536;

/** Starts ADISA's side with its own key, an endpoint for webhooks, and a consumer of its topic. */
export async function startAdisaCounter(settings: CounterSettings): Promise<AdisaCounter> {
  const { variables, gatewayUrl, brokers, webhookUrl, run, clock } = settings;
  const own = await openOwnClient(variables, { municipality: 'AD' });
  const ura = new UraClient({ gateway: gatewayUrl, clock, ...own });
  const { gatewayKeys } = own;
  const refused: string[] = [];
  const called = recorder();
  const heard = recorder();

  const server = createServer((request, response) => {
    const take = async (): Promise<number> => {
      const { method = '', url, rawHeaders: headers } = request;
      const body = await bodyOf(request);
      if (body === undefined || url !== new URL(webhookUrl).pathname) return 404;
      try {
        const call = readWebhook({ method, targetUri: webhookUrl, headers, body }, { gatewayKeys, clock });
        called.note(call.id, call.subject, call.value.state);
        return 204;
      } catch (error) {
        refused.push(`webhook: ${(error as { code?: string }).code ?? 'unexpected'}`);
        return 401;
      }
    };
    take().then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  const { port, hostname } = new URL(webhookUrl);
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(Number(port), hostname, resolve);
  });

  const consumer = consumeApplications({
    source: createEventSource({
      brokers,
      groupId: `ura-demo-${run}-AD`,
      topics: ['oss.AD.applications.v1'],
      fromBeginning: true,
    }),
    gatewayKeys,
    clock,
    seen: seenInMemory(),
    onState: async ({ id, value }) => heard.note(id, value.applicationId, value.state),
    onRefused: ({ code }) => void refused.push(code),
  });

  return {
    submit: (draft, idempotencyKey) => ura.submitApplication(draft, { idempotencyKey }),
    read: (id) => ura.application(id),
    calledWith: called.of,
    heardOf: heard.of,
    refused,
    async stop() {
      await consumer.stop();
      ura.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Keeps states by application, each event once. */
function recorder() {
  const seen = new Set<string>();
  const states = new Map<string, ApplicationState[]>();
  return {
    note(eventId: string, applicationId: string, state: ApplicationState): void {
      if (seen.has(eventId)) return;
      seen.add(eventId);
      states.set(applicationId, [...(states.get(applicationId) ?? []), state]);
    },
    of: (applicationId: string): readonly ApplicationState[] => states.get(applicationId) ?? [],
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestCallBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
