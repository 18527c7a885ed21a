import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Stack, startStack } from '../support/stack.js';
import { waitFor } from '../support/wait-for.js';
import { runUra } from './ura-process.js';

const topic = 'oss.20.results.v1';

describe('ura dead-letter', function () {
  this.timeout(180_000);
  let stack: Stack;

  before(async () => {
    stack = await startStack();
  });
  after(() => stack.stop());

  const ura = (...args: string[]) =>
    runUra(['dead-letter', ...args, '--gateway', stack.gateway.url], stack.variables);
  /** As the relay leaves one behind. */
  const givenUp = async (): Promise<string> => {
    const id = randomUUID();
    await stack.database.query(
      `insert into dead_letters (event_id, topic, key, headers, value, created_at, reason, attempts, dead_at)
       values ($1, $2, 'DIV-1', $3, '{}', now(), 'msg-size-too-large', 3, now())`,
      [
        id,
        topic,
        JSON.stringify({ ce_id: id, ce_type: 'ura.request.answered.v1', ce_subject: randomUUID() }),
      ],
    );
    return id;
  };
  const left = async (table: 'dead_letters' | 'outbox', id: string): Promise<number> => {
    const { rows } = await stack.database.query<{ n: number }>(
      `select count(*)::integer as n from ${table} where event_id = $1`,
      [id],
    );
    return rows[0]?.n ?? 0;
  };

  it('lists one, delivers it again and discards another, as a process', async () => {
    const [again, unwanted] = [await givenUp(), await givenUp()];
    const listed = await ura('list');
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(
      listed.stdout,
      new RegExp(`^${again} +oss\\.20\\.results\\.v1 +ura\\.request\\.answered`, 'm'),
    );
    assert.match(listed.stdout, /^2 events could not be delivered$/m);
    assert.match((await ura('show', again)).stdout, /^reason +msg-size-too-large: /m);

    const requeued = await ura('requeue', again, '--reason', 'cause-removed', '--text', 'Tema u krijua');
    assert.equal(requeued.stdout, `${again} waits to be relayed again`, requeued.stderr);
    await waitFor(async () => ((await left('outbox', again)) === 0 ? true : undefined), 'its delivery');
    assert.equal(await left('dead_letters', again), 0);

    const why = ['--reason', 'told-otherwise', '--text', 'Zyra u njoftua me shkresë'];
    const wrong = await ura('discard', unwanted, '--reason', 'try-again', '--text', 'Provoj prapë');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /told-otherwise, recipient-gone, superseded/);
    assert.equal(await left('dead_letters', unwanted), 1);
    const discarded = await ura('discard', unwanted, ...why);
    assert.equal(discarded.code, 0, discarded.stderr);
    assert.match(discarded.stdout, new RegExp(`^${unwanted} is gone; `));
    assert.equal((await left('dead_letters', unwanted)) + (await left('outbox', unwanted)), 0);
    const twice = await ura('discard', unwanted, ...why);
    assert.match(twice.stderr, /^ura: 404 unknown-dead-letter: /);
    assert.match((await ura('list')).stdout, /^0 events could not be delivered$/m);
  });
});
