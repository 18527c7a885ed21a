import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { RequestResource, UraClient } from '../../src/client/index.js';
import { UraRefused } from '../../src/client/index.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { type CollectedResults, collectResults } from '../support/collect-results.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { impatient } from './impatient-config.js';

describe('a registry in trouble', function () {
  this.timeout(60_000);
  let stack: Stack;
  let client: UraClient;
  let results: CollectedResults;
  let removeConfig: () => Promise<void>;

  before(async () => {
    const { folder, remove } = await impatient();
    removeConfig = remove;
    stack = await startStack({ config: folder });
    client = await stack.client();
    results = await collectResults(stack.variables);
  });
  after(async () => {
    await results.stop();
    await stack.stop();
    await removeConfig();
  });
  afterEach(() => stack.registry.control('normal'));

  const submit = (): Promise<RequestResource> =>
    client.submit(familyRequest(stack.people.widow), { idempotencyKey: randomUUID() });
  const reaches = (id: string, state: RequestResource['state']): Promise<RequestResource> =>
    waitFor(async () => {
      const request = await client.get(id);
      return request.state === state ? request : undefined;
    }, `${state} of ${id}`);
  const metric = async (line: RegExp): Promise<number> => {
    const text = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    return Number(line.exec(text)?.[1] ?? 0);
  };
  const kinds = async (id: string): Promise<string[]> =>
    (await createEvidenceStore(stack.database).list(id)).map(({ kind }) => kind);

  it('that is down: the request stays accepted, says why it waits, and is answered once it is up', async () => {
    stack.registry.control('down');
    const { id } = await submit();
    const waiting = await reaches(id, 'retry-wait');
    assert.match(waiting.reason?.code ?? '', /^connect|connection/);
    assert.ok((waiting.reason?.detail ?? '').length > 10);
    assert.equal(waiting.result, undefined);
    const since = await waitFor(async () => {
      const service = await client.service('AL012031');
      const { state, since } = service.kind === 'query' ? service.registryState : {};
      return state === 'impaired' ? since : undefined;
    }, 'the counters to be told');
    assert.ok(Date.parse(since) <= Date.now() + 1_000);
    stack.registry.control('normal');
    const answered = await reaches(id, 'answered');
    assert.ok(answered.attempts >= 2);
    assert.equal(answered.reason, undefined, 'what it waited for is over');
    assert.equal((await results.next(id)).type, 'ura.request.answered.v1');
  });

  it('that is down does not keep anybody from submitting', async () => {
    stack.registry.control('down');
    const requests = await Promise.all(Array.from({ length: 30 }, submit));
    assert.equal(new Set(requests.map(({ id }) => id)).size, 30);
    const ready = (await (await fetch(`${stack.gateway.url}/health/ready`)).json()) as { status: string };
    assert.equal(ready.status, 'ready');
    stack.registry.control('normal');
    for (const { id } of requests) await reaches(id, 'answered');
    const executed = stack.registry.journal.entries().map(({ messageId }) => messageId);
    for (const { id } of requests) {
      assert.equal(executed.filter((messageId) => messageId.includes(id)).length, 1, 'executed once');
    }
  });

  it('that is slow: the client is told to come back, and finds the answer later', async () => {
    stack.registry.control({ behaviour: 'slow', delayMs: 1_200, count: 1 });
    const { id, state } = await client.submit(familyRequest(stack.people.widow), {
      idempotencyKey: randomUUID(),
      waitSeconds: 1,
    });
    assert.equal(state, 'dispatching');
    assert.equal((await reaches(id, 'answered')).attempts, 1);
  });

  it('that is slower than the call may take is asked again under the same message id', async () => {
    stack.registry.control({ behaviour: 'slow', delayMs: 3_000, count: 1 });
    const { id } = await submit();
    const answered = await reaches(id, 'answered');
    assert.equal(answered.attempts, 2);
    const executions = stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id));
    assert.deepEqual(
      executions.map(({ repetitions }) => repetitions),
      [1],
    );
  });

  it('that executes and hangs up is asked again, and executes once', async () => {
    stack.registry.control({ behaviour: 'drop-after-execution', count: 1 });
    const { id } = await submit();
    await reaches(id, 'answered');
    assert.equal(
      stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id)).length,
      1,
    );
  });

  it('that says it is busy, signed, is asked again', async () => {
    stack.registry.control({ behaviour: 'fault', faultCode: 'BUSY', count: 1 });
    const { id } = await submit();
    assert.equal((await reaches(id, 'answered')).attempts, 2);
  });

  for (const behaviour of ['unsigned', 'other-answer'] as const) {
    it(`whose answer is ${behaviour}: nothing of it is delivered, it is kept, and an alarm is raised`, async () => {
      const line = /^ura_alarms_total\{[^}]*adapter="civil"[^}]*\} (\d+)/m;
      const before = await metric(line);
      stack.registry.control(behaviour);
      const { id } = await submit();
      const failed = await reaches(id, 'failed');
      assert.deepEqual(failed.result, { kind: 'failed', code: 'answer-invalid' });
      assert.equal(failed.attempts, 2);
      const event = await results.next(id);
      assert.equal(event.type, 'ura.request.failed.v1');
      assert.deepEqual(event.value.result, { kind: 'failed', code: 'answer-invalid' });
      assert.equal(results.of(id).length, 1);
      const kept = (await kinds(id)).filter((kind) => kind === 'registry-answer');
      assert.equal(kept.length, 2);
      const alarms = stack.log.filter(
        ({ requestId, msg }) => requestId === id && String(msg).startsWith('ALARM'),
      );
      assert.equal(alarms.length, 2);
      const total = await metricSum(line.source.replace('(\\d+)', '(?<n>\\d+)'));
      assert.ok(total >= before + 2);
    });
  }

  it('whose answer is an unsigned fault: not taken for a refusal, asked again', async () => {
    stack.registry.control({ behaviour: 'unsigned-fault', count: 1 });
    const { id } = await submit();
    assert.equal((await reaches(id, 'answered')).attempts, 2);
  });

  it('lets a request be cancelled while it waits, once and for all', async () => {
    stack.registry.control('down');
    const { id } = await submit();
    const cancel = async (): Promise<RequestResource> => {
      // Between two attempts only; while the registry is being asked, the gateway says 409.
      for (;;) {
        try {
          return await client.cancel(id, 'Qytetari e tërhoqi kërkesën');
        } catch (error) {
          if (!(error instanceof UraRefused) || error.code !== 'not-cancellable') throw error;
        }
      }
    };
    const [first, second] = await Promise.all([cancel(), cancel()]);
    assert.equal(first.state, 'cancelled');
    assert.equal(second.state, 'cancelled');
    assert.equal((await client.cancel(id, 'edhe një herë')).state, 'cancelled');
    stack.registry.control('normal');
    assert.equal((await results.next(id)).type, 'ura.request.cancelled.v1');
    assert.equal((await client.get(id)).state, 'cancelled');
    assert.equal(
      stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id)).length,
      0,
    );
    assert.equal((await kinds(id)).filter((kind) => kind === 'cancellation').length, 1);
  });

  it('lets a request expire at its deadline', async () => {
    stack.registry.control('down');
    const { id } = await client.submit(
      { ...familyRequest(stack.people.widow), deadline: new Date(Date.now() + 1_500).toISOString() },
      { idempotencyKey: randomUUID() },
    );
    const expired = await reaches(id, 'expired');
    assert.equal(expired.reason?.code, 'deadline-passed');
    assert.equal((await results.next(id)).type, 'ura.request.expired.v1');
  });

  async function metricSum(source: string): Promise<number> {
    const text = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    return [...text.matchAll(new RegExp(source, 'gm'))].reduce(
      (sum, { groups }) => sum + Number(groups?.n),
      0,
    );
  }
});
