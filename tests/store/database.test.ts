import assert from 'node:assert/strict';
import { inTransaction, openDatabase } from '../../src/store/database.js';
import { isStoreUnavailable } from '../../src/store/unavailable.js';
import { freePort } from '../support/free-port.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

describe('a transaction', () => {
  let fresh: FreshDatabase;
  before(async () => {
    fresh = await freshDatabase();
    await fresh.database.query('create table things (n integer)');
  });
  after(() => fresh.drop());
  const count = async (): Promise<unknown> => (await fresh.database.query('select n from things')).rows;

  it('writes everything or nothing', async () => {
    await inTransaction(fresh.database, (connection) => connection.query('insert into things values (1)'));
    await assert.rejects(
      inTransaction(fresh.database, async (connection) => {
        await connection.query('insert into things values (2)');
        throw new Error('second thoughts');
      }),
      /second thoughts/,
    );
    assert.deepEqual(await count(), [{ n: 1 }]);
  });

  it('rejects when its connection breaks, without taking the process down, and the pool goes on', async () => {
    await assert.rejects(
      inTransaction(fresh.database, async (connection) => {
        const { rows } = await connection.query<{ pid: number }>('select pg_backend_pid() as pid');
        await fresh.database.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
        // The connection learns of its end while no statement is under way.
        await new Promise((resolve) => setTimeout(resolve, 100));
        await connection.query('insert into things values (3)');
      }),
      (error) => isStoreUnavailable(error),
    );
    assert.deepEqual(await count(), [{ n: 1 }]);
  });
});

describe('an error of the store', () => {
  const failing = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      await work;
    } catch (error) {
      return error;
    }
    throw new Error('did not fail');
  };

  it('means "not now" when nobody listens at its address', async () => {
    const database = openDatabase({ url: `postgres://a:b@127.0.0.1:${await freePort()}/c` });
    assert.equal(isStoreUnavailable(await failing(database.query('select 1'))), true);
    await database.end();
    assert.equal(isStoreUnavailable(await failing(database.query('select 1'))), true, 'while stopping');
  });

  it('means "not now" when a statement took too long or was ended by the server', async () => {
    const fresh = await freshDatabase();
    const hasty = openDatabase({ url: fresh.url, statementTimeoutMs: 50 });
    assert.equal(isStoreUnavailable(await failing(hasty.query('select pg_sleep(5)'))), true);
    const ended = failing(hasty.query('select pg_terminate_backend(pg_backend_pid())'));
    assert.equal(isStoreUnavailable(await ended), true);
    await hasty.end();
    await fresh.drop();
  });

  it('means a defect when the statement is wrong, or when it is no error of the store', async () => {
    const fresh = await freshDatabase();
    assert.equal(
      isStoreUnavailable(await failing(fresh.database.query('select nothing from nowhere'))),
      false,
    );
    await fresh.drop();
    for (const other of [new Error('x'), Object.assign(new Error('x'), { code: 'ENOENT' }), 'x', undefined]) {
      assert.equal(isStoreUnavailable(other), false);
    }
  });
});
