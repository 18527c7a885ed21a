import assert from 'node:assert/strict';
import { expireUnreachable } from '../../src/dispatch/expire-unreachable.js';
import { createOverdueStore } from '../../src/dispatch/overdue-store.js';
import { type DispatchScene, openScene } from './dispatch-scene.js';

describe('a request whose registry is down until its deadline', () => {
  let scene: DispatchScene;
  beforeEach(async () => {
    scene = await openScene();
  });
  afterEach(() => scene.close());

  const sweep = (down: readonly string[]) =>
    expireUnreachable(down, {
      overdue: createOverdueStore(scene.fresh.database),
      completion: scene.completion,
    });
  const passDeadline = (id: string) =>
    scene.fresh.database.query('update requests set deadline_at = now() where id = $1', [id]);

  it('ends though nobody claims it, and is told of', async () => {
    const [late, early] = [await scene.store(), await scene.store()];
    await passDeadline(late);
    await sweep(['civil']);
    const ended = await scene.find(late);
    assert.deepEqual([ended.state, ended.reason?.code], ['expired', 'deadline-passed']);
    assert.equal((await scene.find(early)).state, 'accepted');
    assert.equal(await scene.events(), 1);
    assert.deepEqual(scene.calls, []);
  });

  it('is left to whoever works on it, and to the dispatcher where the registry is called', async () => {
    const held = await scene.store();
    await scene.leases.claim([{ adapter: 'civil', places: 10 }], 'another', 60_000);
    await passDeadline(held);
    await sweep(['civil']);
    assert.equal((await scene.find(held)).state, 'dispatching');
    const other = await scene.store();
    await passDeadline(other);
    await sweep(['tax']);
    assert.equal((await scene.find(other)).state, 'accepted');
  });
});
