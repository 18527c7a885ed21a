import assert from 'node:assert/strict';
import type { Outcome } from '../../contracts/outcome.js';
import type { Reservation } from '../../src/dispatch/lane.js';
import { waitFor } from '../support/wait-for.js';
import { answered, type DispatchScene, openScene, type SceneOptions } from './dispatch-scene.js';

const unavailable: Outcome = { kind: 'unavailable', reason: 'connect-refused' };
const invalid: Outcome = { kind: 'invalid', reason: 'signature-mismatch' };

describe('the dispatcher', () => {
  let scene: DispatchScene;
  const open = async (options?: SceneOptions): Promise<void> => {
    scene = await openScene(options);
  };
  afterEach(() => scene.close());

  it('carries an answer home, cut to the granted fields, with the evidence of the whole exchange', async () => {
    await open();
    const id = await scene.submit();
    const request = await scene.reaches(id, 'answered');
    assert.deepEqual(request.result, {
      kind: 'answered',
      evidenceType: 'family-composition',
      evidence: { head: 1 },
    });
    assert.deepEqual(await scene.kinds(id), [
      'client-request',
      'decision',
      'registry-request',
      'registry-answer',
      'result',
    ]);
    assert.equal(await scene.events(), 1);
    assert.deepEqual(scene.calls, [id]);
  });

  it('finds by itself what nobody works on', async () => {
    await open();
    const id = await scene.store();
    scene.dispatcher.start();
    await scene.reaches(id, 'answered');
  });

  it('asks again, under the same message id, until the registry answers', async () => {
    await open();
    let failures = 3;
    scene.answer(async () => (failures-- > 0 ? unavailable : answered));
    const id = await scene.submit();
    scene.dispatcher.start();
    const request = await scene.reaches(id, 'answered');
    assert.equal(request.attempts, 4);
    assert.deepEqual(scene.calls, [id, id, id, id]);
    assert.equal(await scene.events(), 1);
  });

  it('says why a request waits', async () => {
    await open({ lane: { retry: { baseMs: 600_000, capMs: 600_000, maxInvalidAttempts: 3 } } });
    scene.answer(async () => unavailable);
    const request = await scene.reaches(await scene.submit(), 'retry-wait');
    assert.equal(request.reason?.code, 'connect-refused');
    assert.equal(await scene.events(), 0);
  });

  it('lets a request expire whose deadline has passed, without calling the registry', async () => {
    const now = Date.now();
    await open({ clock: { now: () => now + 7_200_000 } });
    const id = await scene.submit();
    const request = await scene.reaches(id, 'expired');
    assert.equal(request.reason?.code, 'deadline-passed');
    assert.deepEqual(scene.calls, []);
    assert.equal(await scene.events(), 1);
  });

  it('holds what may have been executed and must not be repeated', async () => {
    await open({ operation: { idempotentByMessageId: false } });
    scene.answer(async () => ({ kind: 'unknown', reason: 'call-timeout' }));
    const id = await scene.submit();
    scene.dispatcher.start();
    const request = await scene.reaches(id, 'held');
    assert.equal(request.reason?.code, 'call-timeout');
    assert.equal(scene.calls.length, 1);
    assert.equal(await scene.events(), 0);
  });

  it('does not call again for a dead process where a repetition is not safe', async () => {
    await open({ operation: { idempotentByMessageId: false } });
    const id = await scene.store();
    await scene.leases.claim([{ adapter: 'civil', places: 10 }], 'dead', 1);
    scene.dispatcher.start();
    assert.equal((await scene.reaches(id, 'held')).reason?.code, 'lease-expired');
    assert.deepEqual(scene.calls, []);
  });

  it('calls again for a dead process where the message id protects from a second execution', async () => {
    await open();
    const id = await scene.store();
    await scene.leases.claim([{ adapter: 'civil', places: 10 }], 'dead', 1);
    scene.dispatcher.start();
    assert.equal((await scene.reaches(id, 'answered')).attempts, 2);
  });

  it('raises an alarm for each answer that is not accepted, and fails after the last attempt', async () => {
    await open();
    scene.answer(async () => invalid);
    const id = await scene.submit();
    scene.dispatcher.start();
    const request = await scene.reaches(id, 'failed');
    assert.deepEqual(request.result, { kind: 'failed', code: 'answer-invalid' });
    assert.deepEqual(scene.alarms, ['signature-mismatch', 'signature-mismatch', 'signature-mismatch']);
    const kept = (await scene.kinds(id)).filter((kind) => kind === 'registry-answer');
    assert.equal(kept.length, 3, 'each refused answer is kept as evidence');
    assert.equal(await scene.events(), 1);
  });

  it('holds a request whose operation the adapter does not have', async () => {
    await open();
    const request = await scene.reaches(await scene.submit({ operation: 'no-such' }), 'held');
    assert.equal(request.reason?.code, 'unknown-operation');
  });

  it('breaks off a call when the lease is lost, and writes nothing', async () => {
    await open({ leaseMs: 300 });
    let aborted: () => void = () => {};
    const broken = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    scene.answer(async (_, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      aborted();
      return answered;
    });
    const id = await scene.submit();
    await scene.fresh.database.query(
      `update requests set lease_owner = 'other', lease_until = now() + interval '1 hour'`,
    );
    scene.dispatcher.start();
    await broken;
    await scene.dispatcher.stop(0);
    assert.equal((await scene.find(id)).state, 'dispatching');
    assert.deepEqual(await scene.kinds(id), ['client-request', 'decision']);
    assert.equal(await scene.events(), 0);
  });

  it('keeps its lease during a call that takes longer than the lease', async () => {
    await open({ leaseMs: 300 });
    let finish: (outcome: Outcome) => void = () => {};
    scene.answer(() => new Promise((resolve) => (finish = resolve)));
    const id = await scene.submit();
    scene.dispatcher.start();
    await new Promise((resolve) => setTimeout(resolve, 900));
    assert.deepEqual(await scene.leases.claim([{ adapter: 'civil', places: 10 }], 'other', 1_000), []);
    finish(answered);
    assert.equal((await scene.reaches(id, 'answered')).attempts, 1);
  });

  it('loses no place over many looks that find nothing', async () => {
    const free: number[] = [];
    await open({
      pollMs: 1,
      lane: { concurrency: 16, queueLimit: 256 },
      wrap: (store) => ({
        ...store,
        async claim() {
          const places: Reservation[] = [];
          for (let client = 0; ; client += 1) {
            // One each, so that no client reaches its share.
            const got = scene.dispatcher.reserve('civil', `client-${client}`);
            if (!got) break;
            places.push(got.place);
          }
          free.push(places.length);
          for (const place of places) place.giveBack();
          return [];
        },
      }),
    });
    scene.dispatcher.start();
    await waitFor(() => free[19], 'twenty looks');
    // 64 of the 272 places are kept for what the look under way may find: four for each call at once.
    assert.deepEqual(new Set(free), new Set([208]));
  });

  it('works off what waits without looking at intervals, once it has begun', async () => {
    await open({ pollMs: 600_000, lane: { concurrency: 2, queueLimit: 8 } });
    const ids: string[] = [];
    for (let index = 0; index < 25; index += 1) ids.push(await scene.store());
    // A backlog, which is taken in ones.
    await scene.fresh.database.query(
      `update requests set next_attempt_at = next_attempt_at - interval '1 hour'`,
    );
    scene.dispatcher.start();
    for (const id of ids) await scene.reaches(id, 'answered');
    assert.deepEqual([...scene.calls].sort(), [...ids].sort());
  });

  it('gives back on stop what has not begun, and finishes what has', async () => {
    await open({ lane: { concurrency: 1, queueLimit: 5 } });
    let finish: (outcome: Outcome) => void = () => {};
    const begun = new Promise<void>((resolve) => {
      scene.answer(() => {
        resolve();
        return new Promise((settle) => (finish = settle));
      });
    });
    const first = await scene.submit();
    await begun;
    const second = await scene.submit();
    const stopped = scene.dispatcher.stop(60_000);
    const released = await scene.reaches(second, 'accepted');
    assert.equal(released.attempts, 0);
    assert.equal((await scene.find(first)).state, 'dispatching');
    finish(answered);
    await stopped;
    assert.equal((await scene.find(first)).state, 'answered');
    assert.deepEqual(scene.calls, [first]);
    assert.equal(scene.dispatcher.reserve('civil', 'oss-divjake'), undefined, 'takes nothing new');
  });

  it('breaks off on stop a call that outlasts the grace, and leaves the request to others', async () => {
    await open();
    scene.answer(async (_, signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      return { kind: 'unknown', reason: 'stopped' };
    });
    const id = await scene.submit();
    await scene.dispatcher.stop(10);
    assert.equal((await scene.find(id)).state, 'retry-wait');
  });

  it('begins nothing that it claimed or was handed while it stopped', async () => {
    let arrive: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    let letGo: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await open({
      wrap: (store) => ({
        ...store,
        async claim(...given) {
          const claimed = await store.claim(...given);
          if (claimed.length > 0) {
            arrive();
            await gate;
          }
          return claimed;
        },
      }),
    });
    const claimed = await scene.store();
    scene.dispatcher.start();
    await arrived;
    const stopped = scene.dispatcher.stop(1_000);
    letGo();
    await stopped;
    assert.deepEqual(scene.calls, []);
    const request = await scene.find(claimed);
    assert.deepEqual([request.state, request.attempts], ['accepted', 0]);
  });

  it('insists on writing the outcome while the store does not answer', async () => {
    await open();
    scene.answer(async () => {
      await scene.fresh.database.query('alter table outbox rename to outbox_away');
      return answered;
    });
    const id = await scene.submit();
    while (scene.failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await scene.fresh.database.query('alter table outbox_away rename to outbox');
    await scene.reaches(id, 'answered');
    assert.equal(scene.failures[0], 'persist');
    assert.deepEqual(scene.calls, [id], 'the registry is not asked again');
  });
});
