import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey } from '../../src/cli/keys/generate-key.js';
import { OperatorClient } from '../../src/cli/operator/operator-client.js';
import { openOwnOperator } from '../../src/cli/operator/own-operator.js';
import type { RequestDetail } from '../../src/cli/operator/tables.js';
import type { UraClient } from '../../src/client/index.js';
import { systemClock } from '../../src/clock.js';
import type { OperatorSettings } from '../../src/config/config.js';
import { type ConfigCopy, configCopy } from '../support/config-copy.js';
import { doorTo } from '../support/door.js';
import { freePort } from '../support/free-port.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { withoutPromise } from '../support/unrepeatable-registry.js';
import { waitFor } from '../support/wait-for.js';

/** A gateway whose civil registry promises nothing, its clients, and operators of every role. */
export interface OperatorWorld {
  readonly stack: Stack;
  readonly config: ConfigCopy;
  readonly divjake: UraClient;
  /** Speaks as one of the operators; the development operator by default. */
  as(id?: string): Promise<OperatorClient>;
  /** Submits a request of Divjakë that comes to be held, because its answer, or it itself, gets lost. */
  held(lost?: 'question' | 'answer', nid?: string): Promise<string>;
  /** Submits one while nobody listens at the registry. */
  waiting(): Promise<string>;
  reaches(id: string, state: string): Promise<void>;
  /** How often the registry executed it. */
  executions(id: string): number;
  stop(): Promise<void>;
}

type Operator = Pick<OperatorSettings, 'roles' | 'scope'>;
const everything = { registries: 'all', municipalities: 'all' } as const;

/** Beside `operations`, which comes with Ura. */
const operators: Readonly<Record<string, Operator>> = {
  watcher: { roles: ['observer'], scope: everything },
  mover: { roles: ['operator'], scope: everything },
  steward: { roles: ['data-steward'], scope: everything },
  platform: { roles: ['platform'], scope: everything },
  'of-fier': {
    roles: ['operator', 'data-steward', 'platform'],
    scope: { registries: 'all', municipalities: ['21'] },
  },
  'of-tax': { roles: ['operator', 'data-steward'], scope: { registries: ['tax'], municipalities: 'all' } },
};

export async function openOperatorWorld(): Promise<OperatorWorld> {
  const keys = await mkdtemp(join(tmpdir(), 'ura-operators-'));
  await mkdir(keys, { recursive: true });
  for (const name of Object.keys(operators)) {
    const wanted = { name, type: 'ec', use: 'http', folder: keys, days: 30, development: false } as const;
    await generateKey({ ...wanted, clock: systemClock });
  }
  const config = await configCopy({
    'adapters/civil.json': (content) => ({
      ...content,
      // Long enough that what waits for the registry still waits when an operator looks at it.
      retry: { baseMs: 600_000, capMs: 600_000, maxInvalidAttempts: 2 },
    }),
    'gateway.json': (content) => ({
      ...content,
      dispatch: { ...(content.dispatch as object), pollMs: 50, leaseMs: 3_000 },
    }),
    ...Object.fromEntries(
      Object.entries(operators).map(([id, settings]) => [
        `operators/${id}.json`,
        () => ({ id, name: id, keys: [join(keys, `${id}.public.jwk.json`)], ...settings }),
      ]),
    ),
  });
  const keepPromise = withoutPromise();
  const at = await freePort();
  const variables = { URA_CIVIL_URL: `http://127.0.0.1:${at}/soap` };
  const stack = await startStack({ config: config.folder, variables }).finally(keepPromise);
  const door = await doorTo(() => Number(new URL(stack.registry.soapUrl).port), at);
  const divjake = await stack.client('20');
  const clients: OperatorClient[] = [];
  const reaches = async (id: string, state: string): Promise<void> => {
    const look = async () => ((await divjake.get(id)).state === state ? true : undefined);
    await waitFor(look, `${state} of ${id}`);
  };
  return {
    stack,
    config,
    divjake,
    reaches,
    async as(id = 'operations') {
      const own = await openOwnOperator(stack.variables, { as: id });
      const client = new OperatorClient({ gateway: stack.gateway.url, clock: systemClock, ...own });
      clients.push(client);
      return client;
    },
    async held(lost = 'question', nid = stack.people.widow) {
      stack.registry.control({ behaviour: lost === 'answer' ? 'drop-after-execution' : 'down', count: 1 });
      const { id } = await divjake.submit(familyRequest(nid), { idempotencyKey: randomUUID() });
      await reaches(id, 'held');
      return id;
    },
    async waiting() {
      await door.shut();
      try {
        const { id } = await divjake.submit(familyRequest(stack.people.widow), {
          idempotencyKey: randomUUID(),
        });
        await reaches(id, 'retry-wait');
        return id;
      } finally {
        await door.open();
      }
    },
    executions: (id) =>
      stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id)).length,
    async stop() {
      for (const client of clients) client.close();
      await stack.stop();
      await door.shut();
      await config.remove();
      await rm(keys, { recursive: true, force: true });
    },
  };
}

/** Takes an action, under a key of its own unless one is given. */
export function take(
  client: OperatorClient,
  id: string,
  action: string,
  body: object,
  key: string = randomUUID(),
): Promise<RequestDetail> {
  return client.post<RequestDetail>(`/requests/${id}/${action}`, body, key);
}

export const reasons = {
  release: { reason: { code: 'registry-journal', text: 'Ditari i regjistrit nuk e ka' } },
  rerun: { reason: { code: 'registry-repaired', text: 'Regjistri punon sërish' } },
  cancel: { reason: { code: 'duplicate', text: 'Kërkesa është dërguar dy herë' } },
  disclose: { reason: { code: 'to-answer', text: 'Për kërkim në arkiv' } },
  answer: { reason: { code: 'registry-answered-otherwise', text: 'Shkresa e regjistrit, nr. 117/2026' } },
} as const;
