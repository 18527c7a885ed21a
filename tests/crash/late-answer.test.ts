import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PropertySimulator } from '../../adapters/property/simulator/start.js';
import type { PropertyOwnershipRecord } from '../../contracts/canonical/types.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { configCopy } from '../support/config-copy.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { ownershipRequest, propertySamples, startPropertyRegistry } from '../support/property-registry.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('a gateway that is killed while a registry still owes an answer', function () {
  this.timeout(120_000);
  let cadastre: PropertySimulator;
  let stack: Stack;
  let results: CollectedResults;
  let removeConfig: () => Promise<void>;
  let gateway: GatewayProcess | undefined;
  /** The calendar of the cadastre: answers become ready when the test says so. */
  let aheadMs = 0;

  before(async () => {
    cadastre = await startPropertyRegistry({ registryClock: { now: () => Date.now() + aheadMs } });
    const config = await configCopy({
      'adapters/property.json': (content) => ({ ...content, pollEveryMs: 300 }),
      'gateway.json': (content) => ({
        ...content,
        dispatch: { leaseMs: 1500, pollMs: 100, defaultDeadlineMinutes: 10 },
      }),
    });
    removeConfig = config.remove;
    const variables = { URA_PROPERTY_URL: cadastre.soapUrl };
    stack = await startStack({ withGateway: false, config: config.folder, variables });
    results = await collectResults(stack.variables);
  });
  beforeEach(() => {
    aheadMs = 0;
    cadastre.control({ behaviour: 'late-callback', delayMs: 3_600_000 });
  });
  afterEach(async () => {
    await gateway?.kill();
    gateway = undefined;
  });
  after(async () => {
    await results.stop();
    await stack.stop();
    await cadastre.close();
    await removeConfig();
  });

  const rowOf = async (id: string) => {
    const { rows } = await stack.database.query<{ state: string; ticket: string | null }>(
      'select state, ticket from requests where id = $1',
      [id],
    );
    return rows[0];
  };
  const isWaiting = (id: string) =>
    waitFor(
      async () => ((await rowOf(id))?.state === 'awaiting-answer' ? true : undefined),
      'the request to wait for its answer',
    );
  const executionsOf = (id: string) =>
    cadastre.journal.entries().filter(({ messageId }) => messageId.includes(id));
  const submit = async (caseId: string) => {
    const client = await stack.client();
    const { owner } = propertySamples(cadastre);
    return client.submit(ownershipRequest(owner, caseId), { idempotencyKey: randomUUID() });
  };

  async function assertAnsweredOnce(id: string): Promise<void> {
    const event = await results.next(id);
    assert.ok(event.value.result?.kind === 'answered');
    assert.equal((event.value.result.evidence as PropertyOwnershipRecord).found, true);
    assert.equal((await rowOf(id))?.state, 'answered');
    // Long enough for a second delivery to show itself.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(new Set(results.of(id).map((each) => each.id)).size, 1);
    const evidence = await createEvidenceStore(stack.database).list(id);
    assert.deepEqual(
      evidence.map(({ sequence }) => sequence),
      evidence.map((_, index) => index + 1),
    );
    assert.equal(evidence.filter(({ kind }) => kind === 'result').length, 1);
  }

  it('loses neither the ticket nor the question: the next one fetches the answer, and asks nothing twice', async () => {
    gateway = await startGatewayProcess(stack.variables);
    const { id } = await submit('CRASH-P-1');
    await isWaiting(id);
    const ticket = (await rowOf(id))?.ticket;
    assert.match(ticket ?? '', /^ASHK-[0-9A-F]{12}$/);
    await gateway.kill();
    assert.equal((await rowOf(id))?.ticket, ticket);
    assert.equal(results.of(id).length, 0);

    // The days pass while nobody is there.
    aheadMs = 5 * 86_400_000;
    gateway = await startGatewayProcess(stack.variables);
    await assertAnsweredOnce(id);
    const [execution, ...others] = executionsOf(id);
    assert.equal(others.length, 0);
    assert.equal(execution?.repetitions, 0, 'the question itself was sent once');
  });

  it('loses nothing when it dies in the middle of asking for the answer', async () => {
    gateway = await startGatewayProcess(stack.variables);
    const { id } = await submit('CRASH-P-2');
    await isWaiting(id);
    aheadMs = 5 * 86_400_000;
    cadastre.control({ behaviour: 'slow', delayMs: 60_000, count: 1 });
    await waitFor(async () => {
      const response = await fetch(`${cadastre.url}/control`);
      const { present } = (await response.json()) as { present: { behaviour: string } };
      return present.behaviour === 'normal' ? true : undefined;
    }, 'the gateway to ask for the answer');
    await gateway.kill();
    assert.equal((await rowOf(id))?.state, 'dispatching');

    gateway = await startGatewayProcess(stack.variables);
    await assertAnsweredOnce(id);
    assert.equal(executionsOf(id).length, 1);
    assert.equal(
      executionsOf(id)[0]?.repetitions,
      0,
      'it is the answer that was asked for, not the question',
    );
  });

  it('asks the same question again when the ticket itself was lost on its way', async () => {
    cadastre.control({ behaviour: 'late-callback', delayMs: 3_600_000, count: 1 });
    gateway = await startGatewayProcess(stack.variables);
    const { id } = await submit('CRASH-P-3');
    await waitFor(() => executionsOf(id)[0], 'the cadastre to take the question');
    await gateway.kill();
    // As it stood before the ticket was stored, if that had happened already.
    await stack.database.query(
      `update requests set state = 'dispatching', ticket = null, lease_owner = 'killed', lease_until = now()
        where id = $1`,
      [id],
    );
    aheadMs = 5 * 86_400_000;
    gateway = await startGatewayProcess(stack.variables);
    await assertAnsweredOnce(id);
    assert.equal(executionsOf(id).length, 1);
    assert.equal(executionsOf(id)[0]?.repetitions, 1);
  });
});
