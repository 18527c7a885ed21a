import assert from 'node:assert/strict';
import { createKeyStore } from '../../src/requests/key-store.js';
import { createRequestStore } from '../../src/requests/request-store.js';
import { acceptance } from '../requests/acceptance.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

describe('the purge of idempotency keys', () => {
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase();
  });
  afterEach(() => fresh.drop());

  it('deletes those that are old and whose request has ended, and no others', async () => {
    const { database } = fresh;
    const requests = createRequestStore(database);
    const now = Date.now();
    const old = now - 100 * 86_400_000;
    const ended = acceptance({ request: { acceptedAt: old } });
    const open = acceptance({ request: { acceptedAt: old } });
    const held = acceptance({ request: { acceptedAt: old } });
    const young = acceptance();
    for (const each of [ended, open, held, young]) await requests.accept(each);
    await database.query(`update requests set state = 'answered', finished_at = now() where id = any ($1)`, [
      [ended.request.id, young.request.id],
    ]);
    await database.query(`update requests set state = 'held' where id = $1`, [held.request.id]);

    assert.equal(await createKeyStore(database).purge(now - 90 * 86_400_000), 1);

    const { rows } = await database.query<{ request_id: string }>('select request_id from idempotency_keys');
    assert.deepEqual(
      rows.map((row) => row.request_id).sort(),
      [open, held, young].map(({ request }) => request.id).sort(),
    );
    assert.equal((await requests.accept(open)).kind, 'repeated');
  });
});
