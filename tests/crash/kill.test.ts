import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { configCopy } from '../support/config-copy.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

describe('a gateway that is killed', function () {
  this.timeout(120_000);
  let stack: Stack;
  let results: CollectedResults;
  let removeConfig: () => Promise<void>;
  let gateway: GatewayProcess | undefined;
  let variables: Record<string, string>;

  before(async () => {
    // A short lease, so that the next process need not wait long for that of the dead one.
    const config = await configCopy({
      'gateway.json': (content) => ({
        ...content,
        dispatch: { leaseMs: 1500, pollMs: 100, defaultDeadlineMinutes: 10 },
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({ withGateway: false, config: config.folder });
    results = await collectResults(stack.variables);
  });

  beforeEach(() => {
    variables = { ...stack.variables };
    stack.registry.control('normal');
  });

  afterEach(async () => {
    await gateway?.kill();
    gateway = undefined;
  });

  after(async () => {
    await results.stop();
    await stack.stop();
    await removeConfig();
  });

  const stateOf = async (id: string): Promise<string | undefined> => {
    const { rows } = await stack.database.query<{ state: string }>(
      'select state from requests where id = $1',
      [id],
    );
    return rows[0]?.state;
  };

  const assertFinishedOnce = async (id: string): Promise<void> => {
    await results.next(id);
    assert.equal(await stateOf(id), 'answered');
    // Long enough for a second delivery to show itself.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(new Set(results.of(id).map((event) => event.id)).size, 1);
    const executed = stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id));
    assert.equal(executed.length, 1, 'the registry executes the message id once');
    const evidence = await createEvidenceStore(stack.database).list(id);
    assert.deepEqual(
      evidence.map(({ sequence }) => sequence),
      evidence.map((_, index) => index + 1),
    );
    for (const kind of ['client-request', 'decision', 'registry-request', 'registry-answer', 'result']) {
      assert.equal(evidence.filter((entry) => entry.kind === kind).length, 1, kind);
    }
    const { rows } = await stack.database.query('select 1 from outbox');
    assert.equal(rows.length, 0, 'the outbox is empty');
  };

  it('between accepting a request and the answer: the next one finishes it, once', async () => {
    stack.registry.control({ behaviour: 'slow', delayMs: 3_000, count: 1 });
    gateway = await startGatewayProcess(variables);
    const client = await stack.client();
    const accepted = await client.submit(familyRequest(stack.people.headOfSix), {
      idempotencyKey: randomUUID(),
    });
    assert.equal(accepted.state, 'dispatching');
    await gateway.kill();
    assert.equal(await stateOf(accepted.id), 'dispatching');

    gateway = await startGatewayProcess(variables);
    await assertFinishedOnce(accepted.id);
  });

  it('after the registry executed the question, before its answer was stored: the same message id, executed once', async () => {
    stack.registry.control({ behaviour: 'slow', delayMs: 3_000, count: 1 });
    gateway = await startGatewayProcess(variables);
    const client = await stack.client();
    const before = stack.registry.journal.executed;
    const accepted = await client.submit(familyRequest(stack.people.widow), { idempotencyKey: randomUUID() });
    await waitFor(
      () => stack.registry.journal.executed > before || undefined,
      'the registry to execute',
      10_000,
    );
    await gateway.kill();

    gateway = await startGatewayProcess(variables);
    await assertFinishedOnce(accepted.id);
    assert.equal(
      stack.registry.journal.entries().find(({ messageId }) => messageId.includes(accepted.id))?.repetitions,
      1,
    );
  });

  it('after the result was stored, before Kafka had it: the event is delivered by the next one', async () => {
    gateway = await startGatewayProcess({ ...variables, KAFKA_BROKERS: `127.0.0.1:${await freePort()}` });
    const client = await stack.client();
    const answered = await client.submit(familyRequest(stack.people.single), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    assert.equal(answered.state, 'answered');
    await gateway.kill();
    assert.equal(results.of(answered.id).length, 0);

    gateway = await startGatewayProcess(variables);
    await assertFinishedOnce(answered.id);
  });

  it('and a client that repeats its submission afterwards gets the same request', async () => {
    gateway = await startGatewayProcess(variables);
    const client = await stack.client();
    const idempotencyKey = randomUUID();
    const draft = familyRequest(stack.people.married);
    const accepted = await client.submit(draft, { idempotencyKey });
    await gateway.kill();
    gateway = await startGatewayProcess(variables);
    const again = await client.submit(draft, { idempotencyKey, waitSeconds: 20 });
    assert.equal(again.id, accepted.id);
    await assertFinishedOnce(accepted.id);
  });
});
