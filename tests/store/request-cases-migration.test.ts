import assert from 'node:assert/strict';
import { createRequestStore } from '../../src/requests/request-store.js';
import { migrate } from '../../src/store/migrate.js';
import { acceptance } from '../requests/acceptance.js';
import { freshDatabase } from '../support/fresh-database.js';

describe('the migration to cases of requests', () => {
  it('finds by its case what was stored before', async () => {
    const { database, drop } = await freshDatabase();
    try {
      const requests = createRequestStore(database);
      const given = ['K-1', 'K-2', 'K-1'].map((caseId) => acceptance({ request: { caseId } }));
      for (const each of given) await requests.accept(each);
      await database.query('drop table request_cases');
      await database.query('create index requests_by_case on requests (client_id, case_id, id)');
      await database.query('delete from schema_migrations where version = 12');
      await assert.rejects(requests.listByCase('oss-divjake', 'K-1', 10));

      assert.deepEqual(await migrate(database), ['0012-request-cases.sql']);

      const found = await requests.listByCase('oss-divjake', 'K-1', 10);
      assert.deepEqual(
        found.map(({ id }) => id),
        [given[0]?.request.id, given[2]?.request.id].sort(),
      );
    } finally {
      await drop();
    }
  });
});
