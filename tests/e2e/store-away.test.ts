import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Gateway } from '../../src/compose.js';
import { openWorld, toBytes } from '../attacks/api/signed-message.js';
import { sendBytes } from '../attacks/api/wire.js';
import { collectResults } from '../support/collect-results.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import type { CuttablePort } from './cuttable-port.js';
import { type GatewayWithCuttableStore, startWithCuttableStore } from './gateway-with-cuttable-store.js';
import { impatient } from './impatient-config.js';

describe('a store that goes away', function () {
  this.timeout(60_000);
  let stack: Stack;
  let gateway: Gateway;
  let away: GatewayWithCuttableStore;
  let way: CuttablePort;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const { folder, remove } = await impatient();
    removeConfig = remove;
    stack = await startStack({ withGateway: false, config: folder });
    away = await startWithCuttableStore(stack);
    ({ gateway, way } = away);
  });
  after(async () => {
    await away.stop();
    await stack.stop();
    await removeConfig();
  });

  it('turns clients away with 503 and Retry-After, and all is well when it is back, without a restart', async () => {
    const client = await stack.client();
    const before = await client.submit(familyRequest(stack.people.widow), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    assert.equal(before.state, 'answered');
    const world = await openWorld({
      variables: stack.variables,
      people: stack.people,
      client: stack.client,
      gateway,
    });

    way.cut();
    for (const draft of [{}, { method: 'GET', target: `/v1/requests/${before.id}` }]) {
      const answer = await sendBytes(world.port, toBytes(await world.sign(draft)));
      assert.equal(answer?.status, 503);
      assert.match(answer?.headers['retry-after'] ?? '', /^[1-9]\d*$/);
      const problem = JSON.parse(String(answer?.body)) as { code: string; detail: string };
      assert.equal(problem.code, 'unavailable');
      assert.doesNotMatch(problem.detail, /ECONN|postgres|127\.0/);
    }
    assert.equal((await fetch(`${gateway.url}/health/live`)).status, 200);
    assert.equal((await fetch(`${gateway.url}/metrics`)).status, 200);
    const ready = await fetch(`${gateway.url}/health/ready`);
    assert.equal(ready.status, 503);
    assert.equal(((await ready.json()) as { status: string }).status, 'not-ready');

    way.open();
    const after = await waitFor(
      () =>
        client
          .submit(familyRequest(stack.people.widow), { idempotencyKey: randomUUID(), waitSeconds: 20 })
          .catch(() => undefined),
      'a submission that is taken',
    );
    assert.equal(after.state, 'answered');
    assert.equal((await fetch(`${gateway.url}/health/ready`)).status, 200);
    const results = await collectResults(stack.variables);
    assert.equal((await results.next(after.id)).type, 'ura.request.answered.v1');
    await results.stop();
  });

  it('while the registry is answering loses nothing: the request is answered once it is back, and executed once', async () => {
    const client = await stack.client();
    stack.registry.control({ behaviour: 'slow', delayMs: 700, count: 1 });
    const { id } = await client.submit(familyRequest(stack.people.widow), { idempotencyKey: randomUUID() });
    await waitFor(
      () => stack.registry.journal.entries().find(({ messageId }) => messageId.includes(id)),
      'the question at the registry',
    );
    way.cut();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    way.open();
    await waitFor(async () => {
      const found = await client.get(id).catch(() => undefined);
      return found?.state === 'answered' ? found : undefined;
    }, 'the answer');
    assert.equal(
      stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id)).length,
      1,
    );
  });
});
