import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openOwnClient } from '../../src/cli/own-client.js';
import { UraClient, UraRefused } from '../../src/client/index.js';
import { configCopy } from '../support/config-copy.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';

describe('more than can be done at once', function () {
  this.timeout(60_000);
  let stack: Stack;
  let removeConfig: () => Promise<void>;
  let client: UraClient;

  before(async () => {
    const config = await configCopy({
      'gateway.json': (content) => ({ ...content, http: { ...(content.http as object), maxUnderWay: 2 } }),
    });
    removeConfig = config.remove;
    stack = await startStack({ config: config.folder });
    client = new UraClient({
      gateway: stack.gateway.url,
      ...(await openOwnClient(stack.variables, { municipality: '20' })),
      // Repetitions would hide what is looked for.
      tries: 1,
    });
  });
  beforeEach(() => stack.registry.control('normal'));
  after(async () => {
    await stack.stop();
    await removeConfig();
  });

  it('is turned away with a time to come again, and taken under the same key then', async () => {
    const keys = Array.from({ length: 30 }, () => randomUUID());
    const submit = (idempotencyKey: string) =>
      client.submit(familyRequest(stack.people.headOfSix), { idempotencyKey });
    const outcomes = await Promise.allSettled(keys.map(submit));
    const refused = keys.filter((_, index) => outcomes[index]?.status === 'rejected');
    assert.ok(refused.length > 0 && refused.length < keys.length, `${refused.length} of 30 were turned away`);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      const reason = outcome.reason as UraRefused;
      assert.ok(reason instanceof UraRefused, String(reason));
      assert.deepEqual([reason.status, reason.code], [503, 'unavailable']);
      assert.ok((reason.retryAfterSeconds ?? 0) >= 1);
    }
    for (const key of refused) await submit(key);
    const { rows } = await stack.database.query<{ n: number }>('select count(*)::integer as n from requests');
    assert.equal(rows[0]?.n, keys.length);
    const metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    assert.match(metrics, new RegExp(`^ura_http_turned_away_total ${refused.length}$`, 'm'));
  });

  it('is not made of those who only wait', async () => {
    stack.registry.control({ behaviour: 'slow', delayMs: 2_000, count: 6 });
    const waiting: Promise<unknown>[] = [];
    for (let index = 0; index < 6; index += 1) {
      waiting.push(
        client.submit(familyRequest(stack.people.headOfSix), {
          idempotencyKey: randomUUID(),
          waitSeconds: 20,
        }),
      );
      // One after the other, so that only waiting overlaps.
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await Promise.all(waiting);
  });
});
