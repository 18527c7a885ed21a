import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';

describe('what can be seen of the gateway from outside', function () {
  this.timeout(60_000);
  let stack: Stack;
  let results: CollectedResults;

  before(async () => {
    stack = await startStack();
    results = await collectResults(stack.variables);
    const client = await stack.client();
    const { id } = await client.submit(familyRequest(stack.people.headOfSix), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    await results.next(id);
  });

  after(async () => {
    await results.stop();
    await stack.stop();
  });

  const get = (path: string): Promise<Response> => fetch(stack.gateway.url + path);
  const check = async (name: string): Promise<{ status: string; detail?: string } | undefined> => {
    const { checks } = (await (await get('/health/ready')).json()) as {
      checks: { name: string; status: string; detail?: string }[];
    };
    return checks.find((each) => each.name === name);
  };

  it('says that it is alive and ready, with each part named', async () => {
    assert.deepEqual(await (await get('/health/live')).json(), { status: 'alive' });
    const ready = await get('/health/ready');
    assert.equal(ready.status, 200);
    for (const name of [
      'store',
      'broker',
      'registry-civil',
      'certificate-gateway-messages',
      'certificate-registry-civil',
    ]) {
      assert.equal((await check(name))?.status, 'ok', name);
    }
  });

  it('counts requests by service and outcome, times each hop, and shows outbox and lanes', async () => {
    const text = await (await get('/metrics')).text();
    const value = (line: string): number => {
      const found = text.split('\n').find((candidate) => candidate.startsWith(`${line} `));
      assert.ok(found, `${line} in\n${text}`);
      return Number(found.slice(line.length + 1));
    };
    assert.equal(value('ura_requests_accepted_total{service="AL012031"}'), 1);
    assert.equal(value('ura_requests_finished_total{service="AL012031",outcome="answered"}'), 1);
    for (const hop of ['sign', 'call', 'verify'])
      assert.equal(value(`ura_hop_seconds_count{adapter="civil",hop="${hop}"}`), 1);
    assert.equal(value('ura_outbox_age_seconds'), 0);
    assert.equal(value('ura_lane_depth{adapter="civil"}'), 0);
    assert.ok(value('ura_events_delivered_total') >= 1);
  });

  it('publishes its contracts, complete', async () => {
    const openapi = (await (await get('/openapi.json')).json()) as { openapi: string };
    assert.equal(openapi.openapi, '3.1.0');
    const asyncapi = JSON.stringify(await (await get('/asyncapi.json')).json());
    assert.doesNotMatch(asyncapi, /"\$ref":"\.\//);
    assert.equal((await get('/contracts/registries/civil/civil.wsdl')).status, 200);
    for (const hidden of [
      '/contracts/outcome.ts',
      '/contracts/../package.json',
      '/contracts/%2e%2e/package.json',
    ]) {
      assert.notEqual((await get(hidden)).status, 200, hidden);
    }
  });

  it('publishes the schema that an event names, and the event fits it', async () => {
    const client = await stack.client();
    const { id } = await client.submit(familyRequest(stack.people.unknown), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    const event = await results.next(id);
    const schema = (await (await fetch(event.dataschema)).json()) as object;
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    assert.ok(validate(event.value), JSON.stringify(validate.errors));
  });

  it("carries the caller's trace to the registry and into the event", async () => {
    const client = await stack.client();
    const { id } = await client.submit(familyRequest(stack.people.widow), {
      idempotencyKey: randomUUID(),
      waitSeconds: 20,
    });
    const event = await results.next(id);
    assert.match(event.traceparent ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  });
});
