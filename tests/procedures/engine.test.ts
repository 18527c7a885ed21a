import assert from 'node:assert/strict';
import { UraError } from '../../src/errors.js';
import type { Step } from '../../src/procedures/procedure.js';
import { waitFor } from '../support/wait-for.js';
import { type CaseScene, caseEvents, openCaseScene, signedBytes } from './case-scene.js';
import { familyOf } from './facts.js';

const family: Step = { id: 'family', service: 'AL012031' };
const person: Step = {
  id: 'person',
  service: 'AL012001',
  forEach: 'steps.family.evidence.members.map(m, m.person.identifier)',
  subject: 'item',
};

describe('the engine that carries cases on', function () {
  this.timeout(30_000);
  let scene: CaseScene;

  beforeEach(async () => {
    scene = await openCaseScene();
  });
  afterEach(() => scene.close());

  it('finds by itself what ended without a word: a sweep carries the case to its end', async () => {
    scene.engine().start();
    const { id } = await scene.submit([family, person]);
    await scene.end(id, 'family', familyOf(6));
    await scene.end(id, 'person', {});
    const { exchanges } = await scene.reaches(id, 'complete');
    assert.equal(exchanges.length, 7);
    assert.deepEqual(new Set(exchanges.map(({ state }) => state)), new Set(['answered']));
    assert.equal(await scene.events(id), 1);
  });

  it('does everything once when four nodes do it at the same time', async () => {
    const engines = [1, 2, 3, 4].map(() => scene.engine());
    const { id } = await scene.submit([family, person, { ...family, id: 'again' }]);
    const all = (): void => {
      for (const engine of engines) for (let times = 0; times < 3; times += 1) engine.wake(id);
    };
    all();
    await scene.end(id, 'family', familyOf(6));
    await scene.end(id, 'again', familyOf(0));
    all();
    await scene.end(id, 'person', {});
    all();
    const { exchanges, stored } = await scene.reaches(id, 'complete');
    assert.equal(exchanges.length, 8);
    const { rows } = await scene.fresh.database.query('select id from requests');
    assert.equal(rows.length, 8);
    assert.equal(await scene.events(id), 1);
    assert.equal(stored.revision, 3, 'two plans and one end');
    assert.deepEqual(scene.failures, []);
  });

  it('makes with the planned ids what a process planned and did not make before it died', async () => {
    let dying = true;
    scene.onAccept(async () => {
      if (dying) throw new Error('killed');
    });
    const first = scene.engine();
    const { id } = await scene.submit([family]);
    first.wake(id);
    const planned = await waitFor(async () => {
      const { exchanges } = await scene.load(id);
      return exchanges.length > 0 ? exchanges[0] : undefined;
    }, 'the plan');
    assert.equal(planned.submitted, false);
    // The plan can be read before the process has come to its death.
    await waitFor(async () => (scene.failures.length > 0 ? true : undefined), 'the death of the process');
    dying = false;
    scene.engine().start();
    await scene.end(id, 'family', {});
    const { exchanges } = await scene.reaches(id, 'complete');
    assert.deepEqual(
      exchanges.map(({ requestId }) => requestId),
      [planned.requestId],
    );
    assert.deepEqual(scene.failures, ['case: killed']);
  });

  it('takes a refusal of the gateway itself as the end of that step alone', async () => {
    scene.onAccept(async ({ body }) => {
      if (body.service === 'AL014001') throw new UraError('not-granted', 'No grant.');
    });
    scene.engine().start();
    const { id } = await scene.submit([family, { id: 'tax', service: 'AL014001' }]);
    await scene.end(id, 'family', {});
    const { exchanges } = await scene.reaches(id, 'incomplete');
    const tax = exchanges.find(({ step }) => step === 'tax');
    assert.deepEqual([tax?.state, tax?.reason?.code], ['not-accepted', 'not-granted']);
  });

  it('waits and tries again when the gateway is only overloaded', async () => {
    let overloaded = true;
    scene.onAccept(async () => {
      if (overloaded) throw new UraError('too-many-requests', 'Wait.', { retryAfterSeconds: 1 });
    });
    scene.engine().start();
    const { id } = await scene.submit([family]);
    await waitFor(() => (scene.submissions.length > 0 ? true : undefined), 'the first try');
    overloaded = false;
    await scene.end(id, 'family', {});
    await scene.reaches(id, 'complete');
  });

  it('fails the steps of a client that is not configured any more, and asks nothing', async () => {
    scene.engine().start();
    const { id } = await scene.submit([family], { clientId: 'gone' });
    const { exchanges } = await scene.reaches(id, 'incomplete');
    assert.equal(exchanges[0]?.reason?.code, 'not-granted');
    assert.equal(scene.submissions.length, 0);
  });

  it('hands to each request the deadline, the purpose, the signed application and its place in the case', async () => {
    scene.engine().start();
    const { id, deadlineAt } = await scene.submit([{ ...family, subject: 'applicant' }]);
    await scene.end(id, 'family', {});
    const [made] = scene.submissions;
    assert.equal(made?.body.deadline, new Date(deadlineAt).toISOString());
    assert.equal(made?.body.purpose, 'social-housing');
    assert.deepEqual(made?.case, { id, step: 'family' });
    assert.deepEqual(Buffer.from(made?.bodyBytes ?? []), signedBytes.bytes);
    assert.equal(made?.proof.signedBy, 'dev-oss-divjake');
    assert.equal(made?.idempotencyKey, `case/${made?.id}`);
    assert.ok(!/^[A-Za-z0-9_-]{8,64}$/.test(made?.idempotencyKey ?? ''), 'no client can send that key');
  });

  it('ends a case at its deadline, whoever still has to answer', async () => {
    scene.engine().start();
    const { id } = await scene.submit([family, person], { deadlineAt: Date.now() + 400 });
    const { exchanges } = await scene.reaches(id, 'incomplete');
    assert.deepEqual(
      exchanges.map(({ step, state }) => [step, state]),
      [['family', 'expired']],
    );
    assert.equal(await scene.events(id), 1);
    // An answer that comes too late changes nothing, and is looked for by no sweep.
    await scene.end(id, 'family', familyOf(2));
    assert.deepEqual(await scene.store.due(10, 1_000), []);
    assert.equal((await scene.load(id)).stored.state, 'incomplete');
  });

  it('forgets no end of a request because somebody read the case, or died after reading it', async () => {
    const { id } = await scene.submit([family]);
    const engine = scene.engine();
    engine.wake(id);
    await scene.end(id, 'family', {});
    await engine.stop();
    // At rest until its deadline, but for what ended: reading, however often, must not use that up.
    await scene.fresh.database.query('update cases set due_at = deadline_at');
    for (let times = 0; times < 3; times += 1) {
      const read = await scene.store.find('oss-divjake', id);
      assert.equal(read?.exchanges[0]?.state, 'answered');
    }
    assert.deepEqual(await scene.store.due(10, 0), [id]);
    scene.engine().start();
    await scene.reaches(id, 'complete');
  });

  it('writes nothing from a plan that is out of date', async () => {
    const { id } = await scene.submit([family]);
    const engine = scene.engine();
    const loaded = await scene.load(id);
    const plan = engine.planOf(loaded);
    engine.wake(id);
    await scene.end(id, 'family', {});
    assert.equal(await scene.store.plan(loaded, [], 1_000), false);
    assert.equal(await scene.store.rest(loaded), false);
    const { event, proof } = await caseEvents.make(loaded.stored, plan, {
      state: 'incomplete',
      at: Date.now(),
    });
    const ending = { loaded, state: 'incomplete', evidence: [proof], event, at: Date.now() } as const;
    assert.equal(await scene.store.end(ending), false);
    assert.equal(await scene.events(id), 0);
  });

  it('keeps what was signed about a case as it is', async () => {
    const { id } = await scene.submit([family]);
    const { database } = scene.fresh;
    await assert.rejects(
      database.query('update case_evidence set bytes = $1', [Buffer.alloc(0)]),
      /append-only/,
    );
    await assert.rejects(database.query('delete from case_evidence'), /append-only/);
    await assert.rejects(database.query('truncate case_evidence'), /append-only/);
    assert.deepEqual((await scene.store.signed(id, 'submission'))?.bytes, signedBytes.bytes);
  });

  it('lets several nodes share what is due', async () => {
    for (let index = 0; index < 6; index += 1) await scene.submit([family]);
    const shares = await Promise.all([1, 2, 3].map(() => scene.store.due(2, 60_000)));
    assert.equal(new Set(shares.flat()).size, 6);
    assert.deepEqual(await scene.store.due(10, 60_000), []);
  });
});
