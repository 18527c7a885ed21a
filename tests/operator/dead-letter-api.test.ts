import assert from 'node:assert/strict';
import type { OperatorSettings } from '../../src/config/config.js';
import type { UraError } from '../../src/errors.js';
import type { Call } from '../../src/http/exchange.js';
import { deadLetterHandlers } from '../../src/http/handlers/operator-dead-letters.js';
import type { Acted } from '../../src/operator/act.js';
import { type ActionStore, createActionStore } from '../../src/operator/action-store.js';
import { createDeadLetterStore } from '../../src/outbox/dead-letter-store.js';
import { type FreshDatabase, freshDatabase } from '../support/fresh-database.js';

const all = { registries: 'all', municipalities: 'all' } as const;
const operator = (changes: Partial<OperatorSettings> = {}): OperatorSettings => ({
  id: 'platform',
  name: 'Platform',
  keys: [],
  roles: ['platform'],
  scope: all,
  ...changes,
});

const id = (letter: 'a' | 'b' | 'c' | 'x'): string =>
  `0199a1f2-6c3e-7d41-9a5b-00000000000${letter === 'x' ? 'd' : letter}`;

describe('dead letters, over the operators API', function () {
  this.timeout(60_000);
  let fresh: FreshDatabase;
  let actions: ActionStore;

  beforeEach(async () => {
    fresh = await freshDatabase();
    actions = createActionStore(fresh.database);
    for (const letter of ['a', 'b', 'c'] as const) {
      await fresh.database.query(
        `insert into dead_letters (event_id, topic, key, headers, value, created_at, reason, attempts, dead_at)
         values ($1, 'oss.20.results.v1', 'DIV-1', '{"ce_type":"ura.request.answered.v1"}', $2, $3,
           'msg-size-too-large', 3, $3)`,
        [id(letter), Buffer.from(letter), new Date('2026-03-02T09:00:00Z')],
      );
    }
  });
  afterEach(() => fresh.drop());

  /** Calls a handler as the exchange does, once signature and form were found good. */
  function scene(settings: OperatorSettings = operator()) {
    const deadLetters = createDeadLetterStore(fresh.database);
    const acted: Acted[] = [];
    const handlers = deadLetterHandlers({
      deadLetters,
      actions,
      actionsOn: createActionStore,
      clock: { now: Date.now },
      findOperator: (wanted) => (wanted === settings.id ? settings : undefined),
      observe: (each) => acted.push(each),
    });
    const call = async (
      name: string,
      given: { path?: object; query?: object; body?: object; key?: string } = {},
    ) => {
      const { path = {}, query = {}, body, key = 'key-00000001' } = given;
      const handler = handlers[name];
      assert.ok(handler);
      const made = {
        operation: { id: name, path, query },
        headers: { 'idempotency-key': key },
        body,
        bodyBytes: Buffer.from(JSON.stringify(body ?? {})),
        sender: {
          client: { id: settings.id, municipality: '', organisations: [] },
          targetUri: `http://127.0.0.1/operator/v1/dead-letters/${(path as { deadLetterId?: string }).deadLetterId}/requeue`,
          verified: { keyId: 'k' },
          choice: { profile: 'http-sig' },
        },
      };
      return (await handler(made as unknown as Call)).body as Record<string, unknown>;
    };
    const requeued = async (): Promise<string[]> => {
      const { rows } = await fresh.database.query<{ event_id: string }>(
        'select event_id from outbox order by seq',
      );
      return rows.map(({ event_id }) => event_id);
    };
    return { call, requeued, acted };
  }
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error as UraError).code,
    );
  const body = { reason: { code: 'cause-removed', text: 'Tema u krijua' } };

  it('are listed page by page with their number, and shown', async () => {
    const { call } = scene();
    const first = await call('operatorListDeadLetters', { query: { limit: '2' } });
    assert.deepEqual([first.total, first.next, (first.items as unknown[]).length], [3, id('b'), 2]);
    const second = await call('operatorListDeadLetters', { query: { limit: '2', after: id('b') } });
    assert.deepEqual(
      [second.next, (second.items as { id: string }[]).map((each) => each.id)],
      [undefined, [id('c')]],
    );
    const shown = await call('operatorGetDeadLetter', { path: { deadLetterId: id('a') } });
    assert.deepEqual(
      [shown.id, shown.topic, shown.key, shown.valueBytes],
      [id('a'), 'oss.20.results.v1', 'DIV-1', 1],
    );
    assert.equal((shown.reason as { code: string }).code, 'msg-size-too-large');
    assert.equal('value' in shown, false, 'the value is for the municipality alone');
    assert.equal(
      await codeOf(call('operatorListDeadLetters', { query: { after: 'nonsense' } })),
      'invalid-request',
    );
    assert.equal(
      await codeOf(call('operatorGetDeadLetter', { path: { deadLetterId: id('x') } })),
      'unknown-dead-letter',
    );
  });

  it('are requeued once under one key, and who did it and why is kept', async () => {
    const { call, requeued, acted } = scene();
    const requeue = (letter: 'a' | 'b', key: string) =>
      call('operatorRequeueDeadLetter', { path: { deadLetterId: id(letter) }, body, key });
    assert.deepEqual(await requeue('b', 'key-00000002'), { id: id('b'), ...body });
    assert.deepEqual(await requeue('b', 'key-00000002'), { id: id('b'), ...body });
    assert.equal(await codeOf(requeue('b', 'key-00000003')), 'unknown-dead-letter');
    assert.equal(await codeOf(requeue('a', 'key-00000002')), 'idempotency-key-reused');
    assert.deepEqual(await requeued(), [id('b')]);
    assert.deepEqual(
      acted.map(({ outcome }) => outcome),
      ['done', 'repeated', 'refused'],
    );
    const { rows } = await fresh.database.query(
      `select operator_id, answer from operator_actions where key = 'key-00000002'`,
    );
    assert.deepEqual(rows, [{ operator_id: 'platform', answer: { id: id('b'), ...body } }]);
  });

  it('are discarded once under one key, and who did it and why is kept', async () => {
    const { call, requeued, acted } = scene();
    const why = { reason: { code: 'told-otherwise', text: 'Zyra u njoftua me shkresë' } };
    const discard = (letter: 'a' | 'b', key: string) =>
      call('operatorDiscardDeadLetter', { path: { deadLetterId: id(letter) }, body: why, key });
    assert.deepEqual(await discard('b', 'key-00000002'), { id: id('b'), ...why });
    assert.deepEqual(await discard('b', 'key-00000002'), { id: id('b'), ...why });
    assert.equal(await codeOf(discard('b', 'key-00000003')), 'unknown-dead-letter');
    assert.deepEqual(await requeued(), []);
    assert.equal((await call('operatorListDeadLetters')).total, 2);
    assert.deepEqual(
      acted.map(({ outcome, reason }) => [outcome, reason]),
      [
        ['done', 'told-otherwise'],
        ['repeated', 'told-otherwise'],
        ['refused', 'unknown-dead-letter'],
      ],
    );
    const { rows } = await fresh.database.query(
      `select operator_id, answer from operator_actions where key = 'key-00000002'`,
    );
    assert.deepEqual(rows, [{ operator_id: 'platform', answer: { id: id('b'), ...why } }]);
  });

  it('are for the role, with the whole scope, and for nobody else', async () => {
    for (const changes of [
      { roles: ['operator', 'data-steward', 'observer'] },
      { scope: { registries: 'all', municipalities: ['20'] } },
      { scope: { registries: ['civil'], municipalities: 'all' } },
    ] as Partial<OperatorSettings>[]) {
      const { call, requeued } = scene(operator(changes));
      for (const name of [
        'operatorListDeadLetters',
        'operatorGetDeadLetter',
        'operatorRequeueDeadLetter',
        'operatorDiscardDeadLetter',
      ]) {
        assert.equal(await codeOf(call(name, { path: { deadLetterId: id('a') }, body })), 'not-permitted');
      }
      assert.deepEqual(await requeued(), []);
      assert.equal(await createDeadLetterStore(fresh.database).count(), 3);
    }
  });
});
