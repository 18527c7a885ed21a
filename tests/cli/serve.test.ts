import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPackageRoot } from '../../src/package-root.js';
import { familyRequest, type Stack, startStack } from '../support/stack.js';
import { runUra, startUra, type UraProcess } from './ura-process.js';

describe('ura serve', function () {
  this.timeout(60_000);

  describe('asked to stop while requests are in flight', () => {
    let stack: Stack;
    let ura: UraProcess;

    before(async () => {
      stack = await startStack({ withGateway: false });
      ura = startUra(['serve'], stack.variables);
      await ura.line(/"gateway is ready"/);
    });
    after(async () => {
      ura.child.kill('SIGKILL');
      await stack.stop();
    });

    const rows = async () =>
      (
        await stack.database.query<{ id: string; state: string; lease_owner: string | null }>(
          'select id, state, lease_owner from requests',
        )
      ).rows;

    it('ends with 0 within 10 s, gives back its leases, and tells what it has to tell', async () => {
      const client = await stack.client();
      const submit = (waitSeconds = 0) =>
        client.submit(familyRequest(stack.people.headOfSix), { idempotencyKey: randomUUID(), waitSeconds });
      // Some answers come while it stops, the others never: those calls are in flight or wait behind them.
      stack.registry.control({ behaviour: 'slow', delayMs: 2_000, count: 4 });
      const quick = await Promise.all(Array.from({ length: 4 }, () => submit()));
      while (stack.registry.journal.executed < 4) await new Promise((resolve) => setTimeout(resolve, 10));
      stack.registry.control('silent');
      await Promise.all(Array.from({ length: 20 }, () => submit()));
      const waiting = submit(30);
      while ((await rows()).length < 25) await new Promise((resolve) => setTimeout(resolve, 10));

      ura.child.kill('SIGTERM');
      const killed = setTimeout(() => ura.child.kill('SIGKILL'), 10_000);
      const told = await waiting;
      const { code, signal, stdout } = await ura.ended;
      clearTimeout(killed);
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, stdout);
      assert.match(stdout, /"gateway stopped"/);
      // Whoever waited on the connection was told how things stand instead of being cut off.
      assert.ok(['accepted', 'dispatching'].includes(told.state), told.state);

      const after = await rows();
      assert.deepEqual(
        after.filter((row) => row.lease_owner !== null),
        [],
      );
      const stateOf = new Map(after.map(({ id, state }) => [id, state]));
      assert.deepEqual(
        quick.map(({ id }) => stateOf.get(id)),
        Array.from({ length: 4 }, () => 'answered'),
      );
      const others = after.filter(({ state }) => state !== 'answered').map(({ state }) => state);
      assert.equal(others.length, 21);
      assert.deepEqual([...new Set(others)].sort(), ['accepted', 'retry-wait']);
      const { rows: outbox } = await stack.database.query('select 1 from outbox');
      assert.equal(outbox.length, 0);
    });

    it('finishes them after it is started again', async () => {
      stack.registry.control('normal');
      ura = startUra(['serve'], stack.variables);
      await ura.line(/"gateway is ready"/);
      while ((await rows()).some(({ state }) => state !== 'answered'))
        await new Promise((resolve) => setTimeout(resolve, 50));
      ura.child.kill('SIGINT');
      assert.equal((await ura.ended).code, 0);
    });
  });

  describe('in production', () => {
    let folder: string;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ura-serve-'));
      await cp(join(findPackageRoot(), 'config'), join(folder, 'config'), { recursive: true });
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it('refuses embedded parts and a configuration that is not its own, saying what to set', async () => {
      const { code, stderr, stdout } = await runUra(['serve'], { URA_ENV: 'production', URA_DATA: folder });
      assert.equal(code, 1);
      for (const name of ['DATABASE_URL', 'KAFKA_BROKERS', 'URA_CONFIG']) {
        assert.match(stderr, new RegExp(`set ${name}`));
      }
      assert.equal(stdout, '');
    });

    it('refuses development keys and missing TLS, saying what to set', async () => {
      const { code, stderr } = await runUra(['serve'], {
        URA_ENV: 'production',
        URA_DATA: process.env.URA_DATA,
        URA_CONFIG: join(folder, 'config'),
        DATABASE_URL: process.env.DATABASE_URL,
        KAFKA_BROKERS: process.env.KAFKA_BROKERS,
      });
      assert.equal(code, 1);
      assert.match(stderr, /without TLS: set http\.tls in gateway\.json, or http\.behindProxy/);
      assert.match(stderr, /was made for development: make real ones with `ura keys generate`/);
      assert.match(stderr, /of a partner was made for development/);
      assert.match(stderr, /Adapter civil reaches its registry without TLS/);
    });

    it('makes no demo', async () => {
      const { code, stderr } = await runUra(['demo'], { URA_ENV: 'production', URA_DATA: folder });
      assert.equal(code, 1);
      assert.match(stderr, /unset URA_ENV/);
    });
  });

  it('says that PORT is not a number', async () => {
    const { code, stderr } = await runUra(['serve'], { PORT: 'http', URA_DATA: process.env.URA_DATA });
    assert.equal(code, 1);
    assert.match(stderr, /PORT is not a number: set it to a free TCP port/);
  });
});
