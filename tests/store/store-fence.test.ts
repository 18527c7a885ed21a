import assert from 'node:assert/strict';
import { createLeaseStore } from '../../src/dispatch/lease-store.js';
import { createRequestStore } from '../../src/requests/request-store.js';
import { type Database, openDatabase } from '../../src/store/database.js';
import { beginNextEpoch, readStoreState } from '../../src/store/epoch-store.js';
import { latestMigration } from '../../src/store/migrate.js';
import { StoreFence, StoreUnfit } from '../../src/store/store-fence.js';
import { isStoreUnavailable } from '../../src/store/unavailable.js';
import { acceptance } from '../requests/acceptance.js';
import { freshDatabase } from '../support/fresh-database.js';

describe('the fence of the store', function () {
  this.timeout(60_000);
  let url: string;
  let database: Database;
  let drop: () => Promise<void>;
  let program: number;
  const fences: StoreFence[] = [];

  before(async () => {
    program = await latestMigration();
  });
  beforeEach(async () => {
    ({ url, database, drop } = await freshDatabase());
  });
  afterEach(async () => {
    for (const fence of fences.splice(0)) fence.stop();
    await drop();
  });

  /** A process with its pool, begun on the database as it is. */
  const begin = async (version = program): Promise<{ fence: StoreFence; pool: Database }> => {
    const fence = new StoreFence(version);
    fences.push(fence);
    await fence.begin(database, () => {});
    return { fence, pool: openDatabase({ url, verify: fence.verify, maxConnections: 2 }) };
  };
  /** As a restore on another server leaves it: what was noted is not what is there. */
  const restore = () => database.query(`update store_epochs set server = '1/00000001/1'`);

  it('lets a process begin on a new database, and others after it', async () => {
    await Promise.all([begin(), begin(), begin()]);
    const { epoch, server, notedServer } = await readStoreState(database);
    assert.equal(epoch, 1);
    assert.equal(server, notedServer);
    assert.match(server, /^\d+\/[0-9A-F]{8}\/\d+$/);
  });

  it('lets nobody begin on a restored one before somebody said what that means', async () => {
    await begin();
    await restore();
    await assert.rejects(
      begin(),
      (error: Error) => error instanceof StoreUnfit && /ura after-restore/.test(error.message),
    );
    await beginNextEpoch(database, true);
    await begin();
  });

  it('keeps a process of before from every new connection, and has it end', async () => {
    const { fence, pool } = await begin();
    await pool.query('select 1');
    await beginNextEpoch(database, true);
    await pool.query('select 1');
    // What was open dies with its server; the next one is new.
    const [one, two] = [await pool.connect(), pool.connect()];
    await assert.rejects(two, (error: Error) => {
      assert.ok(error instanceof StoreUnfit);
      assert.ok(isStoreUnavailable(error), 'clients are told to come again');
      return true;
    });
    one.release(true);
    assert.match((await fence.unfit).message, /not the one that this process began with/);
    await assert.rejects(pool.query('select 1'), StoreUnfit);
    await pool.end();
  });

  it('has a process end that a newer schema leaves behind, and no other', async () => {
    const [old, present] = [await begin(program - 1), await begin()];
    await database.query('update schema_migrations set oldest_program = $1 where version = 1', [program]);
    await assert.rejects(old.pool.query('select 1'), /start the newer one/);
    assert.match((await old.fence.unfit).message, /newer Ura changed the schema/);
    await present.pool.query('select 1');
    await Promise.all([old.pool.end(), present.pool.end()]);
  });

  describe('a new epoch', () => {
    const states = async (): Promise<Record<string, string>> => {
      const { rows } = await database.query<{ id: string; state: string }>('select id, state from requests');
      return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
    };

    it('counts what may have been sent as perhaps executed, and leaves the rest', async () => {
      const requests = createRequestStore(database);
      const leases = createLeaseStore(database);
      const given = Array.from({ length: 6 }, () => acceptance());
      const ids = given.map(({ request }) => request.id);
      for (const one of given) await requests.accept(one);
      const set = (id: string | undefined, change: string) =>
        database.query(`update requests set ${change} where id = $1`, [id]);
      await set(ids[1], `state = 'retry-wait', next_attempt_at = now() + interval '1 hour', attempts = 3`);
      await set(
        ids[2],
        `state = 'dispatching', lease_owner = 'dead', lease_until = now() + interval '1 hour'`,
      );
      await set(ids[3], `state = 'awaiting-answer', ticket = 't'`);
      await set(ids[4], `state = 'held'`);
      await set(ids[5], `state = 'answered', finished_at = now()`);
      const { epoch, requestsInDoubt, awaitingAnswer } = await beginNextEpoch(database, false);
      assert.deepEqual([epoch, requestsInDoubt, awaitingAnswer], [1, 3, 1]);
      assert.deepEqual(Object.values(await states()).sort(), [
        'answered',
        'awaiting-answer',
        'dispatching',
        'dispatching',
        'dispatching',
        'held',
      ]);
      const claimed = await leases.claim([{ adapter: 'civil', places: 10 }], 'me', 1000);
      const abandoned = claimed.filter((request) => request.abandoned).map(({ id }) => id);
      assert.deepEqual(abandoned.sort(), ids.slice(0, 3).sort());
    });

    it('leaves everything as it is when nothing was lost', async () => {
      const given = acceptance();
      await createRequestStore(database).accept(given);
      assert.equal((await beginNextEpoch(database, true)).requestsInDoubt, 0);
      assert.deepEqual(await states(), { [given.request.id]: 'accepted' });
    });
  });
});
