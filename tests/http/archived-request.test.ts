import assert from 'node:assert/strict';
import type { UraError } from '../../src/errors.js';
import type { Call } from '../../src/http/exchange.js';
import { type RequestHandlerParts, requestHandlers } from '../../src/http/handlers/requests.js';
import { uuidV7 } from '../../src/ids.js';
import { detachMonth } from '../../src/months/archive.js';
import { createArchiveStore } from '../../src/months/archive-store.js';
import { createMonthStore } from '../../src/months/month-store.js';
import { createRequestStore } from '../../src/requests/request-store.js';
import { acceptance } from '../requests/acceptance.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';
import { layPastMonths } from '../support/past-months.js';

describe('a client that asks for a request of an archived month', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  beforeEach(async () => {
    fresh = await freshDatabase();
    await layPastMonths(fresh.database, '2025-02');
  });
  afterEach(() => fresh.drop());

  it('is told that its time is archived, whether there was such a request or not', async () => {
    const { database } = fresh;
    const store = createRequestStore(database);
    const archive = createArchiveStore(database);
    const idIn = (month: string) => uuidV7({ now: () => Date.parse(`${month}-09T00:00:00Z`) }).next();
    const { getRequest } = requestHandlers({ store, archive } as unknown as RequestHandlerParts);
    const ask = async (id: string): Promise<string> => {
      const call = { operation: { path: { id } }, sender: { client: { id: 'oss-divjake' } } };
      return (getRequest as NonNullable<typeof getRequest>)(call as unknown as Call).then(
        ({ status }) => String(status),
        ({ code, detail }: UraError) => `${code}: ${detail}`,
      );
    };
    const id = idIn('2025-03');
    await store.accept(acceptance({ request: { id } }));
    assert.equal(await ask(id), '200');
    await database.query(`update requests set state = 'answered', finished_at = now()`);
    await database.query('delete from idempotency_keys');
    await detachMonth({ months: createMonthStore(database), archive }, '2025-03');

    const archived = /^unknown-request: Requests of that time are archived/;
    assert.match(await ask(id), archived);
    assert.match(await ask(idIn('2025-03')), archived);
    assert.match(await ask(idIn('2025-04')), /^unknown-request: No request of this client has that id/);
  });
});
