import assert from 'node:assert/strict';
import { plan } from './good-run.js';

describe('the requests of the demo', () => {
  it('are twenty of three kinds, one of them unknown, one not granted, one replayed', () => {
    const all = plan();
    assert.equal(all.length, 20);
    assert.deepEqual([...new Set(all.map(({ draft }) => draft.service))].sort(), [
      'AL012001',
      'AL012002',
      'AL012031',
    ]);
    const others = all.map(({ expected }) => expected).filter(({ kind }) => kind !== 'answered');
    assert.deepEqual(others, [
      { kind: 'refused', code: 'PERSON_NOT_FOUND' },
      { kind: 'turned-away', status: 403, code: 'not-granted' },
      { kind: 'turned-away', status: 409, code: 'message-replayed' },
    ]);
  });

  it('have numbers and keys of their own, but for the replay, which has those of what it replays', () => {
    const all = plan();
    assert.equal(new Set(all.map(({ number }) => number)).size, 20);
    assert.equal(new Set(all.map(({ idempotencyKey }) => idempotencyKey)).size, 19);
    const replay = all.at(-1);
    assert.deepEqual(replay?.draft, all[0]?.draft);
    assert.equal(replay?.replayOf, all[0]?.number);
  });

  it('share no case and no key with another run', () => {
    const names = (run: string) =>
      plan(run).flatMap(({ draft, idempotencyKey }) => [draft.caseId, idempotencyKey]);
    const first = new Set(names('aaaa11'));
    assert.deepEqual(
      names('aaaa12').filter((name) => first.has(name)),
      [],
    );
  });
});
