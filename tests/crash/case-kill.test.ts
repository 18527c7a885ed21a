import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { CaseResource } from '../../src/client/index.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { type CollectedCases, collectCases } from '../support/collect-cases.js';
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.js';
import { application, configWithProcedures, housing } from '../support/procedures-config.js';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

/** What a family of six is asked about: the family, six residents, a birth and a marriage. */
const QUESTIONS = 9;

describe('a gateway that is killed in the middle of a case', function () {
  this.timeout(180_000);
  let stack: Stack;
  let events: CollectedCases;
  let config: Awaited<ReturnType<typeof configWithProcedures>>;
  let gateway: GatewayProcess | undefined;

  before(async () => {
    config = await configWithProcedures();
    stack = await startStack({ withGateway: false, config: config.folder });
    events = await collectCases(stack.variables);
  });
  beforeEach(() => stack.registry.control('normal'));
  afterEach(async () => {
    await gateway?.kill();
    gateway = undefined;
  });
  after(async () => {
    await events.stop();
    await stack.stop();
    await config.remove();
  });

  const start = async (): Promise<void> => {
    gateway = await startGatewayProcess(stack.variables);
  };
  const kill = async (): Promise<void> => {
    await gateway?.kill();
    gateway = undefined;
  };
  const submit = async (): Promise<CaseResource> =>
    (await stack.client()).submitCase('AL990001', application(stack.people.headOfSix), {
      idempotencyKey: randomUUID(),
    });
  const count = async (statement: string, id: string): Promise<number> => {
    const { rows } = await stack.database.query<{ n: number }>(statement, [id]);
    return rows[0]?.n ?? 0;
  };
  const planned = (id: string) =>
    count('select count(*)::integer as n from case_steps where case_id = $1', id);
  const made = (id: string) =>
    count(
      `select count(*)::integer as n from requests r join case_steps s on s.request_id = r.id where s.case_id = $1`,
      id,
    );

  /** The case is complete, every question was executed once, and everything was told once. */
  const assertCompleteOnce = async (id: string): Promise<CaseResource> => {
    const client = await stack.client();
    const done = await waitFor(
      async () => {
        const present = await client.getCase(id);
        return present.state === 'complete' ? present : undefined;
      },
      `the end of case ${id}`,
      60_000,
    );
    const exchanges = done.steps.flatMap((step) => step.exchanges);
    assert.equal(exchanges.length, QUESTIONS);
    assert.equal(await planned(id), QUESTIONS);
    const requests = exchanges.map(({ requestId }) => requestId as string);
    assert.equal(new Set(requests).size, QUESTIONS);
    const all = await count(
      `select count(*)::integer as n from requests where envelope->'case'->>'id' = $1`,
      id,
    );
    assert.equal(all, QUESTIONS, 'no request was made twice');
    for (const requestId of requests) {
      const executed = stack.registry.journal
        .entries()
        .filter(({ messageId }) => messageId.includes(requestId));
      assert.equal(executed.length, 1, 'the registry executes each question once');
      const evidence = await createEvidenceStore(stack.database).list(requestId);
      for (const kind of ['client-request', 'decision', 'registry-answer', 'result']) {
        assert.equal(evidence.filter((entry) => entry.kind === kind).length, 1, kind);
      }
      // An attempt that reached nobody leaves its message as well.
      assert.ok(evidence.some(({ kind }) => kind === 'registry-request'));
    }
    await events.next(id);
    await waitFor(async () => {
      const { rows } = await stack.database.query('select 1 from outbox');
      return rows.length === 0 ? true : undefined;
    }, 'an empty outbox');
    // Long enough for a second delivery to show itself.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(events.of(id).length, 1, 'the end of the case is told once');
    for (const requestId of requests) {
      assert.equal(events.all.filter(({ subject }) => subject === requestId).length, 1);
    }
    return done;
  };

  it('while six members are asked about: the next one finishes it, nothing twice', async () => {
    await start();
    const submitted = await submit();
    await waitFor(
      async () => ((await planned(submitted.id)) === QUESTIONS ? true : undefined),
      'the plan of the fan-out',
    );
    await kill();
    const before = stack.registry.journal.executed;
    await start();
    const done = await assertCompleteOnce(submitted.id);
    assert.ok(stack.registry.journal.executed >= before);
    assert.equal(done.evidence.filter(({ step }) => step === 'residents').length, 6);
  });

  it('while the registry is answering some of the six: the answers that came are kept, the others come', async () => {
    stack.registry.control({ behaviour: 'slow', delayMs: 1_500 });
    await start();
    const submitted = await submit();
    const executedBefore = stack.registry.journal.executed;
    await waitFor(
      async () => ((await planned(submitted.id)) === QUESTIONS ? true : undefined),
      'the plan of the fan-out',
    );
    await waitFor(
      () => (stack.registry.journal.executed > executedBefore + 3 ? true : undefined),
      'some executions',
    );
    await kill();
    stack.registry.control('normal');
    await start();
    await assertCompleteOnce(submitted.id);
  });

  it('again and again, at moments that chance chooses', async () => {
    await start();
    const submitted = await submit();
    for (let round = 0; round < 3; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 200));
      await kill();
      await start();
    }
    await assertCompleteOnce(submitted.id);
  });

  it('after the plan was written and before any request was made: they are made with the planned ids', async () => {
    // Nobody can be asked: so the plan of the first questions stands, and their requests are
    // taken away again.
    stack.registry.control({ behaviour: 'down' });
    await start();
    const submitted = await submit();
    await waitFor(
      async () => ((await made(submitted.id)) === 3 ? true : undefined),
      'the first three requests',
    );
    await kill();
    const { rows } = await stack.database.query<{ request_id: string }>(
      'select request_id from case_steps where case_id = $1 order by request_id',
      [submitted.id],
    );
    const ids = rows.map((row) => row.request_id);
    // As if the process had died between the two: the same rows, as a crash would leave them.
    await stack.database.query(`delete from requests where id = any ($1::uuid[])`, [ids]);
    await stack.database.query(`delete from idempotency_keys where request_id = any ($1::uuid[])`, [ids]);
    await stack.database.query(`delete from request_cases where request_id = any ($1::uuid[])`, [ids]);
    await stack.database.query('alter table evidence disable trigger user');
    await stack.database.query(`delete from evidence where request_id = any ($1::uuid[])`, [ids]);
    await stack.database.query('alter table evidence enable trigger user');
    await stack.database.query('update cases set due_at = now() where id = $1', [submitted.id]);
    stack.registry.control('normal');
    await start();
    const done = await assertCompleteOnce(submitted.id);
    const first = done.steps.filter(({ id }) => id !== 'residents').flatMap((step) => step.exchanges);
    assert.deepEqual(first.map(({ requestId }) => requestId).sort(), ids);
  });

  it('and started with another version of the procedure: the case ends by the one that it began with', async () => {
    stack.registry.control({ behaviour: 'down' });
    await start();
    const submitted = await submit();
    await waitFor(
      async () => ((await made(submitted.id)) === 3 ? true : undefined),
      'the first three requests',
    );
    await kill();
    await config.write([housing({ evidence: [{ id: 'birth', service: 'AL012031' }] })]);
    stack.registry.control('normal');
    await start();
    const done = await assertCompleteOnce(submitted.id);
    assert.equal(done.procedure.version, submitted.procedure.version);
    const later = await submit();
    assert.notEqual(later.procedure.version, submitted.procedure.version);
    assert.deepEqual(
      later.steps.map(({ id }) => id),
      ['birth'],
    );
    await config.write([housing()]);
  });
});
