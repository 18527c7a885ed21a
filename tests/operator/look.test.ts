import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { OperatorClient } from '../../src/cli/operator/operator-client.js';
import type { RequestDetail, RequestLine, Summary } from '../../src/cli/operator/tables.js';
import { createEvidenceStore } from '../../src/evidence/evidence-store.js';
import type { BatchAnswer } from '../../src/operator/act-on-many.js';
import { refusalOf } from '../support/refused.js';
import { waitFor } from '../support/wait-for.js';
import { type OperatorWorld, openOperatorWorld, reasons, take } from './operator-world.js';

interface Page {
  readonly items: readonly RequestLine[];
  readonly next?: string;
}

describe('what an operator sees, and does to many', function () {
  this.timeout(180_000);
  let world: OperatorWorld;
  let desk: OperatorClient;
  /** Held, oldest first. */
  const held: string[] = [];
  let waiting: string;

  before(async () => {
    world = await openOperatorWorld();
    desk = await world.as();
    for (let count = 0; count < 5; count += 1) held.push(await world.held('question'));
    waiting = await world.waiting();
  });
  after(() => world.stop());

  const list = async (query: Record<string, string>, as = desk): Promise<string[]> =>
    (await as.get<Page>('/requests', query)).items.map(({ id }) => id);

  it('lists by state, reason, registry, municipality, service and age', async () => {
    assert.deepEqual(await list({}), [...held, waiting]);
    assert.deepEqual(await list({ state: 'held' }), held);
    assert.deepEqual(await list({ state: 'retry-wait,answered' }), [waiting]);
    assert.deepEqual(await list({ reason: 'connection-lost' }), held);
    assert.deepEqual(await list({ registry: 'civil,tax', municipality: '20', service: 'AL012031' }), [
      ...held,
      waiting,
    ]);
    for (const none of [
      { registry: 'tax' },
      { municipality: '21' },
      { service: 'AL012001' },
      { olderThan: '1h' },
    ]) {
      assert.deepEqual(await list(none as Record<string, string>), [], JSON.stringify(none));
    }
    assert.deepEqual(await list({ state: 'held', olderThan: '0s' }), held);
  });

  it('goes through a long list page by page', async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await desk.get<Page>('/requests', {
        limit: '2',
        ...(after === undefined ? {} : { after }),
      });
      assert.ok(page.items.length <= 2);
      seen.push(...page.items.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    assert.deepEqual(seen, [...held, waiting]);
    assert.equal((await refusalOf(desk.get('/requests', { after: 'abc' }))).code, 'invalid-request');
  });

  it('shows nothing about a citizen, an officer or the matter, in lists or in detail', async () => {
    const { items } = await desk.get<Page>('/requests', { state: 'held' });
    const detail = await desk.get<RequestDetail>(`/requests/${held[0]}`);
    const { envelope } = (
      await world.stack.database.query<{ envelope: { caseId: string; subject: { notation: string } } }>(
        'select envelope from requests where id = $1',
        [held[0]],
      )
    ).rows[0] as { envelope: { caseId: string; subject: { notation: string } } };
    for (const personal of [envelope.subject.notation, envelope.caseId, 'e.hoxha']) {
      assert.equal(JSON.stringify([items, detail]).includes(personal), false, personal);
    }
    assert.equal(detail.repeatable, false);
    assert.equal(detail.messageId, `urn:uuid:${held[0]}`);
    assert.match(detail.explanation ?? '', /repeating it is not safe/);
    assert.deepEqual(detail.actions, ['release', 'rerun', 'disclose', 'answer', 'cancel']);
    assert.deepEqual(
      detail.history.map(({ kind }) => kind),
      ['client-request', 'decision', 'registry-request'],
    );
    const ofMover = await (await world.as('mover')).get<RequestDetail>(`/requests/${held[0]}`);
    assert.deepEqual(ofMover.actions, ['release', 'rerun', 'cancel']);
  });

  it('shows whom a request is about to a data steward alone, and keeps that it was shown', async () => {
    const [id] = held as [string];
    const steward = await world.as('steward');
    const question = await steward.post<{ subject: object; evidenceType: string }>(
      `/requests/${id}/disclose`,
      reasons.disclose,
      randomUUID(),
    );
    assert.deepEqual(question.subject, { scheme: 'NID', notation: world.stack.people.widow });
    assert.equal(question.evidenceType, 'family-composition');
    const evidence = await createEvidenceStore(world.stack.database).list(id);
    assert.equal(evidence.at(-1)?.kind, 'operator-action');
    assert.equal(evidence.at(-1)?.signedBy, 'steward');
    const { history, state } = await desk.get<RequestDetail>(`/requests/${id}`);
    const { action, operator, role, reason } = history.at(-1) ?? {};
    assert.deepEqual(
      { action, operator, role, reason, state },
      {
        action: 'disclose',
        operator: 'steward',
        role: 'data-steward',
        reason: reasons.disclose.reason,
        state: 'held',
      },
    );
    const mover = await world.as('mover');
    assert.equal(
      (await refusalOf(mover.post(`/requests/${id}/disclose`, reasons.disclose, randomUUID()))).code,
      'not-permitted',
    );
    assert.equal(
      (await refusalOf(desk.post(`/requests/${waiting}/disclose`, reasons.disclose, randomUUID()))).code,
      'not-answerable',
    );
  });

  it('counts by state, registry and municipality', async () => {
    const summary = await desk.get<Summary>('/summary');
    assert.equal(summary.total, 6);
    assert.deepEqual(
      summary.items.map(({ state, registry, municipality, count }) => ({
        state,
        registry,
        municipality,
        count,
      })),
      [
        { state: 'held', registry: 'civil', municipality: '20', count: 5 },
        { state: 'retry-wait', registry: 'civil', municipality: '20', count: 1 },
      ],
    );
    for (const id of ['of-fier', 'of-tax']) {
      assert.equal((await (await world.as(id)).get<Summary>('/summary')).total, 0, id);
    }
  });

  it('finds nothing out of scope, by whatever way', async () => {
    for (const name of ['of-fier', 'of-tax']) {
      const stranger = await world.as(name);
      assert.deepEqual(await list({}, stranger), []);
      assert.deepEqual(await list({ registry: 'civil', municipality: '20' }, stranger), []);
      assert.equal((await refusalOf(stranger.get(`/requests/${held[1]}`))).code, 'unknown-request');
      for (const action of ['release', 'rerun', 'cancel', 'disclose'] as const) {
        const refused = await refusalOf(take(stranger, held[1] as string, action, reasons[action]));
        assert.equal(refused.code, 'unknown-request', `${name}: ${action}`);
      }
      const never = await refusalOf(take(stranger, randomUUID(), 'release', reasons.release));
      assert.equal(never.detail, 'No request in the scope of this operator has that id.');
      const dry = await many(stranger, { dryRun: true });
      assert.equal(dry.matched, 0);
    }
    assert.deepEqual(await list({ state: 'held' }), held);
  });

  const batch = (changes: object = {}): object => ({
    action: 'release',
    filter: { state: 'held', registry: 'civil', unchangedSince: new Date().toISOString() },
    expectedCount: 5,
    ...reasons.release,
    ...changes,
  });
  const many = (as: OperatorClient, changes: object = {}, key: string = randomUUID()): Promise<BatchAnswer> =>
    as.post<BatchAnswer>('/requests/batch', batch(changes), key);

  it('does nothing to many when there are more or fewer than expected, or only to count', async () => {
    for (const expectedCount of [4, 6, 0]) {
      assert.equal(
        (await refusalOf(many(desk, { expectedCount }))).code,
        'count-differs',
        String(expectedCount),
      );
    }
    assert.deepEqual(await many(desk, { dryRun: true, expectedCount: 0 }), {
      matched: 5,
      done: 0,
      refused: [],
      remaining: 5,
    });
    const before = { ...(batch() as { filter: object }).filter, unchangedSince: '2020-01-01T00:00:00Z' };
    assert.equal((await many(desk, { dryRun: true, filter: before })).matched, 0, 'what changed since');
    for (const wrong of [
      { action: 'cancel' },
      { action: 'release', filter: { ...before, state: 'retry-wait' } },
      { filter: { state: 'held' } },
      { reason: { code: 'urgent', text: 'Nxitim' } },
    ]) {
      assert.equal((await refusalOf(many(desk, wrong))).code, 'invalid-request', JSON.stringify(wrong));
    }
    assert.equal((await refusalOf(many(await world.as('steward')))).code, 'not-permitted');
    assert.deepEqual(await list({ state: 'held' }), held);
  });

  it('reruns of many what can be repeated, and leaves the others as they are', async () => {
    const rerun = { action: 'rerun', ...reasons.rerun };
    const left = await many(desk, rerun);
    assert.deepEqual(
      [left.done, left.refused.map(({ code }) => code)],
      [0, Array(5).fill('repeat-not-confirmed')],
    );
    const filter = { state: 'retry-wait', unchangedSince: new Date().toISOString() };
    const done = await many(desk, { ...rerun, filter, expectedCount: 1 });
    assert.deepEqual([done.matched, done.done, done.refused], [1, 1, []]);
    await world.reaches(waiting, 'answered');
  });

  it('releases many, part by part, each once, and answers a repetition as before', async () => {
    const filter = { state: 'held', registry: 'civil', unchangedSince: new Date().toISOString() };
    const key = randomUUID();
    const first = await many(desk, { filter, limit: 2 }, key);
    assert.deepEqual([first.matched, first.done, first.remaining], [5, 2, 3]);
    assert.deepEqual(await many(desk, { filter, limit: 2 }, key), first);
    const second = await many(desk, { filter, limit: 2, expectedCount: 3, after: first.next });
    const third = await many(desk, { filter, limit: 2, expectedCount: 1, after: second.next });
    assert.deepEqual([second.done, third.done, third.remaining, third.next], [2, 1, 0, undefined]);
    for (const id of held) {
      await world.reaches(id, 'answered');
      assert.equal(world.executions(id), 1);
      const kinds = (await createEvidenceStore(world.stack.database).list(id)).map(({ kind }) => kind);
      assert.equal(kinds.filter((kind) => kind === 'operator-action').length, id === held[0] ? 2 : 1);
    }
    assert.equal(
      (await refusalOf(many(desk, { filter, limit: 2, dryRun: false, expectedCount: 4 }, key))).code,
      'idempotency-key-reused',
    );
  });

  it('does the rest when a part was done and its answer was never kept', async () => {
    const ids = [await world.held('question'), await world.held('question'), await world.held('question')];
    const filter = { state: 'held', unchangedSince: new Date().toISOString() };
    const key = randomUUID();
    await many(desk, { filter, expectedCount: 3, limit: 1 }, key);
    // As if the process had died before it could keep what it was going to say.
    await world.stack.database.query('update operator_actions set answer = null where key = $1', [key]);
    const rest = await many(desk, { filter, expectedCount: 3, limit: 1 }, key);
    assert.deepEqual([rest.matched, rest.done], [2, 1]);
    const { next, remaining } = rest;
    await many(desk, { filter, expectedCount: remaining, after: next });
    for (const id of ids) {
      await world.reaches(id, 'answered');
      assert.equal(world.executions(id), 1);
    }
  });

  it('follows the configuration: a new operator is let in, one that is taken away is not, without a restart', async () => {
    const watcher = await world.as('watcher');
    await watcher.get('/summary');
    await world.config.change({
      'operators/watcher.json': (content) => ({ ...content, roles: ['platform'] }),
    });
    assert.equal(await world.stack.gateway.reload(), true);
    assert.equal((await refusalOf(watcher.get('/summary'))).code, 'not-permitted');
    await world.config.change({
      'operators/watcher.json': (content) => ({
        ...content,
        keys: [(content.keys as string[])[0]?.replace('watcher', 'mover')],
      }),
    });
    // Two operators with one key: the whole set is refused, and that of before stays.
    assert.equal(await world.stack.gateway.reload(), false);
    assert.equal((await refusalOf(watcher.get('/summary'))).code, 'not-permitted');
    const steward = await world.as('steward');
    await world.config.change({
      'operators/watcher.json': (content) => ({
        ...content,
        keys: [(content.keys as string[])[0]?.replace('mover', 'watcher')],
      }),
      'operators/steward.json': () => ({
        id: 'somebody-else',
        name: 'Somebody else',
        keys: [`${world.stack.variables.URA_DATA}/keys/operations.public.jwk.json`],
        roles: ['observer'],
        scope: { registries: 'all', municipalities: 'all' },
      }),
      'operators/operations.json': (content) => ({
        ...content,
        keys: [`${world.stack.variables.URA_DATA}/keys/tax.public.jwk.json`],
      }),
    });
    assert.equal(await world.stack.gateway.reload(), true);
    await waitFor(
      async () =>
        (await refusalOf(steward.get('/summary'))).code === 'signature-refused' ? true : undefined,
      'the end of an operator',
    );
  });
});
