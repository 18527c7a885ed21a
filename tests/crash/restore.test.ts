import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../src/store/database.js';
import { runUra } from '../cli/ura-process.js';
import { collectResults } from '../support/collect-results.js';
import { configCopy } from '../support/config-copy.js';
import { freePort } from '../support/free-port.js';
import { startGatewayProcess } from '../support/gateway-process.js';
import { type OwnServers, openOwnServers, wholePostgres } from '../support/own-postgres.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';

/** Submitters at work at once. */
const SUBMITTERS = 6;

describe('a database server that is lost with all its disks', function () {
  this.timeout(400_000);
  const programs = wholePostgres();
  let servers: OwnServers;
  let stack: Stack;
  let removeConfig: () => Promise<void>;
  const closers: (() => Promise<unknown>)[] = [];

  before(async function () {
    if (programs === undefined) {
      process.stdout.write(
        '    skipped: there is no whole PostgreSQL here (Debian: apt-get install postgresql)\n',
      );
      this.skip();
    }
    const config = await configCopy({
      'gateway.json': (content) => ({
        ...content,
        dispatch: { leaseMs: 1500, pollMs: 100, defaultDeadlineMinutes: 10 },
      }),
    });
    removeConfig = config.remove;
    stack = await startStack({ withGateway: false, config: config.folder });
    servers = await openOwnServers(programs, await freePort());
  });
  after(async () => {
    if (!servers) return;
    for (const close of closers.reverse()) await close().catch(() => {});
    await servers.remove();
    await stack.stop();
    await removeConfig();
  });

  const opened = (url: string): Database => {
    const database = openDatabase({ url, maxConnections: 2 });
    closers.push(() => database.end());
    return database;
  };
  const value = async (database: Database, statement: string): Promise<unknown> =>
    Object.values((await database.query(statement)).rows[0] ?? {})[0];

  it('is restored without anything accepted missing, executed twice or told under two ids', async () => {
    const old = join(servers.folder, 'old');
    const fresh = join(servers.folder, 'fresh');
    const backup = join(servers.folder, 'backup');
    await servers.initialise(old);
    await servers.start(old);
    await assert.rejects(servers.script('base', backup), /nobody receives the write-ahead log/);
    const stream = servers.startScript('stream-wal', backup);
    closers.push(() => stream.stop());
    const before = opened(servers.url);
    await waitFor(
      async () =>
        (await value(
          before,
          `select count(*)::int from pg_stat_replication where application_name = 'ura_backup'`,
        )) === 1 || undefined,
      'the write-ahead log to be received',
    );
    await before.query(`alter system set synchronous_standby_names = 'ura_backup'`);
    await before.query('select pg_reload_conf()');

    const variables = { ...stack.variables, DATABASE_URL: servers.url };
    const results = await collectResults(variables);
    closers.push(() => results.stop());
    const gateway = await startGatewayProcess(variables);
    closers.push(() => gateway.kill());
    const client = await stack.client();
    closers.push(async () => client.close());

    // The client's journal: what it was told is accepted.
    const accepted = new Set<string>();
    let lost = false;
    const { headOfSix, widow, single, married } = stack.people;
    const people = [headOfSix, widow, single, married];
    const submit = async (index: number): Promise<void> => {
      while (!lost) {
        const nid = people[(index + accepted.size) % people.length] as string;
        await client.submit(familyRequest(nid), { idempotencyKey: randomUUID() }).then(
          ({ id }) => accepted.add(id),
          () => {},
        );
      }
    };
    const load = Promise.all(Array.from({ length: SUBMITTERS }, (_, index) => submit(index)));
    const reach = (count: number): Promise<unknown> =>
      waitFor(() => accepted.size >= count || undefined, `${count} accepted requests`, 30_000);
    await reach(10);
    await servers.script('base', backup);
    const inBackup = accepted.size;
    await reach(inBackup + 20);
    // From here on answers come late, so that questions are under way when the server is lost.
    stack.registry.control({ behaviour: 'slow', delayMs: 2_000, count: 12 });
    const executed = stack.registry.journal.executed;
    await waitFor(() => stack.registry.journal.executed > executed || undefined, 'a question under way');
    await servers.destroy(old);
    lost = true;
    await load;
    await stream.stop();
    await assert.rejects(
      servers.script('restore', backup, backup),
      /is not empty: nothing is ever overwritten/,
    );

    await servers.script('restore', backup, fresh);
    await servers.start(fresh);
    const after = opened(servers.url);
    await waitFor(
      async () => (await value(after, 'select pg_is_in_recovery()')) === false || undefined,
      'the end of recovery',
    );
    // The process of before meets the restored server where the lost one was, with leases and events in its hands.
    await waitFor(
      () => gateway.lines.some((line) => line.includes('the store is not ours any more')) || undefined,
      'the gateway of before to notice',
    );
    assert.equal(await gateway.terminate(), 1);
    await assert.rejects(startGatewayProcess(variables), /run `ura after-restore` once/);

    const restored = await runUra(['after-restore'], variables);
    assert.equal(restored.stderr, '');
    assert.match(restored.stdout, /epoch 2 has begun.*\n\d+ open requests count as perhaps sent/);
    assert.match((await runUra(['after-restore'], variables)).stdout, /nothing to do/);
    const { rows } = await after.query<{ id: string }>('select id from requests');
    const present = new Set(rows.map(({ id }) => id));
    assert.deepEqual(
      [...accepted].filter((id) => !present.has(id)),
      [],
      'what was answered 202 is there',
    );

    const next = await startGatewayProcess(variables);
    closers.push(() => next.kill());
    await waitFor(
      async () =>
        (await value(after, 'select count(*)::int from requests where finished_at is null')) === 0 ||
        undefined,
      'every request to end',
      60_000,
    );
    await waitFor(
      async () => (await value(after, 'select count(*)::int from outbox')) === 0 || undefined,
      'every event to be told',
    );
    for (const id of present) {
      assert.equal((await results.next(id)).type, 'ura.request.answered.v1');
      assert.equal(
        new Set(results.of(id).map((event) => event.id)).size,
        1,
        'one event, however often it came',
      );
      const entries = stack.registry.journal.entries().filter(({ messageId }) => messageId.includes(id));
      assert.equal(entries.length, 1, 'the registry executed its message id once');
    }
    assert.ok(stack.registry.journal.repeated > 0, 'something had been under way, and was asked about again');
  });
});
