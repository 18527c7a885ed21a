import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openOwnClient } from '../../src/cli/own-client.js';
import { UraClient } from '../../src/client/index.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { configCopy } from '../support/config-copy.js';
import { freePort } from '../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';

describe('processes that share the work', function () {
  this.timeout(120_000);
  let stack: Stack;
  let results: CollectedResults;
  let removeConfig: () => Promise<void>;
  const processes: GatewayProcess[] = [];

  before(async () => {
    // So long between looks that only a signal can be the reason when something goes on at once.
    const config = await configCopy({
      'gateway.json': (content) => ({
        ...content,
        dispatch: { leaseMs: 15_000, pollMs: 20_000, defaultDeadlineMinutes: 10 },
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({ withGateway: false, config: config.folder });
    results = await collectResults(stack.variables);
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((one) => one.terminate()));
  });
  after(async () => {
    await results.stop();
    await stack.stop();
    await removeConfig();
  });

  const start = async (roles: string): Promise<{ url: string; client: UraClient }> => {
    const port = await freePort();
    const variables = { ...stack.variables, PORT: String(port), URA_ROLES: roles };
    processes.push(await startGatewayProcess(variables));
    const url = `http://127.0.0.1:${port}`;
    return {
      url,
      client: new UraClient({ gateway: url, ...(await openOwnClient(variables, { municipality: '20' })) }),
    };
  };
  const submit = (client: UraClient, waitSeconds?: number) =>
    client.submit(familyRequest(stack.people.headOfSix), {
      idempotencyKey: randomUUID(),
      ...(waitSeconds === undefined ? {} : { waitSeconds }),
    });

  it('takes requests in one, asks registries in another and tells municipalities from a third', async () => {
    const { client } = await start('api');
    const stored = await submit(client);
    assert.equal(stored.state, 'accepted');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal((await client.get(stored.id)).state, 'accepted', 'nobody dispatches yet');

    await start('dispatch');
    const since = Date.now();
    const answered = await submit(client, 15);
    assert.equal(answered.state, 'answered');
    assert.ok(Date.now() - since < 10_000, 'the next look of either would have come after 20 s');
    const { rows } = await stack.database.query('select 1 from outbox');
    assert.ok(rows.length > 0, 'nobody relays yet');

    await start('relay,seal');
    await results.next(answered.id);
    await results.next(stored.id);
  });

  it('serves health and metrics everywhere, and requests only where they are taken', async () => {
    const { url, client } = await start('dispatch');
    assert.equal((await fetch(`${url}/health/ready`)).status, 200);
    assert.match(await (await fetch(`${url}/metrics`)).text(), /ura_lane_limit/);
    await assert.rejects(submit(client), /not-implemented/);
    const { rows } = await stack.database.query<{ n: number }>(
      `select count(*)::integer as n from requests where state = 'accepted'`,
    );
    assert.equal(rows[0]?.n, 0);
  });

  it('refuses a role that there is none of', async () => {
    await assert.rejects(
      start('api,sleep'),
      /there is no role sleep: the roles are api, dispatch, relay, seal/,
    );
  });
});
