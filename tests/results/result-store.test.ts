import assert from 'node:assert/strict';
import { createLeaseStore, type LeaseStore } from '../../src/dispatch/lease-store.js';
import { createRequestStore, type RequestStore } from '../../src/requests/request-store.js';
import { isFinal, mayBecome, type RequestState, requestStates } from '../../src/requests/states.js';
import { createResultStore, type ResultStore } from '../../src/results/result-store.js';
import type { Database } from '../../src/store/database.js';
import { acceptance } from '../requests/acceptance.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { answerEvidence, event, openStep, step } from './step.js';

describe('the store of results', function () {
  this.timeout(30_000);
  let fresh: FreshDatabase;
  let database: Database;
  let requests: RequestStore;
  let leases: LeaseStore;
  let results: ResultStore;

  before(async () => {
    fresh = await freshDatabase();
    database = fresh.database;
    requests = createRequestStore(database);
    leases = createLeaseStore(database);
    results = createResultStore(database);
  });
  after(() => fresh.drop());

  const leased = async (owner = 'me'): Promise<string> => {
    const given = acceptance({ lease: { owner, durationMs: 60_000 } });
    await requests.accept(given);
    return given.request.id;
  };
  /** A request made to stand in a state, behind the back of the stores. */
  const standing = async (state: RequestState): Promise<string> => {
    const given = acceptance();
    await requests.accept(given);
    await database.query(
      'update requests set state = $2, finished_at = case when $3 then now() end where id = $1',
      [given.request.id, state, isFinal(state)],
    );
    return given.request.id;
  };
  /** Everything that is stored about a request, to see that nothing changed. */
  const snapshot = async (id: string): Promise<unknown> => {
    const { rows } = await database.query(
      `select requests.*, (select count(*) from evidence where request_id = id) as evidence_rows,
         (select count(*) from outbox) as events from requests where id = $1`,
      [id],
    );
    return rows;
  };
  const sequences = async (id: string): Promise<number[]> => {
    const { rows } = await database.query<{ sequence: number }>(
      'select sequence from evidence where request_id = $1 order by sequence',
      [id],
    );
    return rows.map(({ sequence }) => sequence);
  };

  it('writes state, result, evidence and event together and gives up the lease', async () => {
    const id = await leased();
    const outgoing = event('DIV-77');
    assert.equal(await results.take(step(id, { event: outgoing, at: 1_800_000_000_000 })), true);
    const found = await requests.find('oss-divjake', id);
    assert.equal(found?.state, 'answered');
    assert.deepEqual(found?.result, step(id).result);
    assert.equal(found?.finishedAt, 1_800_000_000_000);
    const { rows } = await database.query(
      'select topic, key, headers, value from outbox where event_id = $1',
      [outgoing.id],
    );
    const { id: _, ...stored } = outgoing;
    assert.deepEqual(rows, [stored]);
    const lease = await database.query('select lease_owner, lease_until from requests where id = $1', [id]);
    assert.deepEqual(lease.rows, [{ lease_owner: null, lease_until: null }]);
    assert.deepEqual(await sequences(id), [1, 2, 3]);
  });

  it('writes nothing at all for somebody who lost the lease', async () => {
    const id = await leased('other');
    const before = await snapshot(id);
    assert.equal(await results.take(step(id)), false);
    assert.equal(await results.take(openStep(id)), false);
    assert.equal(await results.take(step(id, { leaseOwner: null })), false);
    assert.deepEqual(await snapshot(id), before);
  });

  it('lets exactly one of twenty completions at once through', async () => {
    const id = await leased();
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => results.take(step(id, { event: event() }))),
    );
    assert.equal(taken.filter(Boolean).length, 1);
    assert.deepEqual(await sequences(id), [1, 2, 3]);
  });

  it('makes every legal step and no other, for all pairs of states', async () => {
    for (const from of requestStates) {
      for (const to of requestStates) {
        // Out of `dispatching` goes who holds the lease.
        const leaseOwner = from === 'dispatching' ? 'me' : null;
        const id = leaseOwner === null ? await standing(from) : await leased(leaseOwner);
        const before = await snapshot(id);
        const way = isFinal(to) ? step(id, { to, leaseOwner }) : openStep(id, { to, leaseOwner });
        assert.equal(await results.take(way), mayBecome(from, to), `${from} → ${to}`);
        if (mayBecome(from, to)) assert.equal((await requests.find('oss-divjake', id))?.state, to);
        else assert.deepEqual(await snapshot(id), before, `${from} → ${to} wrote something`);
      }
    }
  });

  it('makes the steps of many requests at once, each with its own evidence and event, and none for a lost lease', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => leased()));
    const lost = await Promise.all([leased('other'), leased('other')]);
    const steps = ids.map((id, index) => step(id, { event: event(`DIV-${index}`) }));
    const twice = steps.slice(0, 5).map(({ requestId }) => step(requestId, { event: event('again') }));
    const taken = await Promise.all(
      [...steps, ...lost.map((id) => step(id)), ...twice].map((one) => results.take(one)),
    );
    assert.deepEqual(taken, [...steps.map(() => true), false, false, ...twice.map(() => false)]);
    for (const [index, id] of ids.entries()) {
      assert.deepEqual(await sequences(id), [1, 2, ...step(id).evidence.map((_, at) => at + 3)]);
      const { rows } = await database.query('select key from outbox where event_id = $1', [
        steps[index]?.event?.id,
      ]);
      assert.deepEqual(rows, [{ key: `DIV-${index}` }]);
    }
    for (const id of lost) assert.equal((await requests.find('oss-divjake', id))?.state, 'dispatching');
  });

  it('lets nobody out of dispatching without a lease, to whichever state', async () => {
    for (const to of requestStates.filter((state) => mayBecome('dispatching', state))) {
      const id = await standing('dispatching');
      const way = isFinal(to) ? step(id, { to, leaseOwner: null }) : openStep(id, { to, leaseOwner: null });
      assert.equal(await results.take(way), false, to);
    }
  });

  it('takes a step from the one state that is named, though others lead there too', async () => {
    const release = (id: string): Promise<boolean> =>
      results.take(openStep(id, { from: 'held', leaseOwner: null }));
    assert.equal(await release(await standing('retry-wait')), false);
    assert.equal(await release(await standing('held')), true);
    const impossible = openStep(await standing('held'), { from: 'accepted', leaseOwner: null });
    await assert.rejects(results.take(impossible), /no way from accepted to retry-wait/);
  });

  it('takes no step that was decided before another attempt was begun', async () => {
    const id = await standing('retry-wait');
    const rerun = (attempts: number): Promise<boolean> =>
      results.take(openStep(id, { from: 'retry-wait', attempts, leaseOwner: null }));
    await database.query('update requests set attempts = 2 where id = $1', [id]);
    assert.equal(await rerun(1), false);
    assert.equal(await rerun(2), true);
  });

  it('numbers evidence without gaps over several attempts, refused steps in between', async () => {
    const id = await leased();
    await results.take(openStep(id, { evidence: [answerEvidence, answerEvidence] }));
    assert.equal(await results.take(openStep(id)), false);
    await leases.claim([{ adapter: 'civil', places: 100 }], 'me', 60_000);
    await results.take(openStep(id, { evidence: [] }));
    await leases.claim([{ adapter: 'civil', places: 100 }], 'me', 60_000);
    await results.take(step(id, { evidence: [answerEvidence, answerEvidence, answerEvidence] }));
    assert.deepEqual(await sequences(id), [1, 2, 3, 4, 5, 6, 7]);
  });

  it('waits before the next attempt, but never past the deadline', async () => {
    const id = await leased();
    await results.take(openStep(id, { delayMs: 86_000_000 }));
    const { rows } = await database.query<{ at_deadline: boolean; deadline: Date }>(
      'select next_attempt_at = deadline_at as at_deadline from requests where id = $1',
      [id],
    );
    assert.equal(rows[0]?.at_deadline, true);
  });

  it('refuses a final step without an event, and an open one with', async () => {
    const id = await leased();
    const { event: _, ...silent } = step(id);
    await assert.rejects(results.take(silent), /must carry an event/);
    await assert.rejects(results.take({ ...openStep(id), event: event() }), /must not carry an event/);
  });

  it('takes back everything when one part cannot be written', async () => {
    const id = await leased();
    const taken = event();
    await results.take(step(await leased(), { event: taken }));
    const before = await snapshot(id);
    await assert.rejects(results.take(step(id, { event: taken })), /outbox_event_id_key/);
    assert.deepEqual(await snapshot(id), before);
  });

  it('cancels what nobody is working on, and nothing else', async () => {
    const cancel = (id: string): Promise<boolean> =>
      results.take(step(id, { to: 'cancelled', leaseOwner: null }));
    for (const state of ['accepted', 'retry-wait', 'held', 'awaiting-answer', 'awaiting-officer'] as const) {
      assert.equal(await cancel(await standing(state)), true, state);
    }
    assert.equal(await cancel(await leased()), false);
    assert.equal(await cancel(await standing('dispatching')), false);
    assert.equal(await cancel(await standing('answered')), false);
  });

  it('does not let evidence be changed, deleted or emptied', async () => {
    const id = await leased();
    for (const statement of [
      `update evidence set bytes = 'x' where request_id = '${id}'`,
      `delete from evidence where request_id = '${id}'`,
      'truncate evidence',
    ]) {
      await assert.rejects(database.query(statement), /evidence is append-only/, statement);
    }
    assert.deepEqual(await sequences(id), [1, 2]);
  });
});
