import assert from 'node:assert/strict';
import { createLeaseStore } from '../../src/dispatch/lease-store.js';
import { createOpenMonths } from '../../src/dispatch/open-months-store.js';
import { firstIdOf, monthAfter, monthOf } from '../../src/months/month.js';
import { createRequestStore, type RequestStore } from '../../src/requests/request-store.js';
import { acceptance } from '../requests/acceptance.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

describe('the months in which requests can be open', () => {
  const present = monthOf(Date.now() - 86_400_000);
  const longAgo = monthAfter(present, -7);
  let fresh: FreshDatabase;
  let store: RequestStore;
  let time = 0;

  beforeEach(async () => {
    fresh = await freshDatabase();
    store = createRequestStore(fresh.database);
    time = 0;
  });
  afterEach(() => fresh.drop());

  const months = () => createOpenMonths(fresh.database, { now: () => time });
  const acceptOf = async (month: string): Promise<string> => {
    const id = firstIdOf(month).replace(/0000-0000-0000/, '7000-8000-0000');
    await store.accept(acceptance({ request: { id } }));
    return id;
  };

  it('begin with that of the day before, when nothing older is open', async () => {
    assert.equal(await months().firstId(), firstIdOf(present));
    await store.accept(acceptance());
    assert.equal(await months().firstId(), firstIdOf(present));
  });

  it('begin with the oldest request that is open, whether it waits for a registry or for a person', async () => {
    const id = await acceptOf(longAgo);
    assert.equal(await months().firstId(), firstIdOf(longAgo));
    await fresh.database.query(`update requests set state = 'held' where id = $1`, [id]);
    assert.equal(await months().firstId(), firstIdOf(longAgo));
    await fresh.database.query(`update requests set state = 'failed', finished_at = now() where id = $1`, [
      id,
    ]);
    assert.equal(await months().firstId(), firstIdOf(present));
  });

  it('are looked at once a minute', async () => {
    const open = months();
    assert.equal(await open.firstId(), firstIdOf(present));
    await acceptOf(longAgo);
    time += 59_000;
    assert.equal(await open.firstId(), firstIdOf(present));
    time += 1_000;
    assert.equal(await open.firstId(), firstIdOf(longAgo));
  });

  it('lose no request to the claim', async () => {
    const id = await acceptOf(longAgo);
    const claimed = await createLeaseStore(fresh.database).claim(
      [{ adapter: 'civil', places: 5 }],
      'me',
      60_000,
    );
    assert.deepEqual(
      claimed.map((each) => each.id),
      [id],
    );
  });
});
