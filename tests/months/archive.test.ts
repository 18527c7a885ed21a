import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createLeaseStore } from '../../src/dispatch/lease-store.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import { uuidV7 } from '../../src/ids.js';
import { attachMonth, detachMonth } from '../../src/months/archive.js';
import { createArchiveStore } from '../../src/months/archive-store.js';
import { createMonthStore } from '../../src/months/month-store.js';
import { createRequestStore, type RequestStore } from '../../src/requests/request-store.js';
import type { Database } from '../../src/store/database.js';
import { acceptance } from '../requests/acceptance.js';
import { freshDatabase } from '../support/fresh-database.js';
import { layPastMonths } from '../support/past-months.js';

describe('a month that is detached', function () {
  this.timeout(60_000);
  let database: Database;
  let drop: () => Promise<void>;
  let requests: RequestStore;
  let stores: Parameters<typeof detachMonth>[0];
  let past: string;

  const idIn = (month: string): string => uuidV7({ now: () => Date.parse(`${month}-17T12:00:00Z`) }).next();
  const find = (id: string) => requests.find('oss-divjake', id);
  const execute = async (text: string, values: unknown[] = []): Promise<void> => {
    await database.query(text, values);
  };
  const keep = async (id: string): Promise<void> => {
    await requests.accept(acceptance({ request: { id } }));
  };
  const finish = (id: string) =>
    execute(`update requests set state = 'answered', finished_at = now() where id = $1`, [id]);
  const forgetKeys = () => execute('delete from idempotency_keys');
  const detach = (month = '2025-03') => detachMonth(stores, month);

  beforeEach(async () => {
    ({ database, drop } = await freshDatabase());
    stores = { months: createMonthStore(database), archive: createArchiveStore(database) };
    requests = createRequestStore(database);
    await layPastMonths(database, '2025-02');
    past = idIn('2025-03');
    await keep(past);
  });
  afterEach(() => drop());

  it('is refused while anything needs it, with all that does', async () => {
    const refused = (...sentences: readonly RegExp[]) =>
      assert.rejects(detach(), (error: Error) => {
        assert.equal(error.name, 'MonthRefused');
        for (const sentence of sentences) assert.match(error.message, sentence);
        assert.equal(error.message.split('\n').length, sentences.length + 1, error.message);
        return true;
      });
    await refused(/1 requests are open/, /1 idempotency keys are still kept/);
    await finish(past);
    await refused(/1 idempotency keys/);
    await forgetKeys();

    const event = (subject: string) => [randomUUID(), JSON.stringify({ ce_subject: subject })];
    const insertEvent = `insert into outbox (event_id, topic, key, headers, value, created_at)
      values ($1, 't', 'k', $2, '', now())`;
    await execute(insertEvent, event(idIn('2025-02')));
    await execute(insertEvent, event(past));
    await refused(/1 events were not sent/);
    await execute('delete from outbox');

    const caseId = idIn('2025-06');
    await execute(
      `insert into cases (id, client_id, municipality, procedure, version, case_id, definition, application, state,
         deadline_at, due_at, accepted_at, updated_at)
       values ($1, 'oss-divjake', '20', 'p', '1', 'c', '{}', '{}', 'running', now(), now(), now(), now())`,
      [caseId],
    );
    await execute(
      `insert into case_steps (case_id, step, item, round, service, subject, parameters, request_id, planned_at)
       values ($1, 's', -1, 1, 'x', '{}', '{}', $2, now())`,
      [caseId, past],
    );
    await refused(/1 running cases/);
    await execute(`update cases set state = 'complete', finished_at = now()`);

    await execute(
      `insert into applications (id, client_id, origin, municipality, service, service_version, case_id, applicant,
         form, requester, grant_id, state, evidence_count, submitted_at, updated_at)
       values ($1, 'adisa', 'AD', '20', 's', '1', 'c', '{}', '{}', '{}', 'g', 'approved', 0, now(), now())`,
      [idIn('2025-03')],
    );
    await refused(/1 applications have not ended/);
    await execute(`update applications set state = 'completed'`);
    await execute(
      `insert into webhooks (client_id, application_id, body, next_attempt_at, give_up_at)
       values ('adisa', $1, '', now(), now())`,
      [idIn('2025-03')],
    );
    await refused(/1 calls to webhooks/);
    await execute('delete from webhooks');
    assert.deepEqual(await detach(), ['requests_2025_03', 'evidence_2025_03']);
  });

  it('is refused as long as it has not ended, and where there is none', async () => {
    const present = new Date().toISOString().slice(0, 7);
    await assert.rejects(detach(present), /it has not ended/);
    await assert.rejects(detach('9999-01'), /it has not ended/);
    await assert.rejects(detach('2024-07'), /there is no such month/);
    assert.ok(await find(past));
  });

  it('is not found any more, said to be archived, and stays append-only', async () => {
    const other = idIn('2025-04');
    await keep(other);
    await finish(past);
    await forgetKeys();
    await detach();
    assert.equal(await find(past), undefined);
    assert.deepEqual(await createEvidenceStore(database).list(past), []);
    assert.equal(await stores.archive.isArchived(past), true);
    assert.ok(await find(other));
    assert.equal(await stores.archive.isArchived(other), false);
    for (const table of ['requests_2025_03', 'evidence_2025_03']) {
      const { rows } = await database.query(`select 1 from ${table}`);
      assert.ok(rows.length > 0, table);
    }
    for (const change of [
      'update evidence_2025_03 set kind = kind',
      'delete from evidence_2025_03',
      'truncate evidence_2025_03',
    ])
      await assert.rejects(database.query(change), /evidence is append-only/, change);
    await assert.rejects(detach(), /there is no such month, or it is detached already/);
  });

  it('comes back whole', async () => {
    await finish(past);
    await forgetKeys();
    const before = await find(past);
    await detach();
    assert.deepEqual(await attachMonth(stores, '2025-03'), ['evidence_2025_03', 'requests_2025_03']);
    assert.deepEqual(await find(past), before);
    assert.equal((await createEvidenceStore(database).list(past)).length, 2);
    assert.equal(await stores.archive.isArchived(past), false);
    await assert.rejects(attachMonth(stores, '2025-03'), /it was not detached from this database/);
    await assert.rejects(database.query('truncate evidence_2025_03'), /append-only/);
    assert.deepEqual(await detach(), ['requests_2025_03', 'evidence_2025_03']);
  });

  it('is left out of a list by case, and the list goes on behind it', async () => {
    const later = [idIn('2025-04'), idIn('2025-04'), idIn('2025-05')].sort();
    for (const id of later) await keep(id);
    const list = async (limit: number, after?: string) =>
      (await requests.listByCase('oss-divjake', acceptance().request.caseId, limit, after)).map(
        ({ id }) => id,
      );
    assert.deepEqual(await list(2), [past, later[0]]);
    await finish(past);
    await forgetKeys();
    await detach();
    assert.deepEqual(await list(2), later.slice(0, 2));
    assert.deepEqual(await list(2, later[1]), later.slice(2));
    // As a month that was detached before its requests could be found by their case.
    await execute('delete from request_cases where request_id = $1', [past]);
    await attachMonth(stores, '2025-03');
    assert.deepEqual(await list(2), [past, later[0]]);
  });

  it('holds up nobody: requests are stored, read and finished while an old transaction keeps it waiting', async () => {
    await finish(past);
    await forgetKeys();
    const reader = await database.connect();
    await reader.query('begin isolation level repeatable read');
    await reader.query('select count(*) from requests');
    let ended = false;
    const detached = detach().finally(() => {
      ended = true;
    });
    for (let waits = 0; ; waits += 1) {
      assert.ok(waits < 200, 'it begins to wait');
      if ((await stores.months.parts('requests')).some(({ detaching }) => detaching)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const writer = await database.connect();
    await writer.query(`set lock_timeout = '100ms'`);
    const onWriter = Object.assign(Object.create(database) as Database, { query: writer.query.bind(writer) });
    const own = createRequestStore(onWriter);
    const leases = createLeaseStore(onWriter);
    for (let count = 0; count < 20; count += 1) {
      const id = uuidV7({ now: Date.now }).next();
      assert.equal((await own.accept(acceptance({ request: { id } }))).kind, 'new');
      assert.equal((await own.find('oss-divjake', id))?.id, id);
      assert.equal((await leases.claim([{ adapter: 'civil', places: 1 }], 'me', 1000)).length, 1);
      await writer.query(
        `update requests set state = 'answered', finished_at = now(), lease_owner = null,
        lease_until = null where id = $1`,
        [id],
      );
    }
    assert.equal(await find(past), undefined, 'new transactions do not see it any more');
    const { rows } = await reader.query('select 1 from requests where id = $1', [past]);
    assert.equal(rows.length, 1, 'the old one still does');
    assert.equal(ended, false);
    writer.release(true);
    await reader.query('commit');
    reader.release();
    assert.deepEqual(await detached, ['requests_2025_03', 'evidence_2025_03']);
  });

  it('is finished by the next call when the first was interrupted half way', async () => {
    await finish(past);
    await forgetKeys();
    const reader = await database.connect();
    await reader.query('begin');
    await reader.query('select count(*) from evidence');
    const first = detach();
    first.catch(() => {});
    for (let waits = 0; ; waits += 1) {
      assert.ok(waits < 200, 'it begins to wait');
      if ((await stores.months.parts('evidence')).some(({ detaching }) => detaching)) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query like 'alter table evidence%'`,
    );
    await assert.rejects(first, /terminat/);
    await reader.query('commit');
    reader.release();
    assert.deepEqual(await detach(), ['evidence_2025_03']);
    assert.equal(await stores.archive.isArchived(past), true);
  });
});
