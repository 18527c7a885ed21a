import assert from 'node:assert/strict';
import { type Stack, startStack } from '../../support/stack.js';
import { bodyVectors } from './body-vectors.js';
import { messageVectors } from './message-vectors.js';
import { signatureVectors } from './signature-vectors.js';
import { openWorld, toBytes, type World } from './signed-message.js';
import { sendBytes } from './wire.js';

describe('attacks on the API', function () {
  this.timeout(60_000);
  const vectors = [...bodyVectors, ...messageVectors, ...signatureVectors];
  const rows: string[] = [];
  let stack: Stack;
  let world: World;
  let stored: Record<string, number>;

  before(async () => {
    stack = await startStack();
    world = await openWorld(stack);
    stored = await count();
  });
  after(async () => {
    await stack.stop();
    const refused = rows.filter((row) => row.startsWith('refused')).length;
    process.stdout.write(`${rows.join('\n')}\nattack vectors: ${rows.length} refused: ${refused}\n`);
  });

  /** Everything that a request leaves behind, the set of replays aside: that one must remember. */
  const count = async (): Promise<Record<string, number>> => {
    const { rows: tables } = await stack.database.query<Record<string, number>>(
      `select (select count(*)::integer from requests) as requests,
         (select count(*)::integer from idempotency_keys) as keys,
         (select count(*)::integer from evidence) as evidence`,
    );
    return tables[0] as Record<string, number>;
  };

  it('have names that tell them apart', () => {
    assert.equal(new Set(vectors.map(({ name }) => name)).size, vectors.length);
    assert.equal(vectors.length >= 100, true);
  });

  it('are measured against an honest request that is taken', async () => {
    const { key, body } = world.earlier;
    const honest = await world.sign({ body, fields: [['Idempotency-Key', key]] });
    assert.equal((await sendBytes(world.port, toBytes(honest)))?.status, 200);
  });

  for (const [index, { name, status, code, pointers, make }] of vectors.entries()) {
    it(`${name} is refused with ${status} ${code ?? 'by the HTTP parser'}`, async () => {
      rows[index] = `NOT REFUSED  ${name}`;
      const answer = await sendBytes(world.port, await make(world));
      assert.ok(answer, 'closed without an answer');
      const text = answer.body.toString();
      assert.equal(answer.status, status, text);
      if (code !== undefined) {
        assert.equal(answer.headers['content-type'], 'application/problem+json');
        const problem = JSON.parse(text) as { code: string; status: number; errors?: { pointer: string }[] };
        assert.deepEqual([problem.status, problem.code], [status, code]);
        const named = (problem.errors ?? []).map(({ pointer }) => pointer);
        for (const pointer of pointers ?? []) assert.ok(named.includes(pointer), `${pointer} in ${named}`);
      }
      assert.equal(text.includes(world.nid), false, 'the refusal repeats personal data');
      rows[index] = `refused  ${String(status).padEnd(4)} ${(code ?? '-').padEnd(24)} ${name}`;
    });
  }

  it('leave the gateway answering', async () => {
    const answer = await sendBytes(
      world.port,
      toBytes(await world.sign({ method: 'GET', target: '/v1/services' })),
    );
    assert.equal(answer?.status, 200);
  });

  it('never gave a status of 500 or above', async () => {
    const metrics = await (await fetch(`${stack.gateway.url}/metrics`)).text();
    const statuses = [...metrics.matchAll(/^ura_http_request_seconds_count\{[^}]*status="(\d+)"/gm)].map(
      (match) => match[1],
    );
    assert.ok(statuses.includes('400') && statuses.includes('401'));
    assert.deepEqual(
      statuses.filter((status) => Number(status) >= 500),
      [],
    );
    assert.doesNotMatch(metrics, /^ura_internal_failures_total\{what="http"\} [1-9]/m);
  });

  it('stored nothing, and called no registry', async () => {
    assert.deepEqual(await count(), stored);
    assert.equal(stack.registry.journal.executed, 2, 'the two honest requests');
  });
});
