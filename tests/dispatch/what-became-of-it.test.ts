import assert from 'node:assert/strict';
import type { Outcome } from '../../contracts/outcome.js';
import { answered, type DispatchScene, openScene, type SceneOptions } from './dispatch-scene.js';

const lost: Outcome = { kind: 'unknown', reason: 'connection-lost' };
const notExecuted: Outcome = { kind: 'unavailable', reason: 'not-executed' };

describe('a request of which nobody knows whether the registry executed it', () => {
  let scene: DispatchScene;
  const open = async (options: SceneOptions = {}): Promise<void> => {
    scene = await openScene({ operation: { idempotentByMessageId: false }, withStatus: true, ...options });
  };
  afterEach(() => scene.close());

  it('is answered by its stored answer, and called once', async () => {
    await open();
    scene.dispatcher.start();
    scene.answer(async () => lost);
    const id = await scene.submit();
    const request = await scene.reaches(id, 'answered');
    assert.deepEqual([scene.calls, scene.inquiries], [[id], [id]]);
    assert.equal(request.inquiry, undefined);
    assert.deepEqual((await scene.kinds(id)).slice(2), [
      'registry-request',
      'registry-answer',
      'registry-request',
      'registry-answer',
      'result',
    ]);
  });

  it('is asked about, not called, for a process that died', async () => {
    await open();
    const id = await scene.store();
    await scene.leases.claim([{ adapter: 'civil', places: 10 }], 'dead', 1);
    scene.dispatcher.start();
    await scene.reaches(id, 'answered');
    assert.deepEqual([scene.calls, scene.inquiries], [[], [id]]);
  });

  it('is called again after two answers that it was not executed, with a pause between', async () => {
    await open();
    scene.dispatcher.start();
    const told: number[] = [];
    scene.answer(async () => (scene.calls.length > 1 ? answered : lost));
    scene.tell(async () => {
      told.push(Date.now());
      return notExecuted;
    });
    const id = await scene.submit();
    await scene.reaches(id, 'answered');
    assert.deepEqual(scene.calls, [id, id]);
    assert.ok(told.length >= 2);
    assert.ok((told.at(-1) as number) - (told[0] as number) >= 50, 'the pause of the scene');
  });

  it('is asked about over and over while the registry cannot be asked, and says so', async () => {
    await open();
    scene.dispatcher.start();
    scene.answer(async () => lost);
    scene.tell(async () =>
      scene.inquiries.length > 5 ? answered : { kind: 'unavailable', reason: 'connect-refused' },
    );
    const id = await scene.submit();
    await scene.reaches(id, 'answered');
    assert.deepEqual([scene.calls.length, scene.inquiries.length], [1, 6]);
  });

  it('is asked about although the answer to the question could not be accepted', async () => {
    await open();
    scene.dispatcher.start();
    scene.answer(async () => ({ kind: 'invalid', reason: 'signature-mismatch' }));
    const id = await scene.submit();
    await scene.reaches(id, 'answered');
    assert.deepEqual([scene.calls.length, scene.inquiries.length], [1, 1]);
    assert.deepEqual(scene.alarms, ['signature-mismatch']);
  });

  it('ends at its deadline with the words of what has to be looked up', async () => {
    let now = Date.now();
    await open({ clock: { now: () => now } });
    scene.dispatcher.start();
    scene.answer(async () => lost);
    scene.tell(async () => {
      now += 7_200_000;
      return lost;
    });
    const id = await scene.submit();
    const request = await scene.reaches(id, 'expired');
    assert.match(request.reason?.detail ?? '', new RegExp(`registry civil .*${id}`));
    assert.equal(scene.calls.length, 1);
  });
});
