import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalLine } from '../../adapters/civil/simulator/journal.js';
import type { PropertySimulator } from '../../adapters/property/simulator/start.js';
import type { Simulator } from '../../adapters/simulator-kind.js';
import { tax } from '../../adapters/tax/index.js';
import { openOwnClient } from '../../src/cli/own-client.js';
import type { RequestDraft, RequestResource } from '../../src/client/index.js';
import { UraClient } from '../../src/client/index.js';
import { type Gateway, startGateway } from '../../src/compose.js';
import { prepareEnvironment } from '../../src/environment.js';
import { auditEvidence } from '../../src/evidence/audit.js';
import { createLogger } from '../../src/observe/logger.js';
import { inputOf } from '../evidence/audit-scene.js';
import { configCopy } from '../support/config-copy.js';
import { freePort } from '../support/free-port.js';
import { startPropertyRegistry } from '../support/property-registry.js';
import { sampleRequest } from '../support/rest-registries.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

const hasty = { callTimeoutMs: 1_500, retry: { baseMs: 50, capMs: 200, maxInvalidAttempts: 3 } };

/** Real registries that misbehave, two nodes on one database, and the registries' own journals as witness. */
describe('registries that fail, end to end', function () {
  this.timeout(180_000);
  let folder: string;
  let journal: string;
  let cadastre: PropertySimulator;
  let taxOffice: Simulator;
  let stack: Stack;
  let other: Gateway | undefined;
  let otherClient: UraClient;
  let removeConfig: () => Promise<void>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ura-journal-'));
    journal = join(folder, 'registries.jsonl');
    cadastre = await startPropertyRegistry({ journalFile: journal });
    taxOffice = await (await tax.simulator()).start({
      port: 0,
      people: 400,
      keysFolder: join(process.env.URA_DATA as string, 'keys'),
      publicUrl: 'https://tax.example/v1',
      journalFile: journal,
    });
    const config = await configCopy({
      'adapters/property.json': (content) => ({ ...content, ...hasty, statusPauseMs: 300 }),
      'adapters/tax.json': (content) => ({
        ...content,
        ...hasty,
        statusPauseMs: 300,
        // Nobody listens at the first: every call goes over to the second.
        endpoint: 'http://127.0.0.1:9/v1',
        furtherEndpoints: [taxOffice.endpoint],
      }),
      'adapters/civil.json': (content) => ({
        ...content,
        ...hasty,
        breaker: { failures: 3, openMs: 300, capMs: 600 },
      }),
      'gateway.json': (content) => ({
        ...content,
        dispatch: { ...(content.dispatch as object), pollMs: 100, leaseMs: 3_000 },
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({
      config: config.folder,
      variables: { URA_PROPERTY_URL: cadastre.soapUrl },
    });
    const port = String(await freePort());
    const environment = await prepareEnvironment({ ...stack.variables, PORT: port }, { now: Date.now });
    other = await startGateway(environment, createLogger('silent', { write: () => {} }), { now: Date.now });
    const own = await openOwnClient(stack.variables, { municipality: '20' });
    otherClient = new UraClient({ gateway: `http://127.0.0.1:${port}`, ...own });
  });
  after(async () => {
    await other?.stop();
    await stack.stop();
    await taxOffice.close();
    await cadastre.close();
    await removeConfig();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => {
    stack.registry.control('normal');
    cadastre.control('normal');
    taxOffice.control({ behaviour: 'normal' });
  });

  const submit = async (draft: RequestDraft): Promise<RequestResource> =>
    (await stack.client()).submit(draft, { idempotencyKey: randomUUID() });
  const reaches = (id: string, state: RequestResource['state']) =>
    waitFor(
      async () => {
        const request = await (await stack.client()).get(id);
        return request.state === state ? request : undefined;
      },
      `${state} of ${id}`,
      60_000,
    );
  const prohibition = (): RequestDraft => ({
    service: 'AL013003',
    subject: { scheme: 'PROPERTY', notation: '8270/8/638' },
    parameters: { grounds: 'Ligji 111/2018, neni 45' },
    purpose: 'property-tax',
    legalBasis: 'Ligji 9632/2006 për sistemin e taksave vendore, neni 32',
    requester: { organisation: 'Bashkia Divjakë', officer: 'e.hoxha', unit: 'Zyra me një ndalesë' },
    caseId: `DIV-${randomUUID().slice(0, 8)}`,
  });
  const certificate = async (): Promise<RequestDraft> => {
    const samples = (await tax.simulator()).samples({ people: 400 });
    const sample = samples.find(({ operation }) => operation === 'certificate');
    assert.ok(sample);
    return sampleRequest('AL014002', 'transport-licence', sample);
  };
  const linesAbout = (id: string): JournalLine[] =>
    readFileSync(journal, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalLine)
      .filter(({ messageId }) => messageId.includes(id));
  const holds = async (id: string): Promise<void> => {
    const checks = await auditEvidence(await inputOf(stack, id));
    assert.deepEqual(
      checks.filter(({ ok }) => !ok),
      [],
    );
  };

  for (const [registry, draft, control] of [
    [
      'the cadastre, over SOAP',
      async () => prohibition(),
      (to: string) => cadastre.control({ behaviour: to as 'down', count: 1 }),
    ],
    [
      'the tax office, over REST',
      certificate,
      (to: string) => taxOffice.control({ behaviour: to, count: 1 }),
    ],
  ] as const) {
    it(`finds the lost answer to an act of ${registry}, and has it executed once`, async () => {
      control('drop-after-execution');
      const { id } = await submit(await draft());
      const request = await reaches(id, 'answered');
      assert.equal(request.result?.kind, 'answered');
      assert.deepEqual(
        linesAbout(id).map(({ event }) => event),
        ['executed'],
      );
      await holds(id);
    });

    it(`asks ${registry} again for an act only when it surely was not executed`, async () => {
      control('half-open');
      const { id } = await submit(await draft());
      await reaches(id, 'answered');
      assert.deepEqual(
        linesAbout(id).map(({ event }) => event),
        ['executed'],
      );
      const { rows } = await inputOf(stack, id);
      const outcomes = rows.flatMap(({ kind, meta }) => (kind === 'registry-answer' ? [meta.outcome] : []));
      assert.deepEqual(
        outcomes,
        ['unavailable', 'unavailable', 'answered'],
        'the registry said twice that it had not',
      );
      await holds(id);
    });
  }

  it('tells counters on every node the same, and proves afterwards why a request was late', async () => {
    const stateAt = async (client: UraClient) => {
      const service = await client.service('AL012031');
      assert.ok(service.kind === 'query');
      return service.registryState;
    };
    const client = await stack.client();
    await reaches((await submit(familyRequest(stack.people.widow))).id, 'answered');
    stack.registry.control('down');
    const { id } = await submit(familyRequest(stack.people.widow));
    const impaired = (from: UraClient) =>
      waitFor(async () => {
        const state = await stateAt(from);
        return state.state === 'impaired' ? state : undefined;
      }, 'the counters to be told');
    assert.deepEqual(await impaired(otherClient), await impaired(client));
    const open = /ura_circuit_state\{adapter="civil",endpoint="[^"]+"\} [12]/;
    const metrics = async () => (await fetch(`${stack.gateway.url}/metrics`)).text();
    await waitFor(async () => open.test(await metrics()) || undefined, 'the circuit to be open');
    await waitFor(async () => {
      const ready = (await (await fetch(`${stack.gateway.url}/health/ready`)).json()) as {
        status: string;
        checks: { name: string; detail?: string }[];
      };
      assert.equal(ready.status, 'ready');
      const civil = ready.checks.find(({ name }) => name === 'registry-civil');
      return /does not answer since 20/.test(civil?.detail ?? '') || undefined;
    }, 'readiness to say so');
    stack.registry.control('normal');
    const request = await reaches(id, 'answered');
    const [delay, ...more] = request.delays ?? [];
    assert.deepEqual(more, []);
    assert.ok(delay && delay.kind === 'registry-outage' && delay.registry === 'civil');
    assert.ok(delay.totalMs > 0 && delay.from >= request.acceptedAt && delay.until <= request.updatedAt);
    const { rows } = await inputOf(stack, id);
    assert.equal(rows.at(-2)?.kind, 'registry-outage');
    await holds(id);
    for (const node of [client, otherClient]) {
      await waitFor(async () => (await stateAt(node)).state === 'up' || undefined, 'the counters to be told');
    }
    await waitFor(async () => !open.test(await metrics()) || undefined, 'the circuit to be closed');
  });

  it('lets requests expire at their deadline while their registry is down', async () => {
    stack.registry.control('down');
    const drafts = Array.from({ length: 3 }, () => familyRequest(stack.people.widow));
    const requests = await Promise.all(drafts.map(submit));
    await stack.database.query('update requests set deadline_at = now() where id = any ($1)', [
      requests.map(({ id }) => id),
    ]);
    for (const { id } of requests) {
      const request = await reaches(id, 'expired');
      assert.equal(request.reason?.code, 'deadline-passed');
      await holds(id);
    }
  });
});
