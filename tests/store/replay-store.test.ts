import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { SignedMessageId } from '../../src/signing/replay-set.js';
import { createReplayStore } from '../../src/store/replay-store.js';
import { watchCommits } from '../support/commits.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

describe('the replay set in PostgreSQL', () => {
  let fresh: FreshDatabase;
  let replays: ReturnType<typeof createReplayStore>;
  before(async () => {
    fresh = await freshDatabase();
    replays = createReplayStore(fresh.database);
  });
  after(() => fresh.drop());

  const message = (changes: Partial<SignedMessageId> = {}): SignedMessageId => ({
    profile: 'http-sig',
    signer: 'oss-divjake',
    messageId: randomUUID(),
    expiresAt: Date.now() + 300_000,
    ...changes,
  });

  it('lets one of twenty arrivals of a message at once through', async () => {
    const same = message();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => replays.remember(same)));
    assert.equal(verdicts.filter(Boolean).length, 1);
  });

  it('keeps profiles and signers apart', async () => {
    const first = message();
    assert.equal(await replays.remember(first), true);
    assert.equal(await replays.remember({ ...first, signer: 'oss-fier' }), true);
    assert.equal(await replays.remember({ ...first, profile: 'wss-x509-integrity' }), true);
    assert.equal(await replays.remember({ ...first, expiresAt: first.expiresAt + 1 }), false);
  });

  it('is one set for questions and answers', async () => {
    const [first, second] = [message(), message()];
    assert.equal(await replays.remember(first), true);
    assert.equal(await replays.ofAnswers.remember(first), false);
    assert.equal(await replays.ofAnswers.remember(second), true);
    assert.equal(await replays.remember(second), false);
  });

  it('lets one of twenty arrivals of an answer at once through', async () => {
    const same = message();
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => replays.ofAnswers.remember(same)));
    assert.equal(verdicts.filter(Boolean).length, 1);
  });

  it('waits for the disk with what answers its sender, and not with answers', async () => {
    const own = await freshDatabase();
    const set = createReplayStore(own.database);
    const commits = await watchCommits(own.database, 'replay_set');
    await set.ofAnswers.remember(message());
    assert.deepEqual(await commits.seen(), ['off']);
    await set.remember(message());
    assert.deepEqual(await commits.seen(), ['on']);
    await own.drop();
  });

  it('forgets what has expired, and nothing else', async () => {
    const now = 4_000_000_000_000;
    const [past, present] = [message({ expiresAt: now - 1 }), message({ expiresAt: now })];
    await replays.remember(past);
    await replays.remember(present);
    await replays.purge(now);
    assert.equal(await replays.remember(past), true);
    assert.equal(await replays.remember(present), false);
  });

  it('rejects when the store does not answer, so that the message is not let in', async () => {
    const gone = await freshDatabase();
    const set = createReplayStore(gone.database);
    await gone.database.query('drop table replay_set');
    await assert.rejects(set.remember(message()));
    await gone.drop();
  });
});
